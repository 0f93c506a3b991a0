"""The stations of a view as GeoJSON: clusters, or single ones, never more than a screen can show."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, request
from sqlalchemy import Select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.geometry import Box, Cell, coarsened, grid, parse_zoom, parted
from portal.domain.text import N_
from portal.extensions import db
from portal.models import Station
from portal.queries.map import map_stations
from portal.queries.map_cells import cells

from .blueprint import bp
from .filters import MapQuery
from .occupancy import Occupancy
from .sight import sight

MOST_FEATURES = 190
MOST_BYTES = 30_000
SINGLY = 17  # from this zoom on stations stand alone while there is room
NAME_LENGTH = 60  # a marker's label; the panel has the whole name

Feature = dict[str, Any]


@bp.get("/stations.json")
def stations_json() -> Response:
    query = MapQuery.read(request.args)
    if query.wanted.box is None:
        raise Invalid("bbox", N_("Expected west,south,east,north in degrees."))
    zoom = parse_zoom(request.args.get("zoom", ""))
    stations = map_stations(sight().viewer, now(), query.wanted)
    response = Response(
        collection(db.session(), stations, query.wanted.box, zoom), mimetype="application/json"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Cookie"
    return response


def collection(session: Session, stations: Select[Station], box: Box, zoom: int) -> bytes:
    """A FeatureCollection of at most MOST_BYTES whose counts sum to these stations, which lie in the box."""
    if zoom >= SINGLY:
        found = session.scalars(stations.order_by(Station.id).limit(MOST_FEATURES + 1)).all()
        body = _encoded(_singles(found))
        if len(found) <= MOST_FEATURES and len(body) <= MOST_BYTES:
            return body
    counted = [Cell(*row) for row in session.execute(cells(stations, grid(box, zoom)))]
    most = MOST_FEATURES
    while True:
        counted = parted(coarsened(counted, most), zoom)
        body = _encoded(_features(session, stations, counted))
        if len(body) <= MOST_BYTES or len(counted) == 1:
            return body
        most = len(counted) // 2


def _features(session: Session, stations: Select[Station], counted: list[Cell]) -> list[Feature]:
    ones = [cell.one for cell in counted if cell.count == 1]
    alone = session.scalars(stations.where(Station.id.in_(ones)).order_by(Station.id)).all() if ones else ()
    return [_cluster(cell) for cell in counted if cell.count > 1] + _singles(alone)


def _cluster(cell: Cell) -> Feature:
    members = [round(edge, 5) for edge in (cell.west, cell.south, cell.east, cell.north)]
    return _feature(*cell.middle, {"cluster": True, "count": cell.count, "bbox": members})


def _singles(stations: Sequence[Station]) -> list[Feature]:
    occupancy = Occupancy.of(stations)
    return [_single(station, occupancy.status(station)) for station in stations]


def _single(station: Station, status: str) -> Feature:
    properties = {
        "cluster": False,
        "code": station.code,
        "status": status,
        "name": station.name[:NAME_LENGTH],
    }
    if not station.visible:
        properties["private"] = True
    return _feature(station.longitude, station.latitude, properties)


def _feature(longitude: float, latitude: float, properties: dict[str, Any]) -> Feature:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": properties,
    }


_ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&'\u2028\u2029"})


def _encoded(features: list[Feature]) -> bytes:
    """Compact JSON in UTF-8; nothing in it reads as markup, wherever somebody may put it."""
    text = json.dumps(
        {"type": "FeatureCollection", "features": features},
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
    )
    return text.translate(_ESCAPES).encode()
