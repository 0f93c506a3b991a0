"""Grant and revoke for the selected drivers, for a page of the list, or for all that it would show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, func, not_
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.access import membership_live
from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.text import N_
from portal.extensions import db
from portal.models import Driver, Membership, Operator
from portal.queries.members import drivers_with_membership, hidden_station_count
from portal.queries.paging import AnySelect
from portal.services.member_bulk import Done, grant_many, revoke_many

from .auth import actor, viewer
from .filters import number as in_figures
from .htmx import page, reload
from .members import Network
from .members_list import lists_members, members_view
from .transaction import transaction
from .undo import offer_undo

ASKS_ABOVE = 20
MOST_NUMBERS = 200
SCOPES = ("chosen", "page", "all")


@dataclass(frozen=True, slots=True)
class Order:
    """What the form around the list asks for."""

    verb: str
    scope: str
    numbers: list[str]
    reason: str
    confirmed: bool

    @classmethod
    def sent(cls) -> "Order":
        """Raises Invalid for what the form does not offer."""
        form = request.form
        verb, scope = form.get("verb", ""), form.get("scope", "chosen")
        if verb not in ("grant", "revoke"):
            raise Invalid("verb", N_("Expected one of: %(offered)s."), offered="grant, revoke")
        if scope not in SCOPES or (scope == "all" and not lists_members(request.args)):
            raise Invalid("scope", N_("Expected one of: %(offered)s."), offered="chosen, page")
        numbers = form.getlist("on_page" if scope == "page" else "number")[:MOST_NUMBERS]
        return cls(verb, scope, numbers, form.get("reason", ""), form.get("confirmed") == "yes")


def change_many(network: Network) -> BaseResponse:
    """Do it, or ask first for many; a page or a swap tells what was done."""
    order, at = Order.sent(), now()
    if not order.confirmed:
        operator = network.operator()
        total, affected = _counts(_drivers(network, operator, order, at), order, at)
        if not total:
            flash(_("Nobody is selected: tick drivers first, or choose all."), "warning")
            return reload(network.home(), "#members-table")
        if total > ASKS_ABOVE or order.scope == "all":
            return _ask(network, operator, order, total, affected)
    done = _do(network, order, at)
    offer_undo(done.event)
    flash(_said(order, done), "success")
    return reload(network.home(), "#members-table")


def _do(network: Network, order: Order, at: datetime) -> Done:
    with transaction() as session:
        operator = network.operator()
        drivers = _drivers(network, operator, order, at)
        chosen = drivers.order_by(None).with_only_columns(Driver.id, maintain_column_froms=True)
        if order.verb == "grant":
            return grant_many(session, operator, chosen, actor=actor(), at=at)
        return revoke_many(session, operator, chosen, actor=actor(), at=at, reason=order.reason)


def _drivers(network: Network, operator: Operator, order: Order, at: datetime) -> AnySelect:
    """Those who are meant, of whom the viewer may search."""
    if order.scope == "all":
        return members_view(request.args, operator, at, network.endpoint).stmt
    wanted = [number.upper() for number in order.numbers]
    return drivers_with_membership(viewer(), operator, at).where(Driver.number.in_(wanted))


def _counts(drivers: AnySelect, order: Order, at: datetime) -> tuple[int, int]:
    """How many drivers are meant, and for how many of them something changes."""
    counted = drivers.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    total: int = db.session.scalar(counted) or 0
    return total, db.session.scalar(counted.where(_affected(order, at))) or 0


def _affected(order: Order, at: datetime) -> ColumnElement[bool]:
    if order.verb == "revoke":
        return Membership.id.is_not(None) & Membership.revoked_at.is_(None)
    return Membership.id.is_(None) | not_(membership_live(at))


def _ask(network: Network, operator: Operator, order: Order, total: int, affected: int) -> BaseResponse:
    hidden = db.session.scalar(hidden_station_count(operator)) or 0
    context: dict[str, Any] = {"order": order, "total": total, "affected": affected, "hidden_count": hidden}
    return page("shared/members_confirm.html", "asking", **context, **network.context(operator))


def _said(order: Order, done: Done) -> str:
    if order.verb == "revoke":
        words = ngettext(
            "Access of %(count)s member is revoked.",
            "Access of %(count)s members is revoked.",
            done.changed,
            count=in_figures(done.changed),
        )
    else:
        words = ngettext(
            "%(count)s driver is granted access.",
            "%(count)s drivers are granted access.",
            done.changed,
            count=in_figures(done.changed),
        )
    if not done.unchanged:
        return str(words)
    rest = ngettext(
        "%(count)s was a member already.",
        "%(count)s were members already.",
        done.unchanged,
        count=in_figures(done.unchanged),
    )
    return f"{words} {rest}"
