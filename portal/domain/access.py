"""Who may see and manage what, each rule once, as an SQL expression (see SEMANTICS: "Who sees which station").

A list composes the expression; "may X see this one?" is the same query plus `id =`. The clauses of the heart have
names, so that an explanation is made of the very parts of the rule. They read their facts from a `World`: the rows as
they are (NOW, and then `at` is the present instant), or as they were (domain/past.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from portal.models import (
    Area,
    AuditEvent,
    ChargingSession,
    Driver,
    DriverStatus,
    Membership,
    Operator,
    OperatorStatus,
    Role,
    Statement,
    Station,
    StationStatus,
    Tariff,
)

from .viewer import Viewer

AnyColumn = ColumnElement[Any] | InstrumentedAttribute[Any]
# A tariff for all stations that have no nearer one.
SITE_WIDE = and_(Tariff.operator_id.is_(None), Tariff.area_id.is_(None), Tariff.station_id.is_(None))


@dataclass(frozen=True, slots=True)
class World:
    """Where the rule reads its facts: the tables themselves, or subqueries that stand for them at some instant."""

    station: type[Station] = Station
    area: type[Area] = Area
    operator: type[Operator] = Operator
    driver: type[Driver] = Driver
    membership: type[Membership] = Membership


NOW = World()


def station_open(world: World = NOW) -> ColumnElement[bool]:
    """Not closed: a closed station is on nobody's map."""
    return world.station.status != StationStatus.CLOSED


def station_public(world: World = NOW) -> ColumnElement[bool]:
    """Everybody sees it, as long as it is open."""
    return world.station.visible.is_(True)


def membership_unrevoked(world: World = NOW) -> ColumnElement[bool]:
    return world.membership.revoked_at.is_(None)


def membership_begun(at: datetime | AnyColumn, world: World = NOW) -> ColumnElement[bool]:
    start = world.membership.valid_from
    return or_(start.is_(None), start <= at)


def membership_unexpired(at: datetime | AnyColumn, world: World = NOW) -> ColumnElement[bool]:
    end = world.membership.valid_to
    return or_(end.is_(None), end > at)


def operator_active(operator_id: AnyColumn, world: World = NOW) -> ColumnElement[bool]:
    """The operator of this number is active; false where there is none."""
    one = select(world.operator.id).where(
        world.operator.id == operator_id, world.operator.status == OperatorStatus.ACTIVE
    )
    return one.correlate_except(world.operator).exists()


def driver_active(driver_id: AnyColumn, world: World = NOW) -> ColumnElement[bool]:
    """The driver of this number is active; false where there is none."""
    one = select(world.driver.id).where(
        world.driver.id == driver_id, world.driver.status == DriverStatus.ACTIVE
    )
    return one.correlate_except(world.driver).exists()


def membership_live(at: datetime | AnyColumn, world: World = NOW) -> ColumnElement[bool]:
    """A membership counts: not revoked, `valid_from <= at < valid_to`, operator active, driver active."""
    return and_(
        membership_unrevoked(world),
        membership_begun(at, world),
        membership_unexpired(at, world),
        operator_active(world.membership.operator_id, world),
        driver_active(world.membership.driver_id, world),
    )


def networks_of(viewer: Viewer, at: datetime | AnyColumn, world: World = NOW) -> Select[int]:
    """Ids of the operators whose invisible stations this viewer sees: its own, or those it is a member of."""
    if viewer.role is Role.OPERATOR:
        return select(world.operator.id).where(world.operator.id == viewer.operator_id)
    member = world.membership
    mine = member.driver_id == viewer.driver_id
    member_of = select(member.operator_id).where(mine, membership_live(at, world)).correlate_except(member)
    if viewer.within_operator_id is None:
        return member_of
    return member_of.where(member.operator_id == viewer.within_operator_id)


def seen_through(asking: Viewer, eyes: Viewer) -> Viewer:
    """The viewer who shows `asking` what `eyes` sees, less what is another operator's secret.

    Exactly the stations that `eyes` sees and that are visible or of the asking operator: of the networks that
    hidden stations are seen through, only its own is left. Whose eyes these may be: `driver_looked_through_by`.
    """
    return replace(eyes, within_operator_id=asking.operator_id)


def driver_looked_through_by(viewer: Viewer, at: datetime) -> ColumnElement[bool]:
    """Drivers as whom the viewer may look at the map: admins all, operators their present members."""
    if viewer.role is not Role.OPERATOR:
        return true() if viewer.is_admin else false()
    own = and_(_own_tenant(Membership.operator_id, viewer), membership_live(at))
    return Driver.id.in_(select(Membership.driver_id).where(own))


def station_in_networks(
    networks: Select[int] | Sequence[AnyColumn], world: World = NOW
) -> ColumnElement[bool]:
    """The station's area is assigned to one of these operators."""
    theirs = select(world.area.id).where(world.area.operator_id.in_(networks)).correlate_except(world.area)
    return world.station.area_id.in_(theirs)


def station_in_network_of(
    viewer: Viewer, at: datetime | AnyColumn, world: World = NOW
) -> ColumnElement[bool]:
    """The station's area is assigned to an operator whose network the viewer belongs to."""
    if viewer.role not in (Role.OPERATOR, Role.DRIVER):
        return false()
    return station_in_networks(networks_of(viewer, at, world), world)


def station_visible_to(viewer: Viewer, at: datetime | AnyColumn, world: World = NOW) -> ColumnElement[bool]:
    """The heart: the viewer sees this station on map, list, search, panel, API, export."""
    hidden_too = true() if viewer.is_admin else station_in_network_of(viewer, at, world)
    return and_(station_open(world), or_(station_public(world), hidden_too))


def station_managed_by(viewer: Viewer, world: World = NOW) -> ColumnElement[bool]:
    """The station stands in the viewer's management lists, closed ones included."""
    if viewer.is_admin:
        return true()
    area = world.area
    return world.station.area_id.in_(select(area.id).where(_own_tenant(area.operator_id, viewer)))


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
        mine = ChargingSession.driver_id == viewer.driver_id
        return false() if viewer.driver_id is None else mine
    return true() if viewer.is_admin else _own_tenant(ChargingSession.operator_id, viewer)


def statement_read_by(viewer: Viewer) -> ColumnElement[bool]:
    """Admins read all, an operator its own."""
    return true() if viewer.is_admin else _own_tenant(Statement.operator_id, viewer)


def statement_runs_read_by(viewer: Viewer) -> ColumnElement[bool]:
    """A run names all operators: admins alone."""
    return true() if viewer.is_admin else false()


def tariff_read_by(viewer: Viewer) -> ColumnElement[bool]:
    """Admins read all; an operator those that may apply at its stations."""
    if viewer.role is not Role.OPERATOR:
        return true() if viewer.is_admin else false()
    areas = select(Area.id).where(area_managed_by(viewer))
    at_stations = Tariff.station_id.in_(select(Station.id).where(Station.area_id.in_(areas)))
    return or_(SITE_WIDE, _own_tenant(Tariff.operator_id, viewer), Tariff.area_id.in_(areas), at_stations)


def audit_read_by(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.is_admin else _own_tenant(AuditEvent.operator_id, viewer)


def driver_searched_by(viewer: Viewer) -> ColumnElement[bool]:
    """Drivers that a live search may name: all active ones, for admins and (masked) for operators."""
    if viewer.role not in (Role.ADMIN, Role.OPERATOR):
        return false()
    return Driver.status == DriverStatus.ACTIVE


def driver_remembered_by(viewer: Viewer) -> ColumnElement[bool]:
    """Drivers whose history the viewer may read: admins all, operators their present and former members."""
    if viewer.is_admin:
        return true()
    return Driver.id.in_(select(Membership.driver_id).where(_own_tenant(Membership.operator_id, viewer)))


def driver_explained_to(viewer: Viewer) -> ColumnElement[bool]:
    """Drivers about whom the viewer may ask by their exact number."""
    return or_(driver_searched_by(viewer), driver_remembered_by(viewer))


def driver_managed_by(viewer: Viewer) -> ColumnElement[bool]:
    """Drivers belong to the CPO: admins alone open and change them."""
    return true() if viewer.is_admin else false()


def account_managed_by(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.is_admin else false()


def _own_tenant(column: InstrumentedAttribute[Any], viewer: Viewer) -> ColumnElement[bool]:
    """The column names the viewer's own operator; nobody else owns anything (an empty scope is no open one)."""
    if viewer.role is not Role.OPERATOR or viewer.operator_id is None:
        return false()
    return column == viewer.operator_id
