"""What the map shows: one base query, from which data, list, counts, bounds and panel are composed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.domain.access import (
    driver_looked_through_by,
    networks_of,
    station_in_network_of,
    station_visible_to,
)
from portal.domain.geometry import Box
from portal.domain.viewer import Viewer
from portal.models import Area, Charger, Connector, Driver, Station

_WHOLE = (
    joinedload(Station.area).joinedload(Area.operator),
    selectinload(Station.chargers).selectinload(Charger.connectors),
)


@dataclass(frozen=True, slots=True)
class StationFilter:
    """What a viewer wants of the stations that it sees; the default is all of them.

    `words` are folded and must all occur; `connector` and `min_w` must hold of one and the same
    connector; `mine` leaves the stations of the viewer's networks.
    """

    words: tuple[str, ...] = ()
    connector: str | None = None
    min_w: int | None = None
    mine: bool = False
    box: Box | None = None


def visible_stations(viewer: Viewer, at: datetime) -> Select[Station]:
    """Every station that the viewer sees."""
    return select(Station).where(station_visible_to(viewer, at))


def map_stations(viewer: Viewer, at: datetime, wanted: StationFilter) -> Select[Station]:
    """The visible stations that pass the filter."""
    stmt = visible_stations(viewer, at)
    for word in wanted.words:
        stmt = stmt.where(Station.search.contains(word, autoescape=True))
    if wanted.connector or wanted.min_w:
        stmt = stmt.where(_has_connector(wanted.connector, wanted.min_w))
    if wanted.mine:
        stmt = stmt.where(station_in_network_of(viewer, at))
    if wanted.box:
        stmt = stmt.where(within(wanted.box))
    return stmt


def listed_stations(viewer: Viewer, at: datetime, wanted: StationFilter) -> Select[Station, bool]:
    """The same with hardware, area and operator loaded, and whether each is of the viewer's networks."""
    mine = station_in_network_of(viewer, at)
    return map_stations(viewer, at, wanted).add_columns(mine.label("mine")).options(*_WHOLE)


def shown_station(viewer: Viewer, at: datetime, code: str) -> Select[Station, bool]:
    """One station by its code as it is stored, if the viewer sees it."""
    return listed_stations(viewer, at, StationFilter()).where(Station.code == code)


def bounds(stations: Select[Station]) -> Select[float, float, float, float]:
    """West, south, east, north of these stations; all None when there are none."""
    lng, lat = Station.longitude, Station.latitude
    return stations.with_only_columns(func.min(lng), func.min(lat), func.max(lng), func.max(lat))


def belongs_to_networks(viewer: Viewer, at: datetime) -> Select[bool]:
    """Whether there is any network for "my networks" to name."""
    return select(networks_of(viewer, at).exists())


def driver_to_look_as(viewer: Viewer, at: datetime, number: str) -> Select[Driver]:
    """The driver of this number, if the viewer may look at the map through its eyes."""
    return select(Driver).where(driver_looked_through_by(viewer, at), Driver.number == number.upper())


def within(box: Box) -> ColumnElement[bool]:
    """The position lies in the box, edges included."""
    lng, lat = Station.longitude, Station.latitude
    if box.crosses_antimeridian:
        across: ColumnElement[bool] = or_(lng >= box.west, lng <= box.east)
    else:
        across = and_(lng >= box.west, lng <= box.east)
    return and_(across, lat >= box.south, lat <= box.north)


def _has_connector(standard: str | None, min_w: int | None) -> ColumnElement[bool]:
    fitting = select(Charger.station_id).join(Charger.connectors)
    if standard:
        fitting = fitting.where(Connector.standard == standard)
    if min_w:
        fitting = fitting.where(Connector.max_w >= min_w)
    return Station.id.in_(fitting)
