"""The map page: Folium's map, the filter form, an equal list, and the panel of one station."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func

from portal.domain import connectors
from portal.domain.clock import now
from portal.domain.codes import CodeError, normalise_code
from portal.domain.paging import Count, Cursor
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import Station
from portal.queries.map import belongs_to_networks, bounds, listed_stations, map_stations, shown_station
from portal.queries.paging import Page, capped_count, fetch_page
from portal.web.auth import viewer
from portal.web.htmx import page
from portal.web.lookup import found

from .blueprint import bp
from .cards import Card
from .filters import MapQuery
from .folium_map import CompiledMap
from .scripts import compiled

LIST_SIZE = 25


@bp.get("/")
def driver_map() -> Response:
    return page("map/page.html", fragment="stations", view=MapView(viewer(), now()))


@bp.get("/stations/<code>")
def station_panel(code: str) -> Response:
    return page("map/station.html", fragment="panel", card=found(card_of(viewer(), now(), code)))


def card_of(asking: Viewer, at: datetime, code: str) -> Card | None:
    """The station of this code, if the viewer sees it; what cannot be a code is no station's."""
    try:
        row = db.session.execute(shown_station(asking, at, normalise_code(code))).one_or_none()
    except CodeError:
        return None
    return Card.of(row, at) if row else None


@dataclass
class MapView:
    """What the page is made of; a part is read when the template (or the one block of it) asks for it."""

    viewer: Viewer
    at: datetime

    def __post_init__(self) -> None:
        self.query = MapQuery.read(request.args)
        given = [(name, request.args[name]) for name in ("after", "before") if request.args.get(name)]
        self.cursor = Cursor.decode(given[0][1], field=given[0][0]) if given else None

    @cached_property
    def cards(self) -> list[Card]:
        return [Card.of(row, self.at) for row in self._page.rows]

    @cached_property
    def count(self) -> Count:
        return capped_count(db.session(), map_stations(self.viewer, self.at, self.query.wanted))

    @property
    def next_url(self) -> str | None:
        return self.query.url(after=self._page.after.encode()) if self._page.after else None

    @property
    def previous_url(self) -> str | None:
        return self.query.url(before=self._page.before.encode()) if self._page.before else None

    @property
    def first_url(self) -> str | None:
        return self.query.url() if self.cursor else None

    @cached_property
    def map(self) -> CompiledMap:
        return compiled("driver")

    @property
    def bounds(self) -> str:
        """West, south, east, north of what the filters leave, wherever the map looks; empty for nothing."""
        everywhere = replace(self.query.wanted, box=None)
        edges = db.session.execute(bounds(map_stations(self.viewer, self.at, everywhere))).one()
        return ",".join(str(edge) for edge in edges if edge is not None)

    @cached_property
    def has_networks(self) -> bool:
        return bool(db.session.scalar(belongs_to_networks(self.viewer, self.at)))

    @property
    def chosen(self) -> Card | None:
        """The station that the address names; a hidden one is as absent as one that does not exist."""
        return card_of(self.viewer, self.at, request.args.get("station", ""))

    @property
    def panel_url(self) -> str:
        """What panels' addresses begin with."""
        return url_for(".station_panel", code="-").removesuffix("-")

    @property
    def standards(self) -> list[tuple[str, str]]:
        return [(name, _(label)) for name, label in connectors.choices()]

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
