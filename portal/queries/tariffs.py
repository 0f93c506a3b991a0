"""Reads of tariffs."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from portal.domain.access import SITE_WIDE, tariff_read_by
from portal.domain.viewer import Viewer
from portal.models import Area, Operator, Station, Tariff

from .paging import AnySelect

Column = InstrumentedAttribute[Any]


def tariffs(viewer: Viewer) -> Select[Tariff]:
    """The tariffs that the viewer may read, each with the operator, area or station that it is for, and whose that is."""
    return (
        select(Tariff)
        .outerjoin(Tariff.operator)
        .outerjoin(Tariff.area)
        .outerjoin(Tariff.station)
        .where(tariff_read_by(viewer))
        .options(contains_eager(Tariff.operator), contains_eager(Tariff.area), contains_eager(Tariff.station))
    )


def one_tariff(viewer: Viewer, tariff_id: int) -> Select[Tariff]:
    """One of them. Lock it with `.with_for_update(of=Tariff)` before changing it."""
    return tariffs(viewer).where(Tariff.id == tariff_id)


def nearest_tariff(station: Station, at: datetime) -> Select[Tariff]:
    """The tariff in force at the station: its own, else its area's, its operator's, the site's."""
    operator = select(Area.operator_id).where(Area.id == station.area_id).scalar_subquery()
    here = or_(
        Tariff.station_id == station.id,
        Tariff.area_id == station.area_id,
        Tariff.operator_id == operator,
        SITE_WIDE,
    )
    distance = case(
        (Tariff.station_id.is_not(None), 1),
        (Tariff.area_id.is_not(None), 2),
        (Tariff.operator_id.is_not(None), 3),
        else_=4,
    )
    return select(Tariff).where(here, in_force(at)).order_by(distance, Tariff.id).limit(1)


def in_force(at: datetime) -> ColumnElement[bool]:
    """`valid_from <= at < valid_to`."""
    return and_(Tariff.valid_from <= at, not_over(at))


def not_over(at: datetime) -> ColumnElement[bool]:
    """In force, or to come."""
    return or_(Tariff.valid_to.is_(None), Tariff.valid_to > at)


def same_place(tariff: Tariff) -> ColumnElement[bool]:
    """Tariffs for exactly what this one is for."""
    scope: tuple[tuple[Column, int | None], ...] = (
        (Tariff.operator_id, tariff.operator_id),
        (Tariff.area_id, tariff.area_id),
        (Tariff.station_id, tariff.station_id),
    )
    return and_(*(column.is_(None) if value is None else column == value for column, value in scope))


def overlapping(tariff: Tariff) -> Select[Tariff]:
    """Others for the same whose time meets this one's, the earliest first."""
    meets = [not_over(tariff.valid_from)]
    if tariff.valid_to is not None:
        meets.append(Tariff.valid_from < tariff.valid_to)
    stmt = select(Tariff).where(same_place(tariff), *meets).order_by(Tariff.valid_from)
    return stmt if tariff.id is None else stmt.where(Tariff.id != tariff.id)


def for_operator(stmt: AnySelect, code: str) -> AnySelect:
    """Those for the operator itself, for its areas and its stations."""
    owner = select(Operator.id).where(Operator.code == code.upper()).scalar_subquery()
    areas = select(Area.id).where(Area.operator_id == owner)
    stations = select(Station.id).where(Station.area_id.in_(areas))
    return stmt.where(
        or_(Tariff.operator_id == owner, Tariff.area_id.in_(areas), Tariff.station_id.in_(stations))
    )
