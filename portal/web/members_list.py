"""The list of a network's members: its columns, its filters, and which rows stand behind them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import func

from portal.domain.errors import Invalid
from portal.domain.text import N_
from portal.models import Driver, Operator
from portal.queries.members import (
    MemberRow,
    MemberState,
    as_row,
    drivers_with_membership,
    expiring,
    former_members,
    in_state,
    members,
)
from portal.queries.paging import AnySelect

from .auth import viewer
from .list_specs import Choices, Column, Filter, ListSpec
from .list_view import ListView

HITS = 20
LEAST_TYPED = 2

STATES: Choices = (
    ("live", _("Members now")),
    ("future", _("Not yet members")),
    ("expired", _("Expired in the last 90 days")),
    ("revoked", _("Revoked")),
)
SOON: Choices = (("7", _("Within 7 days")), ("30", _("Within 30 days")))


def _of(name: str) -> Callable[[MemberRow], object]:
    return lambda row: getattr(row.membership, name, None)


def _extra(key: str, label: Any, name: str) -> Column:
    """A value of the membership: offered by the column picker, and in every file."""
    return Column(key, label, export=_of(name), shown=False, cell=_of(name))


COLUMNS = (
    Column("name", _("Driver"), sort=func.lower(Driver.name), export=lambda row: row.name),
    Column("number", _("Driver number"), sort=Driver.number, export=lambda row: row.number),
    Column("email", _("Email"), export=lambda row: row.email),
    Column("phone", _("Phone"), export=lambda row: row.phone),
    Column("membership", _("Membership"), export=lambda row: row.state),
    _extra("granted_at", _("Granted"), "granted_at"),
    _extra("granted_by", _("Granted by"), "granted_by"),
    _extra("valid_from_at", _("Valid from"), "valid_from"),
    _extra("valid_to_at", _("Valid to"), "valid_to"),
    _extra("note", _("Note"), "note"),
    _extra("revoked_at", _("Revoked at"), "revoked_at"),
    _extra("revoked_by", _("Revoked by"), "revoked_by"),
    _extra("revoke_reason", _("Reason"), "revoke_reason"),
)


def members_spec(at: datetime) -> ListSpec:
    """What the list offers at this moment."""
    return ListSpec(
        noun="members",
        columns=COLUMNS,
        identity=Driver.id,
        default_sort="name",
        filters=(
            Filter("state", _("Status"), STATES, lambda stmt, value: stmt.where(in_state(_state(value), at))),
            Filter(
                "expiring", _("Expiring"), SOON, lambda stmt, value: stmt.where(expiring(at, _days(value)))
            ),
        ),
        search=Driver.search,
        search_label=_("Search all drivers by name, email, phone, number or token"),
    )


def rows_behind(args: Mapping[str, str], operator: Operator, at: datetime) -> AnySelect:
    """What the list is a part of: its members; with `q` alone every driver who may become one."""
    if args.get("state") == MemberState.REVOKED:
        return former_members(viewer(), operator)
    if args.get("state") or not (lists_members(args) or too_short(args)):
        return drivers_with_membership(viewer(), operator, at)
    return members(viewer(), operator, at)


def lists_members(args: Mapping[str, str]) -> bool:
    """Whether it shows present and former members only, so that "all that match" are this network's own."""
    return bool(args.get("state") or args.get("expiring")) or not args.get("q", "").strip()


def too_short(args: Mapping[str, str]) -> bool:
    """Whether an operator searches all drivers with less than it must type."""
    return not lists_members(args) and not viewer().is_admin and len(args["q"].strip()) < LEAST_TYPED


def members_view(args: Mapping[str, str], operator: Operator, at: datetime, endpoint: str) -> ListView:
    """The list as these parameters ask for it. An operator that searches strangers sees HITS of them, no more."""
    searching = not (lists_members(args) or too_short(args))
    return ListView(
        members_spec(at),
        rows_behind(args, operator, at),
        {} if too_short(args) else args,
        limit=HITS if searching else 25,
        one_page=searching and not viewer().is_admin,
        row=as_row(viewer(), at, args.get("q", "")),
        endpoint=endpoint,
    )


def _state(value: str) -> MemberState:
    if value not in dict(STATES):
        raise Invalid("state", N_("Expected one of: %(offered)s."), offered=", ".join(dict(STATES)))
    return MemberState(value)


def _days(value: str) -> int:
    if value not in dict(SOON):
        raise Invalid("expiring", N_("Expected one of: %(offered)s."), offered=", ".join(dict(SOON)))
    return int(value)
