"""What the CPO's dashboard tells: how much there is, and what needs attention. Each function is one query."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, select

from portal.domain.access import (
    area_managed_by,
    driver_managed_by,
    membership_live,
    membership_managed_by,
    operator_managed_by,
    station_managed_by,
)
from portal.domain.viewer import Viewer
from portal.models import (
    Account,
    AccountStatus,
    Area,
    Driver,
    DriverStatus,
    Membership,
    Operator,
    OperatorStatus,
    Station,
    StationStatus,
)

from .paging import AnySelect

EXAMPLES = 5
EXPIRING = timedelta(days=7)


def network_counts(viewer: Viewer, at: datetime) -> AnySelect:
    """One row: operators, areas, visible, hidden, closed (stations), drivers, members (live)."""
    stations, is_open = station_managed_by(viewer), Station.status != StationStatus.CLOSED
    standing = Operator.status != OperatorStatus.ARCHIVED
    return select(
        _count(Operator.id, operator_managed_by(viewer), standing).label("operators"),
        _count(Area.id, area_managed_by(viewer)).label("areas"),
        _count(Station.id, stations, is_open, Station.visible.is_(True)).label("visible"),
        _count(Station.id, stations, is_open, Station.visible.is_(False)).label("hidden"),
        _count(Station.id, stations, ~is_open).label("closed"),
        _count(Driver.id, driver_managed_by(viewer), Driver.status == DriverStatus.ACTIVE).label("drivers"),
        _count(Membership.id, membership_managed_by(viewer), membership_live(at)).label("members"),
    )


def hidden_without_operator(viewer: Viewer) -> AnySelect:
    """(code, name, how many in all) of the first hidden stations that nobody but admins sees or manages."""
    unassigned = select(Area.id).where(Area.operator_id.is_(None))
    return _stations(viewer, Station.area_id.in_(unassigned))


def hidden_without_member(viewer: Viewer, at: datetime) -> AnySelect:
    """The same for hidden stations of an operator that has no live member."""
    with_members = select(Membership.operator_id).where(membership_live(at))
    unseen = select(Area.id).where(Area.operator_id.is_not(None), Area.operator_id.not_in(with_members))
    return _stations(viewer, Station.area_id.in_(unseen))


def operators_without_area(viewer: Viewer) -> AnySelect:
    """(code, name, how many in all) of the first active operators that were assigned no area."""
    return _operators(viewer, ~exists().where(Area.operator_id == Operator.id))


def operators_without_login(viewer: Viewer) -> AnySelect:
    """The same for those as whose user nobody can sign in."""
    login = and_(Account.operator_id == Operator.id, Account.status == AccountStatus.ACTIVE)
    return _operators(viewer, ~exists().where(login))


def operators_losing_members(viewer: Viewer, at: datetime) -> AnySelect:
    """The same for those of whom a member's access ends within EXPIRING."""
    soon = (Membership.operator_id == Operator.id, Membership.valid_to <= at + EXPIRING)
    return _operators(viewer, exists().where(*soon, membership_live(at)))


def _stations(viewer: Viewer, *where: ColumnElement[bool]) -> AnySelect:
    hidden = (Station.status != StationStatus.CLOSED, Station.visible.is_(False))
    found = select(Station.code, Station.name, func.count().over())
    found = found.where(station_managed_by(viewer), *hidden, *where)
    return found.order_by(func.lower(Station.name), Station.id).limit(EXAMPLES)


def _operators(viewer: Viewer, *where: ColumnElement[bool]) -> AnySelect:
    found = select(Operator.code, Operator.name, func.count().over())
    found = found.where(operator_managed_by(viewer), Operator.status == OperatorStatus.ACTIVE, *where)
    return found.order_by(func.lower(Operator.name), Operator.id).limit(EXAMPLES)


def _count(column: Any, *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(column)).where(*where).scalar_subquery()
