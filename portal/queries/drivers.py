"""Reads of drivers for those who manage them; the live search for members is in members.py."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import contains_eager, selectinload

from portal.domain.access import driver_managed_by, membership_live
from portal.domain.viewer import Viewer
from portal.models import Account, ChargingSession, Driver, Membership, Token

from .paging import AnySelect


class MembershipState(StrEnum):
    LIVE = "live"
    FUTURE = "future"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"  # in force by its dates, but the operator or the driver is not active


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One row of a driver's membership history, with its operator, and what it amounts to now."""

    membership: Membership
    state: MembershipState


def drivers(viewer: Viewer) -> Select[Driver]:
    """The drivers that the viewer manages."""
    return select(Driver).where(driver_managed_by(viewer))


def drivers_with_token_count(viewer: Viewer) -> AnySelect:
    """(Driver, number of its tokens)."""
    tokens = select(func.count(Token.id)).where(Token.driver_id == Driver.id).scalar_subquery()
    return drivers(viewer).add_columns(tokens)


def driver(viewer: Viewer, number: str) -> Select[Driver]:
    """One of them, with its tokens."""
    return drivers(viewer).where(Driver.number == number.upper()).options(selectinload(Driver.tokens))


def token_of(driver: Driver, uid: str) -> Select[Token]:
    return select(Token).where(Token.driver_id == driver.id, Token.uid == uid.upper())


def membership_history(driver: Driver, at: datetime) -> AnySelect:
    """(Membership with its operator, whether it is live), the newest first."""
    return (
        select(Membership, membership_live(at))
        .join(Membership.operator)
        .where(Membership.driver_id == driver.id)
        .options(contains_eager(Membership.operator))
        .order_by(Membership.granted_at.desc(), Membership.id.desc())
    )


def membership_row(row: Row[*tuple[Any, ...]], at: datetime) -> MembershipRow:
    """From a row of `membership_history`."""
    membership, live = row[0], bool(row[1])
    return MembershipRow(membership, _state(membership, live, at))


def references(driver: Driver) -> Select[int, int, int]:
    """How many memberships, sessions and logins keep a driver from being deleted."""
    return select(
        select(func.count(Membership.id)).where(Membership.driver_id == driver.id).scalar_subquery(),
        select(func.count(ChargingSession.id))
        .where(ChargingSession.driver_id == driver.id)
        .scalar_subquery(),
        select(func.count(Account.id)).where(Account.driver_id == driver.id).scalar_subquery(),
    )


def _state(membership: Membership, live: bool, at: datetime) -> MembershipState:
    if membership.revoked_at is not None:
        return MembershipState.REVOKED
    if membership.valid_to is not None and membership.valid_to <= at:
        return MembershipState.EXPIRED
    if membership.valid_from is not None and membership.valid_from > at:
        return MembershipState.FUTURE
    return MembershipState.LIVE if live else MembershipState.SUSPENDED
