"""What the address of the map asks for: filters, box and order, checked, and links that keep them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.domain.connectors import STANDARDS
from portal.domain.distance import Point, middle_of, parse_point
from portal.domain.errors import Invalid
from portal.domain.geometry import parse_box
from portal.domain.paging import MAX_QUERY
from portal.domain.text import N_, fold
from portal.domain.values import decimal_value, text_value
from portal.queries.map import StationFilter

from .sight import sight

FILTERS = ("q", "connector", "min_kw", "mine")
NAMES = (*FILTERS, "bbox", "near", "sort", "lat", "lng", "zoom")
BY_NAME = "name"
MOST_KW = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class MapQuery:
    """The filter, from where distances are measured, and the texts that both were read from.

    `origin` is the place that `near` names, else the middle of the view; None where there is neither.
    """

    wanted: StationFilter
    args: dict[str, Any]
    origin: Point | None

    @classmethod
    def read(cls, args: Mapping[str, str]) -> "MapQuery":
        """From the parameters of an address. Raises Invalid on the parameter that is wrong."""
        given = {name: args[name].strip() for name in NAMES if args.get(name, "").strip()}
        words = fold(text_value("q", given.get("q"), MAX_QUERY) or "").split()
        box = parse_box(given["bbox"]) if "bbox" in given else None
        connector = given.get("connector")
        if connector and connector not in STANDARDS:
            raise Invalid("connector", N_("Expected the name of a connector standard, such as IEC_62196_T2."))
        if given.get("mine", "0") not in ("0", "1"):
            raise Invalid("mine", N_("Expected 0 or 1."))
        mine = given.get("mine") == "1"
        if given.get("sort", BY_NAME) not in (BY_NAME, "distance"):
            raise Invalid("sort", N_("Expected distance or name."))
        wanted = StationFilter(tuple(words), connector, _min_w(given.get("min_kw")), mine, box)
        near = parse_point(given["near"]) if "near" in given else None
        return cls(wanted, given, near or _middle(given) or (middle_of(box) if box else None))

    @property
    def narrowed(self) -> bool:
        """Whether more than the view of the map leaves stations out."""
        return any(name in FILTERS for name in self.args)

    @property
    def measured_from(self) -> Point | None:
        """Where the list begins when it is in the order of distance; None for the order of names."""
        return None if self.args.get("sort") == BY_NAME else self.origin

    def url(self, **more: Any) -> str:
        """The map's address with these filters, through the same eyes, and something more."""
        return sight().url("map.driver_map", **(self.args | more))

    @property
    def wider_url(self) -> str:
        """The same without the view."""
        return self.url(bbox=None, lat=None, lng=None, zoom=None)


def _middle(given: Mapping[str, str]) -> Point | None:
    """The middle of the view, which may have gone on beyond the antimeridian; None where none is said."""
    try:
        latitude, longitude = float(given["lat"]), float(given["lng"])
    except (KeyError, ValueError):
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    return Point(max(-90.0, min(90.0, latitude)), (longitude + 180) % 360 - 180)


def _min_w(text: str | None) -> int | None:
    kw = decimal_value("min_kw", text, least=Decimal(0), most=MOST_KW, places=3)
    return int(kw * 1000) if kw is not None else None
