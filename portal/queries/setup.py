"""How far a new portal is set up: the newest operator and what its private network still lacks."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, literal, select

from portal.domain.access import driver_managed_by, membership_live, operator_managed_by, station_managed_by
from portal.domain.viewer import Viewer
from portal.models import (
    Account,
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


def progress(viewer: Viewer, at: datetime) -> AnySelect:
    """One row of codes, each null until it is made: operator, area, station (hidden), driver, member."""
    newest = func.coalesce(
        select(Operator.id)
        .where(operator_managed_by(viewer), Operator.status == OperatorStatus.ACTIVE)
        .order_by(Operator.id.desc())
        .limit(1)
        .scalar_subquery(),
        literal(0),
    )
    own = select(Area.id).where(Area.operator_id == newest)
    hidden = (Station.visible.is_(False), Station.status != StationStatus.CLOSED, Station.area_id.in_(own))
    active = (driver_managed_by(viewer), Driver.status == DriverStatus.ACTIVE)
    member = select(Membership.driver_id).where(Membership.operator_id == newest, membership_live(at))
    return select(
        _first(select(Operator.code).where(Operator.id == newest)).label("operator"),
        _first(select(Area.code).where(Area.id.in_(own)).order_by(Area.id)).label("area"),
        _first(select(Station.code).where(station_managed_by(viewer), *hidden).order_by(Station.id)).label(
            "station"
        ),
        _first(select(Driver.number).where(*active).order_by(Driver.id.desc())).label("driver"),
        _first(select(Driver.number).where(*active, Driver.id.in_(member)).order_by(Driver.id)).label(
            "member"
        ),
    )


def any_account() -> Select[bool]:
    """Whether anybody at all can sign in: a portal without is a new one."""
    return select(exists().where(Account.id.is_not(None)))


def _first(stmt: AnySelect) -> Any:
    return stmt.limit(1).scalar_subquery()
