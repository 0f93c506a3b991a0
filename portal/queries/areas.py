"""Reads of areas."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager

from portal.domain.access import area_managed_by, operator_managed_by
from portal.domain.viewer import Viewer
from portal.models import (
    Area,
    ChargingSession,
    Operator,
    OperatorStatus,
    Station,
    StationStatus,
)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area as lists show it; the operator is loaded."""

    area: Area
    stations: int


def areas(viewer: Viewer) -> Select[Area]:
    """The areas that the viewer manages, with their operator."""
    return (
        select(Area)
        .outerjoin(Area.operator)
        .where(area_managed_by(viewer))
        .options(contains_eager(Area.operator))
    )


def area(viewer: Viewer, code: str) -> Select[Area]:
    """One of them. Lock it with `.with_for_update(of=Area)` before changing it."""
    return areas(viewer).where(Area.code == code.upper())


def areas_with_counts(viewer: Viewer) -> Select[Any]:
    """Rows for AreaRow."""
    return areas(viewer).add_columns(_station_count())


def areas_like(viewer: Viewer, folded: str, limit: int = 20) -> Select[Area]:
    """The first areas by name whose search text holds the words."""
    stmt = areas(viewer).order_by(func.lower(Area.name), Area.id).limit(limit)
    for word in folded.split():
        stmt = stmt.where(Area.search.contains(word, autoescape=True))
    return stmt


def assignable_operators(viewer: Viewer) -> Select[Operator]:
    """The operators that an area may be given to."""
    return (
        select(Operator)
        .where(operator_managed_by(viewer), Operator.status == OperatorStatus.ACTIVE)
        .order_by(func.lower(Operator.name), Operator.id)
    )


def operator(viewer: Viewer, code: str) -> Select[Operator]:
    """An operator that the viewer manages, whatever its status."""
    return select(Operator).where(operator_managed_by(viewer), Operator.code == code.upper())


def operator_choices(viewer: Viewer) -> Select[str, str]:
    """Code and name of every operator that the viewer manages, for filters."""
    by_name = (func.lower(Operator.name), Operator.id)
    return select(Operator.code, Operator.name).where(operator_managed_by(viewer)).order_by(*by_name)


def area_choices(viewer: Viewer) -> Select[str, str]:
    """Code and name of every area that the viewer manages, for filters."""
    by_name = (func.lower(Area.name), Area.id)
    return select(Area.code, Area.name).where(area_managed_by(viewer)).order_by(*by_name)


def station_numbers(area: Area) -> Select[int, int]:
    """How many stations of the area drivers may meet at all, and how many of those are hidden."""
    hidden = func.count(Station.id).filter(Station.visible.is_(False))
    return select(func.count(Station.id), hidden).where(
        Station.area_id == area.id, Station.status != StationStatus.CLOSED
    )


def references(area: Area) -> Select[int, int]:
    """How many stations and charging sessions point to the area."""
    stations = select(func.count(Station.id)).where(Station.area_id == area.id).scalar_subquery()
    sessions = (
        select(func.count(ChargingSession.id)).where(ChargingSession.area_id == area.id).scalar_subquery()
    )
    return select(stations, sessions)


def _station_count() -> ColumnElement[int]:
    return (
        select(func.count(Station.id)).where(Station.area_id == Area.id).correlate(Area).scalar_subquery()
    ).label("stations")
