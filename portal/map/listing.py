"""The list beside the map: the nearest first where there is a place to measure from, else by name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import func

from portal.domain.distance import Point, metres_between
from portal.domain.errors import Invalid
from portal.domain.paging import Count, Cursor
from portal.domain.text import N_
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import Station
from portal.queries.map import StationFilter, listed_stations, map_stations
from portal.queries.nearest import MOST_NEARBY, Near, nearest
from portal.queries.paging import Page, capped_count, fetch_page

from .cards import Card
from .filters import MapQuery

LIST_SIZE = 25


@dataclass
class Listing:
    """One page of the list for a viewer; its parts are read when the template asks for them."""

    viewer: Viewer
    at: datetime
    query: MapQuery
    skipped: int
    cursor: Cursor | None

    @classmethod
    def read(cls, viewer: Viewer, at: datetime, query: MapQuery, args: Mapping[str, str]) -> "Listing":
        """From the parameters of an address. Raises Invalid on a damaged link to a page."""
        given = [(name, args[name]) for name in ("after", "before") if args.get(name)]
        cursor = Cursor.decode(given[0][1], field=given[0][0]) if given else None
        return cls(viewer, at, query, _skip(args.get("skip") or "0"), cursor)

    @cached_property
    def count(self) -> Count:
        return capped_count(db.session(), map_stations(self.viewer, self.at, self.query.wanted))

    @property
    def by_distance(self) -> bool:
        return self.query.measured_from is not None

    @cached_property
    def cards(self) -> list[Card]:
        if self.by_distance:
            return self._cards(self._nearby[:LIST_SIZE])
        return Card.all_of(self._page.rows, self.viewer, self.at, self._metres)

    @property
    def next_url(self) -> str | None:
        if not self.by_distance:
            return self.query.url(after=self._page.after.encode()) if self._page.after else None
        more = len(self._nearby) > LIST_SIZE and self.skipped + LIST_SIZE < MOST_NEARBY
        return self.query.url(skip=self.skipped + LIST_SIZE) if more else None

    @property
    def previous_url(self) -> str | None:
        if not self.by_distance:
            return self.query.url(before=self._page.before.encode()) if self._page.before else None
        return self.query.url(skip=(self.skipped - LIST_SIZE) or None) if self.skipped else None

    @property
    def first_url(self) -> str | None:
        return self.query.url() if self.cursor or self.skipped else None

    @property
    def cut(self) -> bool:
        """Whether more stations are left than a list by distance goes on to."""
        return self.by_distance and not self.next_url and len(self._nearby) > LIST_SIZE

    @cached_property
    def elsewhere(self) -> Card | None:
        """Where the view holds nothing: the nearest station outside of it that passes the filters."""
        if self.cards or self.cursor or self.query.origin is None or self.query.wanted.box is None:
            return None
        everywhere = replace(self.query.wanted, box=None)
        stations = map_stations(self.viewer, self.at, everywhere)
        found = self._cards(nearest(db.session(), stations, self.query.origin, 1))
        return found[0] if found else None

    def _metres(self, station: Station) -> float | None:
        origin = self.query.origin
        return metres_between(origin, Point(station.latitude, station.longitude)) if origin else None

    def _cards(self, near: Sequence[Near]) -> list[Card]:
        """The whole of these stations, in their order; what the viewer sees is asked once more."""
        metres = {each.station_id: each.metres for each in near}
        if not metres:
            return []
        stmt = listed_stations(self.viewer, self.at, StationFilter()).where(Station.id.in_(metres))
        rows: dict[int, Any] = {row[0].id: row for row in db.session.execute(stmt)}
        found = [rows[n] for n in metres if n in rows]
        return Card.all_of(found, self.viewer, self.at, lambda station: metres[station.id])

    @cached_property
    def _nearby(self) -> list[Near]:
        """This page and one more."""
        origin = self.query.measured_from
        if origin is None:
            return []
        stations = map_stations(self.viewer, self.at, self.query.wanted)
        return nearest(db.session(), stations, origin, self.skipped + LIST_SIZE + 1)[self.skipped :]

    @cached_property
    def _page(self) -> Page:
        return fetch_page(
            db.session(),
            listed_stations(self.viewer, self.at, self.query.wanted),
            key=func.lower(Station.name),
            identity=Station.id,
            descending=False,
            cursor=self.cursor,
            limit=LIST_SIZE,
        )


def _skip(text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or int(text) >= MOST_NEARBY or int(text) % LIST_SIZE:
        raise Invalid("skip", N_("This link to a page is damaged. Start again from the first page."))
    return int(text)
