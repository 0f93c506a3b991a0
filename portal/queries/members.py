"""Who belongs to a private network, and who could: members and the live search over drivers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from portal.domain.access import driver_searched_by, membership_live, operator_managed_by
from portal.domain.masking import mask_email, mask_phone
from portal.domain.text import fold
from portal.domain.viewer import Viewer
from portal.models import Area, Driver, Membership, Operator, Station, StationStatus

from .paging import AnySelect


class MemberState(StrEnum):
    LIVE = "live"
    FUTURE = "future"
    EXPIRED = "expired"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A driver as the members page shows it; email and phone may be masked."""

    number: str
    name: str
    email: str | None
    phone: str | None
    masked: bool
    state: MemberState
    granted_at: datetime | None
    granted_by: str | None
    valid_from: datetime | None
    valid_to: datetime | None

    @property
    def is_member(self) -> bool:
        return self.state is MemberState.LIVE


def network_owner(viewer: Viewer, code: str | None = None) -> Select[Operator]:
    """The operator whose network the viewer manages: the one named, or the viewer's own."""
    stmt = select(Operator).where(operator_managed_by(viewer))
    return stmt if code is None else stmt.where(Operator.code == code.upper())


def drivers_with_membership(viewer: Viewer, operator: Operator, at: datetime) -> AnySelect:
    """Every driver whom the viewer may search, with its unrevoked membership of the operator if it has one."""
    of_this_network = and_(
        Membership.driver_id == Driver.id,
        Membership.operator_id == operator.id,
        Membership.revoked_at.is_(None),
    )
    found: AnySelect = (
        select(Driver, Membership, membership_live(at).label("live"))
        .outerjoin(Membership, of_this_network)
        .where(driver_searched_by(viewer))
    )
    return found


def members(viewer: Viewer, operator: Operator, at: datetime) -> AnySelect:
    """Those of them who are members now or will be."""
    return drivers_with_membership(viewer, operator, at).where(
        Membership.id.is_not(None), or_(Membership.valid_to.is_(None), Membership.valid_to > at)
    )


def one_driver(viewer: Viewer, operator: Operator, number: str, at: datetime) -> AnySelect:
    return drivers_with_membership(viewer, operator, at).where(Driver.number == number.upper())


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
        driver, membership, live = row[0], row[1], row[2]
        state = _state(membership, bool(live), at)
        masked = not viewer.is_admin and state in (MemberState.NONE, MemberState.EXPIRED)
        hide_email = masked and fold(q) != fold(driver.email or "")
        hide_phone = masked and not _typed_in_full(q, driver)
        return MemberRow(
            number=driver.number,
            name=driver.name,
            email=mask_email(driver.email) if hide_email else driver.email,
            phone=mask_phone(driver.phone) if hide_phone else driver.phone,
            masked=masked,
            state=state,
            granted_at=membership.granted_at if membership else None,
            granted_by=membership.granted_by if membership else None,
            valid_from=membership.valid_from if membership else None,
            valid_to=membership.valid_to if membership else None,
        )

    return make


def _state(membership: Membership | None, live: bool, at: datetime) -> MemberState:
    if membership is None:
        return MemberState.NONE
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
