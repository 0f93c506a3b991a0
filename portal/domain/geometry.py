"""Boxes and cells on the globe, in degrees: pure arithmetic, so that both engines get the same numbers."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .errors import Invalid
from .text import N_

MAX_ZOOM = 22
WORLD_NORTH = 85.0511  # Web Mercator ends here; what lies beyond belongs to the outermost cells
_FINER = 2  # a tile of 256 pixels is cut into 2^2 cells a side: 64 pixels
_MOST_LINES = 64  # rows, and columns, that one view is cut into at most

_MARK = 40  # pixels across a mark of a cluster

_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Box:
    """A position on an edge lies within. A west that is greater than the east crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @property
    def crosses_antimeridian(self) -> bool:
        return self.west > self.east


WORLD = Box(-180, -90, 180, 90)


def parse_box(text: str, field: str = "bbox") -> Box:
    """The box of `west,south,east,north`; longitudes may run on past the antimeridian, as maps let them.

    A box as wide as the world or wider is the whole world. Raises Invalid on `field`.
    """
    parts = [part.strip() for part in text[:400].split(",")]
    numbers = [float(part) for part in parts if _NUMBER.fullmatch(part)]
    if len(parts) != 4 or len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise Invalid(
            field, N_("Expected four numbers: west,south,east,north in degrees, such as 14.2,45.9,14.8,46.2.")
        )
    west, south, east, north = numbers
    if south > north:
        raise Invalid(field, N_("Expected west,south,east,north: the south must not lie north of the north."))
    if east - west >= 360:
        return Box(-180, south, 180, north)
    return Box(_wrapped(west), south, _wrapped(east), north)


def parse_zoom(text: str, field: str = "zoom") -> int:
    """A zoom level of web maps. Raises Invalid on `field`."""
    if not re.fullmatch(r"\d{1,2}", text, re.ASCII) or int(text) > MAX_ZOOM:
        raise Invalid(field, N_("Expected a whole number from 0 to %(most)s."), most=MAX_ZOOM)
    return int(text)


Lines = tuple[tuple[float, int], ...]
"""Where cells begin and their numbers, both ascending."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells that a view touches: the world in 2^level columns from the west and rows from the south."""

    columns: Lines
    rows: Lines


def grid(box: Box, zoom: int) -> Grid:
    """Cells of about 64 pixels at this zoom; larger ones for a box that no screen shows at this zoom."""
    for level in range(zoom + _FINER, -1, -1):
        size = 2**level
        columns, rows = _columns(box, size), _rows(box, size)
        if sum(map(len, columns)) <= _MOST_LINES and len(rows) <= _MOST_LINES:
            break
    return Grid(
        _lines(columns, lambda column: 360 * column / size - 180),
        _lines([rows], lambda row: _latitude(row / size)),
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """Stations counted in one cell; `one` is the id of one of them."""

    column: int
    row: int
    count: int
    longitudes: float
    latitudes: float
    west: float
    south: float
    east: float
    north: float
    one: int

    @property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of the mean position, never outside of the members' box."""
        return (
            min(max(round(self.longitudes / self.count, 5), self.west), self.east),
            min(max(round(self.latitudes / self.count, 5), self.south), self.north),
        )


def coarsened(cells: Iterable[Cell], most: int) -> list[Cell]:
    """At most `most` cells: four neighbours become one until it is so; every station stays counted once."""
    cells = list(cells)
    while len(cells) > max(most, 1):
        merged: dict[tuple[int, int], Cell] = {}
        for cell in cells:
            place = (cell.column // 2, cell.row // 2)
            merged[place] = _together(place, merged.get(place), cell)
        cells = list(merged.values())
    return cells


def parted(cells: Iterable[Cell], zoom: int) -> list[Cell]:
    """The same without cells whose marks would lie over each other at this zoom: the larger takes the smaller."""
    kept: list[Cell] = []
    for cell in sorted(cells, key=lambda cell: (-cell.count, cell.column, cell.row)):
        near = next((i for i, other in enumerate(kept) if _close(other, cell, zoom)), None)
        if near is None:
            kept.append(cell)
        else:
            kept[near] = _together((kept[near].column, kept[near].row), kept[near], cell)
    return kept


def _together(place: tuple[int, int], a: Cell | None, b: Cell) -> Cell:
    a = a or Cell(*place, 0, 0, 0, b.west, b.south, b.east, b.north, b.one)
    return Cell(
        *place,
        a.count + b.count,
        a.longitudes + b.longitudes,
        a.latitudes + b.latitudes,
        min(a.west, b.west),
        min(a.south, b.south),
        max(a.east, b.east),
        max(a.north, b.north),
        b.one,
    )


def _close(a: Cell, b: Cell, zoom: int) -> bool:
    (lng, lat), (other_lng, other_lat) = a.middle, b.middle
    world = 256 * 2**zoom
    across = abs(lng - other_lng) / 360 * world
    return across < _MARK and math.hypot(across, (_height(lat) - _height(other_lat)) * world) < _MARK


def _wrapped(longitude: float) -> float:
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180


def _columns(box: Box, size: int) -> list[range]:
    first, last = (_clamped((longitude + 180) / 360, size) for longitude in (box.west, box.east))
    if not box.crosses_antimeridian:
        return [range(first, last + 1)]
    return [range(last + 1), range(max(first, last + 1), size)]


def _rows(box: Box, size: int) -> range:
    first, last = (_clamped(_height(latitude), size) for latitude in (box.south, box.north))
    return range(first, last + 1)


def _lines(spans: list[range], start: Callable[[int], float]) -> Lines:
    return tuple((start(number), number) for span in spans for number in span)


def _clamped(share: float, size: int) -> int:
    return min(max(int(share * size), 0), size - 1)


def _height(latitude: float) -> float:
    """Share of the Mercator world south of a latitude."""
    phi = math.radians(min(max(latitude, -WORLD_NORTH), WORLD_NORTH))
    return 0.5 + math.asinh(math.tan(phi)) / (2 * math.pi)


def _latitude(height: float) -> float:
    return math.degrees(math.atan(math.sinh((2 * height - 1) * math.pi)))
