"""Who may see and manage what, each rule once, as an SQL expression (see SEMANTICS: "Who sees which station").

A list composes the expression; "may X see this one?" is the same query plus `id =`. `at` is the present instant.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from portal.models import (
    Account,
    AccountStatus,
    Area,
    AuditEvent,
    ChargingSession,
    Driver,
    DriverStatus,
    LoginSession,
    Membership,
    Operator,
    OperatorStatus,
    Role,
    Station,
    StationStatus,
)

from .viewer import Viewer


def membership_live(at: datetime) -> ColumnElement[bool]:
    """A membership counts: not revoked, `valid_from <= at < valid_to`, operator active, driver active."""
    return and_(
        Membership.revoked_at.is_(None),
        or_(Membership.valid_from.is_(None), Membership.valid_from <= at),
        or_(Membership.valid_to.is_(None), Membership.valid_to > at),
        Membership.operator_id.in_(select(Operator.id).where(Operator.status == OperatorStatus.ACTIVE)),
        Membership.driver_id.in_(select(Driver.id).where(Driver.status == DriverStatus.ACTIVE)),
    )


def networks_of(viewer: Viewer, at: datetime) -> Select[int]:
    """Ids of the operators whose invisible stations this viewer sees: its own, or those it is a member of."""
    if viewer.role is Role.OPERATOR:
        return select(Operator.id).where(Operator.id == viewer.operator_id)
    return select(Membership.operator_id).where(Membership.driver_id == viewer.driver_id, membership_live(at))


def station_in_network_of(viewer: Viewer, at: datetime) -> ColumnElement[bool]:
    """The station's area is assigned to an operator whose network the viewer belongs to."""
    if viewer.role not in (Role.OPERATOR, Role.DRIVER):
        return false()
    return Station.area_id.in_(select(Area.id).where(Area.operator_id.in_(networks_of(viewer, at))))


def station_visible_to(viewer: Viewer, at: datetime) -> ColumnElement[bool]:
    """The heart: the viewer sees this station on map, list, search, panel, API, export."""
    hidden_too = true() if viewer.is_admin else station_in_network_of(viewer, at)
    return and_(Station.status != StationStatus.CLOSED, or_(Station.visible.is_(True), hidden_too))


def station_managed_by(viewer: Viewer) -> ColumnElement[bool]:
    """The station stands in the viewer's management lists, closed ones included."""
    if viewer.is_admin:
        return true()
    return Station.area_id.in_(select(Area.id).where(_own_tenant(Area.operator_id, viewer)))


def operator_managed_by(viewer: Viewer) -> ColumnElement[bool]:
    """The viewer manages this operator: admins all, an operator user its own."""
    return true() if viewer.is_admin else _own_tenant(Operator.id, viewer)


def area_managed_by(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.is_admin else _own_tenant(Area.operator_id, viewer)


def membership_managed_by(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.is_admin else _own_tenant(Membership.operator_id, viewer)


def session_read_by(viewer: Viewer) -> ColumnElement[bool]:
    """By the operator fixed when the session started, so that moving an area rewrites no history."""
    if viewer.role is Role.DRIVER:
        return ChargingSession.driver_id == viewer.driver_id
    return true() if viewer.is_admin else _own_tenant(ChargingSession.operator_id, viewer)


def audit_read_by(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.is_admin else _own_tenant(AuditEvent.operator_id, viewer)


def driver_searched_by(viewer: Viewer) -> ColumnElement[bool]:
    """Drivers that a live search may name: all active ones, for admins and (masked) for operators."""
    if viewer.role not in (Role.ADMIN, Role.OPERATOR):
        return false()
    return Driver.status == DriverStatus.ACTIVE


def driver_managed_by(viewer: Viewer) -> ColumnElement[bool]:
    """Drivers belong to the CPO: admins alone open and change them."""
    return true() if viewer.is_admin else false()


def account_managed_by(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.is_admin else false()


def account_may_sign_in() -> ColumnElement[bool]:
    """The account is active, and so is the driver behind it; its operator is not disabled."""
    disabled = select(Operator.id).where(Operator.status == OperatorStatus.DISABLED)
    inactive = select(Driver.id).where(Driver.status != DriverStatus.ACTIVE)
    return and_(
        Account.status == AccountStatus.ACTIVE,
        or_(Account.operator_id.is_(None), Account.operator_id.not_in(disabled)),
        or_(Account.driver_id.is_(None), Account.driver_id.not_in(inactive)),
    )


def sign_in_live(at: datetime) -> ColumnElement[bool]:
    """A server-side sign-in that still counts (joined with its account)."""
    return and_(LoginSession.ended_at.is_(None), LoginSession.expires_at > at, account_may_sign_in())


def _own_tenant(column: InstrumentedAttribute[Any], viewer: Viewer) -> ColumnElement[bool]:
    """The column names the viewer's own operator; nobody else owns anything (an empty scope is no open one)."""
    if viewer.role is not Role.OPERATOR or viewer.operator_id is None:
        return false()
    return column == viewer.operator_id
