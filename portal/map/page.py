"""The map page: Folium's map, the filter form, an equal list, and the panel of one station."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from flask import Response, request
from flask_babel import gettext as _

from portal.domain import connectors
from portal.domain.clock import now
from portal.domain.codes import CodeError, normalise_code
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import Role
from portal.queries.map import belongs_to_networks, bounds, map_stations, shown_station
from portal.web.auth import viewer
from portal.web.htmx import page
from portal.web.lookup import found

from .blueprint import bp
from .cards import Card
from .filters import MapQuery
from .folium_map import CompiledMap
from .listing import Listing
from .scripts import compiled
from .sight import Sight, sight


@bp.get("/")
def driver_map() -> Response:
    return page("map/page.html", fragment="stations", view=MapView(sight(), now()), sight=sight())


@bp.get("/stations/<code>")
def station_panel(code: str) -> Response:
    card = found(card_of(sight().viewer, now(), code))
    return page("map/station.html", fragment="panel", card=card, sight=sight())


def card_of(asking: Viewer, at: datetime, code: str) -> Card | None:
    """The station of this code, if the viewer sees it; what cannot be a code is no station's."""
    try:
        row = db.session.execute(shown_station(asking, at, normalise_code(code))).one_or_none()
    except CodeError:
        return None
    return Card.all_of([row], asking, at)[0] if row else None


@dataclass
class MapView:
    """What the page is made of; a part is read when the template (or the one block of it) asks for it."""

    sight: Sight
    at: datetime

    def __post_init__(self) -> None:
        self.viewer = self.sight.viewer
        self.query = MapQuery.read(request.args)
        self.list = Listing.read(self.viewer, self.at, self.query, request.args)

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

    @cached_property
    def chosen(self) -> Card | None:
        """The station that the address names; a hidden one is as absent as one that does not exist."""
        return card_of(self.viewer, self.at, request.args.get("station", ""))

    @property
    def may_look_as(self) -> bool:
        """Whether to offer the map as somebody else sees it."""
        return viewer().role in (Role.ADMIN, Role.OPERATOR)

    @property
    def panel_url(self) -> str:
        """The address of panels, with {code} in the place of the station's code."""
        return self.sight.url("map.station_panel", code="-code-").replace("-code-", "{code}")

    @property
    def standards(self) -> list[tuple[str, str]]:
        return [(name, _(label)) for name, label in connectors.choices()]
