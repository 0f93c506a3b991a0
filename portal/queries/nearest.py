"""The stations nearest to a position, in exact great-circle order, without looking at all there are."""

import math
from typing import NamedTuple

from sqlalchemy import Select
from sqlalchemy.orm import Session

from portal.domain.distance import HALF_WAY_ROUND, Point, around, metres_between
from portal.models import Station

from .map import within

MOST_NEARBY = 1000  # so many are listed by distance at most
_FIRST = 1_000.0  # metres: where to begin where there are many
_GROWTH = 4
_MOST_ROWS = 2 * MOST_NEARBY  # looked at in one step
_SAME_PLACE = 1e-3  # metres, and
_SAME_CROWD = 1.001  # the ratio of circles that no step can tell apart any more


class Near(NamedTuple):
    """A station by its number, and how far it is."""

    metres: float
    station_id: int


def nearest(session: Session, stations: Select[Station], origin: Point, limit: int) -> list[Near]:
    """The nearest `limit` of these stations, those at one distance by their number.

    Where there are few, one query reads them all. Else circles grow, or shrink where they hold too many,
    until one holds enough; each step reads at most a few thousand positions.
    """
    found = _within(session, stations, origin, HALF_WAY_ROUND)
    if found is not None:
        return found[:limit]
    too_small, too_large, radius = 0.0, HALF_WAY_ROUND, _FIRST
    while too_large > max(too_small, _SAME_PLACE) * _SAME_CROWD:
        found = _within(session, stations, origin, radius)
        if found is None:
            too_large = radius
        elif len(found) >= limit:
            return found[:limit]
        else:
            too_small = radius
        radius = _between(too_small, too_large)
    # A crowd at one distance. Its box is full, and this circle holds the box, beside a pole too.
    return (_within(session, stations, origin, 4 * too_large, most=None) or [])[:limit]


def _between(too_small: float, too_large: float) -> float:
    middle = math.sqrt(max(too_small, _SAME_PLACE / 10) * too_large)
    return min(too_small * _GROWTH, middle) if too_small else middle


def _within(
    session: Session, stations: Select[Station], origin: Point, metres: float, most: int | None = _MOST_ROWS
) -> list[Near] | None:
    """All within the circle, nearest first; None when the box round it holds more than `most`."""
    places = stations.where(within(around(origin, metres))).with_only_columns(
        Station.id, Station.latitude, Station.longitude
    )
    rows = session.execute(places.limit(None if most is None else most + 1)).all()
    if most is not None and len(rows) > most:
        return None
    near = (Near(metres_between(origin, Point(lat, lng)), number) for number, lat, lng in rows)
    return sorted(each for each in near if each.metres <= metres)
