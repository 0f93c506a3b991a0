"""The members page of a private network, the same for the CPO and for the operator itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Response, request
from sqlalchemy import Select
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.records import MemberLine
from portal.domain.validity import days_left
from portal.extensions import db
from portal.models import Driver, Operator
from portal.queries.members import (
    as_row,
    change_of,
    hidden_station_count,
    live_member_count,
    members,
    one_driver,
)
from portal.services import memberships

from .auth import actor, viewer
from .htmx import changed
from .list_columns import PARAMETER
from .list_view import ListView
from .lists import answer_list, export_list
from .lookup import found
from .members_list import lists_members, members_spec, members_view, rows_behind, too_short
from .searching import count_search
from .transaction import transaction
from .undo import offer_undo

TEMPLATE = "shared/members_page.html"
STATE = ("q", "state", "expiring", "sort", PARAMETER)


@dataclass(frozen=True)
class Network:
    """Where a members page stands: whose network, in which layout, and the addresses of its parts.

    `link(name, **values)` is the address of an endpoint of the surface, `endpoint` the full name of the list's;
    `plain` makes an uploaded file a CSV, `read` makes that lines.
    """

    owner: Select[Operator]
    layout: str
    endpoint: str
    link: Callable[..., str]
    plain: Callable[[bytes], bytes]
    read: Callable[..., list[MemberLine]]
    crumbs: Callable[[Operator], list[tuple[str, str]]] = field(default=lambda operator: [])

    def operator(self) -> Operator:
        return found(db.session.scalar(self.owner))

    def home(self) -> str:
        """The list as it was searched and filtered when the action was chosen."""
        return self.link(self.endpoint.partition(".")[2], **kept())

    def context(self, operator: Operator) -> dict[str, Any]:
        at = now()
        return {
            "operator": operator,
            "layout": self.layout,
            "link": lambda name, **values: self.link(name, **values, **kept()),
            "home": self.home(),
            "crumbs": self.crumbs(operator),
            "days_left": lambda end: days_left(end, at, operator.timezone),
        }

    def figures(self, operator: Operator) -> dict[str, int]:
        return {
            "member_count": db.session.scalar(live_member_count(operator, now())) or 0,
            "hidden_count": db.session.scalar(hidden_station_count(operator)) or 0,
        }


def kept() -> dict[str, str]:
    """The parameters of the list that an action started from."""
    return {name: request.args[name] for name in STATE if request.args.get(name)}


def members_page(network: Network) -> Response:
    """Without `q` the members; with it every active driver who matches, member or not."""
    operator = network.operator()
    if not lists_members(request.args) and not viewer().is_admin:
        count_search()
    shown = members_view(request.args, operator, now(), network.endpoint)
    context = {**network.context(operator), **network.figures(operator)}
    return answer_list(
        shown,
        TEMPLATE,
        "reloaded",
        too_short=too_short(request.args),
        all_match=lists_members(request.args),
        **context,
    )


def revoke_member(network: Network, number: str) -> BaseResponse:
    """Answers with the driver's row in its new state."""
    at = now()
    with transaction() as session:
        operator, driver = one_to_change(network, number)
        reason = request.form.get("reason")
        memberships.revoke(session, operator, driver, actor=actor(), at=at, reason=reason)
    offer_undo(db.session.scalar(change_of(operator, number, at)))
    return changed(TEMPLATE, "changed", network.home(), **row_context(network, operator, number))


def row_context(network: Network, operator: Operator, number: str) -> dict[str, Any]:
    """What the block with one driver's row needs; `typed` is the form beside it, where it was refused."""
    at = now()
    row = found(db.session.execute(one_driver(viewer(), operator, number, at)).first())
    # The columns that the page around the row shows by its address.
    around = parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    columns = {PARAMETER: around[PARAMETER][0]} if PARAMETER in around else {}
    shown = ListView(members_spec(at), members(viewer(), operator, at), columns, endpoint=network.endpoint)
    context = {**network.context(operator), **network.figures(operator)}
    return {"row": as_row(viewer(), at)(row), "list": shown, "typed": None, **context}


def export_members(network: Network, kind: str) -> Response:
    """What the list shows under the same address, streamed; of a search its members only."""
    at, operator = now(), network.operator()
    own = lists_members(request.args)
    stmt = rows_behind(request.args, operator, at) if own else members(viewer(), operator, at)
    return export_list(members_spec(at), stmt, kind, row=as_row(viewer(), at))


def one_to_change(network: Network, number: str) -> tuple[Operator, Driver]:
    """The network's operator and a driver who is or may become its member. Raises NotFound."""
    operator = network.operator()
    return operator, found(db.session.execute(one_driver(viewer(), operator, number, now())).first())[0]
