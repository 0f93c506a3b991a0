"""The members page of a private network, the same for the CPO and for the operator itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Response, request
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, func
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.extensions import db
from portal.models import Driver, Membership, Operator
from portal.queries.members import (
    MemberRow,
    as_row,
    drivers_with_membership,
    hidden_station_count,
    live_member_count,
    members,
    one_driver,
)

from .auth import actor, viewer
from .htmx import changed
from .list_columns import PARAMETER
from .lists import Column, ListSpec, ListView, answer_list, export_list
from .lookup import found
from .searching import count_search
from .transaction import transaction

HITS = 20
LEAST_TYPED = 2


def _extra(key: str, label: Any, value: Callable[[MemberRow], object]) -> Column:
    return Column(key, label, export=value, shown=False, cell=value)


SPEC = ListSpec(
    noun="members",
    columns=(
        Column("name", _("Driver"), sort=func.lower(Driver.name), export=lambda row: row.name),
        Column("number", _("Driver number"), sort=Driver.number, export=lambda row: row.number),
        Column("email", _("Email"), export=lambda row: row.email),
        Column("phone", _("Phone"), export=lambda row: row.phone),
        Column("membership", _("Membership")),
        _extra("granted_at", _("Granted"), lambda row: row.granted_at),
        _extra("granted_by", _("Granted by"), lambda row: row.granted_by),
        _extra("valid_from_at", _("Valid from"), lambda row: row.valid_from),
        _extra("valid_to_at", _("Valid to"), lambda row: row.valid_to),
    ),
    identity=Driver.id,
    default_sort="name",
    search=Driver.search,
    search_label=_("Search all drivers by name, email, phone, number or token"),
)

TEMPLATE = "shared/members_page.html"


@dataclass(frozen=True)
class Network:
    """Where a members page stands: whose network, in which layout, and the addresses of its actions."""

    owner: Select[Operator]
    layout: str
    endpoint: str
    member_url: Callable[[str, str], str]
    crumbs: Callable[[Operator], list[tuple[str, str]]] = field(default=lambda operator: [])

    def operator(self) -> Operator:
        return found(db.session.scalar(self.owner))

    def context(self, operator: Operator) -> dict[str, Any]:
        return {
            "operator": operator,
            "layout": self.layout,
            "member_url": self.member_url,
            "crumbs": self.crumbs(operator),
            "member_count": db.session.scalar(live_member_count(operator, now())) or 0,
            "hidden_count": db.session.scalar(hidden_station_count(operator)) or 0,
        }


Verb = Callable[..., Membership | None]


def members_page(network: Network) -> Response:
    """Without `q` the members; with it every active driver who matches, member or not."""
    operator = network.operator()
    query = request.args.get("q", "").strip()
    too_short = bool(query) and not viewer().is_admin and len(query) < LEAST_TYPED
    if query and not viewer().is_admin:
        count_search()
    shown = _list(operator, query, too_short)
    return answer_list(shown, TEMPLATE, too_short=too_short, **network.context(operator))


def change_member(network: Network, number: str, verb: Verb, back: str) -> BaseResponse:
    """Grant or revoke; answers with the driver's row in its new state."""
    at = now()
    with transaction() as session:
        operator = network.operator()
        driver = found(session.execute(one_driver(viewer(), operator, number, at)).first())[0]
        verb(session, operator, driver, actor=actor(), at=at)
    shown = ListView(SPEC, members(viewer(), operator, at), _asked_columns(), endpoint=network.endpoint)
    row = _row(operator, number)
    return changed(TEMPLATE, "changed", back, row=row, list=shown, **network.context(operator))


def export_members(network: Network, kind: str) -> Response:
    """The members that match, streamed."""
    at = now()
    return export_list(SPEC, members(viewer(), network.operator(), at), kind, row=as_row(viewer(), at))


def _list(operator: Operator, query: str, too_short: bool) -> ListView:
    at = now()
    among = drivers_with_membership if query and not too_short else members
    return ListView(
        SPEC,
        among(viewer(), operator, at),
        {} if too_short else request.args,
        limit=HITS if query else 25,
        one_page=bool(query) and not viewer().is_admin,
        row=as_row(viewer(), at, query),
    )


def _asked_columns() -> dict[str, str]:
    """The columns that the page around a swapped row shows by its address."""
    around = parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    return {PARAMETER: around[PARAMETER][0]} if PARAMETER in around else {}


def _row(operator: Operator, number: str) -> MemberRow:
    at = now()
    return as_row(viewer(), at)(found(db.session.execute(one_driver(viewer(), operator, number, at)).first()))
