"""Distances on the globe: great circles, in metres."""

import math
import re
from dataclasses import dataclass

from .errors import Invalid
from .geometry import WORLD, Box
from .text import N_

EARTH = 6_371_008.8  # mean radius in metres (IUGG)
HALF_WAY_ROUND = math.pi * EARTH
_SLACK = 1e-9  # degrees: what rounding may take from the edge of a box

_DEGREES = re.compile(r"[+-]?\d{1,3}(?:\.\d{0,20})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Point:
    """A position in degrees."""

    latitude: float
    longitude: float


def parse_point(text: str, field: str = "near") -> Point:
    """The position of `latitude,longitude` in degrees. Raises Invalid on `field`."""
    parts = [part.strip() for part in text[:100].split(",")]
    numbers = [float(part) for part in parts if _DEGREES.fullmatch(part)]
    if len(parts) == len(numbers) == 2 and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180:
        return Point(*numbers)
    raise Invalid(field, N_("Expected a latitude and a longitude in degrees, such as 46.05, 14.51."))


def metres_between(a: Point, b: Point) -> float:
    """The length of the great circle between them (haversine)."""
    north, other_north = math.radians(a.latitude), math.radians(b.latitude)
    up = math.sin((other_north - north) / 2) ** 2
    across = math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, up + math.cos(north) * math.cos(other_north) * across)))


def middle_of(box: Box) -> Point:
    """The middle of a box, on the right side of the world."""
    width = box.east - box.west + (360 if box.crosses_antimeridian else 0)
    return Point((max(box.south, -90) + min(box.north, 90)) / 2, _wrapped(box.west + width / 2))


def around(point: Point, metres: float) -> Box:
    """A box that holds every position within so many metres; one beside a pole reaches all round it."""
    angle = metres / EARTH
    high = math.degrees(angle) + _SLACK
    south, north = point.latitude - high, point.latitude + high
    if angle >= math.pi:
        return WORLD
    if north >= 90 or south <= -90:
        return Box(-180, max(south, -90), 180, min(north, 90))
    # The meridians that touch the circle, which is wider than it is at its middle.
    wide = (
        math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(point.latitude))))) + _SLACK
    )
    if wide >= 180:
        return Box(-180, south, 180, north)
    return Box(_wrapped(point.longitude - wide), south, _wrapped(point.longitude + wide), north)


def _wrapped(longitude: float) -> float:
    return longitude + 360 if longitude < -180 else longitude - 360 if longitude > 180 else longitude
