"""Stations counted by cells of a grid, in the database."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.domain.geometry import Grid, Lines
from portal.models import Station


def cells(stations: Select[Station], grid: Grid) -> Select[Any]:
    """One row a cell that holds stations, with the fields of `geometry.Cell` in their order.

    The cell of a position is found by comparing it with borders computed beforehand: engines differ in
    how they round, they agree on what is less.
    """
    placed = stations.with_only_columns(
        Station.id,
        Station.longitude.label("lng"),
        Station.latitude.label("lat"),
        _number(Station.longitude, grid.columns).label("col"),
        _number(Station.latitude, grid.rows).label("row"),
    ).subquery()
    lng, lat, column, row = placed.c.lng, placed.c.lat, placed.c.col, placed.c.row
    return (
        select(
            column,
            row,
            func.count(),
            func.sum(lng),
            func.sum(lat),
            func.min(lng),
            func.min(lat),
            func.max(lng),
            func.max(lat),
            func.min(placed.c.id),
        )
        .group_by(column, row)
        .order_by(column, row)
    )


def _number(position: InstrumentedAttribute[float], lines: Lines) -> ColumnElement[int]:
    """The number of the last line at or below the position, by halving; the first one's for what is lower."""
    if len(lines) == 1:
        return literal(lines[0][1], Integer)
    half = len(lines) // 2
    return case(
        (position < lines[half][0], _number(position, lines[:half])), else_=_number(position, lines[half:])
    )
