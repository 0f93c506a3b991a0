"""The world as it was at an instant, for the rules of access.py: dated memberships and former states.

A row's state at an instant is its first former one, in the order of writing, whose `until` lies after it; without
one, the row is as it is. So every change counts from its own instant on, also one that was stamped before another and
written after it.
"""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from portal.models import (
    Area,
    AreaPast,
    Base,
    Driver,
    DriverPast,
    Membership,
    Operator,
    OperatorPast,
    Station,
    StationPast,
)

from .access import AnyColumn, World

M = TypeVar("M", bound=Base)


def world_at(
    moment: datetime | AnyColumn,
    *,
    areas: ColumnElement[bool] | None = None,
    drivers: ColumnElement[bool] | None = None,
) -> World:
    """What the rule reads at the moment, which may be a column of a query around it.

    `areas` and `drivers`, conditions on Area and Driver, leave the others out: the past of each row costs a look.
    """
    station = _then(Station, StationPast, StationPast.station_id, moment, "area_id", "visible", "status")
    area = _then(Area, AreaPast, AreaPast.area_id, moment, "operator_id")
    driver = _then(Driver, DriverPast, DriverPast.driver_id, moment, "status")
    return World(
        station=_stands_for(Station, station.where(Station.created_at <= moment)),
        area=_stands_for(Area, area if areas is None else area.where(areas)),
        operator=_stands_for(
            Operator, _then(Operator, OperatorPast, OperatorPast.operator_id, moment, "status")
        ),
        driver=_stands_for(Driver, driver if drivers is None else driver.where(drivers)),
        membership=_stands_for(Membership, _memberships(moment)),
    )


def _then(
    model: Any, past: Any, owner: InstrumentedAttribute[int], moment: datetime | AnyColumn, *columns: str
) -> Select[Any]:
    """The rows of the model with what these columns held at the moment."""
    former = select(func.min(past.id)).where(owner == model.id, past.until > moment).correlate_except(past)
    held = (
        case((past.id.is_not(None), getattr(past, name)), else_=getattr(model, name)).label(name)
        for name in columns
    )
    rows = select(model.id, *held).outerjoin(past, past.id == former.scalar_subquery())
    return rows.correlate_except(model, past)


def _memberships(moment: datetime | AnyColumn) -> Select[Any]:
    """Those granted by the moment; a revoke that came later has not happened."""
    revoked_at = case((Membership.revoked_at <= moment, Membership.revoked_at)).label("revoked_at")
    kept = (Membership.id, Membership.operator_id, Membership.driver_id)
    dates = (Membership.valid_from, Membership.valid_to)
    rows: Select[Any] = select(*kept, *dates, revoked_at).where(Membership.granted_at <= moment)
    return rows.correlate_except(Membership)


def _stands_for(model: type[M], rows: Select[Any]) -> type[M]:
    """The rows in the place of the model; what they lack must not be asked of it."""
    name = f"{model.__tablename__}_then"
    return aliased(model, rows.subquery(name), name=name, adapt_on_names=True)
