"""Who belongs to a private network, and who could: members and the live search over drivers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from portal.domain.access import (
    driver_remembered_by,
    driver_searched_by,
    membership_live,
    membership_managed_by,
    operator_managed_by,
)
from portal.domain.masking import mask_email, mask_phone
from portal.domain.text import fold
from portal.domain.viewer import Viewer
from portal.models import Area, AuditEvent, Driver, Membership, Operator, Station, StationStatus

from .paging import AnySelect

LATELY = timedelta(days=90)


class MemberState(StrEnum):
    LIVE = "live"
    FUTURE = "future"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NONE = "none"


FORMER = (MemberState.EXPIRED, MemberState.REVOKED, MemberState.NONE)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A driver as the members page shows it; email and phone may be masked.

    `known`: it has or had a membership of this operator, so that there is a history. `membership` is the one shown.
    """

    number: str
    name: str
    email: str | None
    phone: str | None
    masked: bool
    state: MemberState
    known: bool
    membership: Membership | None

    @property
    def is_member(self) -> bool:
        return self.state is MemberState.LIVE

    @property
    def revocable(self) -> bool:
        return self.state in (MemberState.LIVE, MemberState.FUTURE)


def network_owner(viewer: Viewer, code: str | None = None) -> Select[Operator]:
    """The operator whose network the viewer manages: the one named, or the viewer's own."""
    stmt = select(Operator).where(operator_managed_by(viewer))
    return stmt if code is None else stmt.where(Operator.code == code.upper())


def drivers_with_membership(viewer: Viewer, operator: Operator, at: datetime) -> AnySelect:
    """(driver, membership, live, known) of every driver whom the viewer may search; the unrevoked one if any."""
    of_this_network = and_(
        Membership.driver_id == Driver.id,
        Membership.operator_id == operator.id,
        Membership.revoked_at.is_(None),
    )
    any_other = aliased(Membership)
    known = select(any_other.id).where(any_other.driver_id == Driver.id, any_other.operator_id == operator.id)
    found: AnySelect = (
        select(Driver, Membership, membership_live(at).label("live"), known.exists().label("known"))
        .outerjoin(Membership, of_this_network)
        .where(driver_searched_by(viewer))
    )
    return found


def members(viewer: Viewer, operator: Operator, at: datetime) -> AnySelect:
    """Those of them who are members now or will be."""
    return drivers_with_membership(viewer, operator, at).where(
        Membership.id.is_not(None), or_(Membership.valid_to.is_(None), Membership.valid_to > at)
    )


def former_members(viewer: Viewer, operator: Operator) -> AnySelect:
    """Drivers whose membership was revoked and who have no other, with the last one; the same columns."""
    later = aliased(Membership)
    newer = select(later.id).where(
        later.operator_id == Membership.operator_id,
        later.driver_id == Membership.driver_id,
        or_(later.revoked_at.is_(None), later.id > Membership.id),
    )
    found: AnySelect = (
        select(Driver, Membership, false().label("live"), Membership.id.is_not(None).label("known"))
        .join(Membership, Membership.driver_id == Driver.id)
        .where(
            driver_searched_by(viewer),
            Membership.operator_id == operator.id,
            Membership.revoked_at.is_not(None),
            ~newer.exists(),
        )
    )
    return found


def in_state(state: MemberState, at: datetime) -> ColumnElement[bool]:
    """What a row of `drivers_with_membership` (of `former_members`: any) must fulfil to be in that state."""
    if state is MemberState.LIVE:
        return membership_live(at)
    if state is MemberState.FUTURE:
        return Membership.valid_from > at
    if state is MemberState.EXPIRED:
        return and_(Membership.valid_to <= at, Membership.valid_to > at - LATELY)
    return Membership.revoked_at.is_not(None)


def expiring(at: datetime, days: int) -> ColumnElement[bool]:
    """Members whose access ends within so many days."""
    return and_(membership_live(at), Membership.valid_to <= at + timedelta(days=days))


def one_driver(viewer: Viewer, operator: Operator, number: str, at: datetime) -> AnySelect:
    return drivers_with_membership(viewer, operator, at).where(Driver.number == number.upper())


def membership_history(viewer: Viewer, operator: Operator, number: str) -> Select[Membership, Driver]:
    """Every membership of one driver with the operator, newest first, disabled drivers' too."""
    return (
        select(Membership, Driver)
        .join(Driver, Driver.id == Membership.driver_id)
        .where(
            Membership.operator_id == operator.id,
            membership_managed_by(viewer),
            Driver.number == number.upper(),
            driver_remembered_by(viewer),
        )
        .order_by(Membership.granted_at.desc(), Membership.id.desc())
    )


def change_of(operator: Operator, number: str, at: datetime) -> Select[AuditEvent]:
    """The event of what was done to one driver's membership at that instant: the grant, where one was replaced."""
    return (
        select(AuditEvent)
        .where(
            AuditEvent.operator_id == operator.id,
            AuditEvent.subject_type == Membership.__tablename__,
            AuditEvent.subject == number.upper(),
            AuditEvent.at == at,
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )


def live_member_count(operator: Operator, at: datetime) -> Select[int]:
    return select(func.count(Membership.id)).where(Membership.operator_id == operator.id, membership_live(at))


def hidden_station_count(operator: Operator) -> Select[int]:
    return (
        select(func.count(Station.id))
        .join(Area)
        .where(
            Area.operator_id == operator.id,
            Station.visible.is_(False),
            Station.status != StationStatus.CLOSED,
        )
    )


def as_row(viewer: Viewer, at: datetime, q: str = "") -> Callable[[Any], MemberRow]:
    """Turns a row of these queries into what this viewer may read of it, given what it searched for."""

    def make(row: Any) -> MemberRow:
        driver, membership, live, known = row[0], row[1], row[2], row[3]
        state = _state(membership, bool(live), at)
        masked = not viewer.is_admin and state in FORMER
        hide_email = masked and fold(q) != fold(driver.email or "")
        hide_phone = masked and not _typed_in_full(q, driver)
        return MemberRow(
            number=driver.number,
            name=driver.name,
            email=mask_email(driver.email) if hide_email else driver.email,
            phone=mask_phone(driver.phone) if hide_phone else driver.phone,
            masked=masked,
            state=state,
            known=bool(known),
            membership=membership,
        )

    return make


def _state(membership: Membership | None, live: bool, at: datetime) -> MemberState:
    if membership is None:
        return MemberState.NONE
    if membership.revoked_at is not None:
        return MemberState.REVOKED
    if live:
        return MemberState.LIVE
    if membership.valid_from is not None and membership.valid_from > at:
        return MemberState.FUTURE
    return MemberState.EXPIRED


def _typed_in_full(q: str, driver: Driver) -> bool:
    digits = "".join(character for character in q if character.isdigit())
    known = {
        "".join(c for c in number if c.isdigit()) for number in (driver.phone, driver.phone_e164) if number
    }
    return len(digits) >= 6 and digits in known
