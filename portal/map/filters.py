"""What the address of the map asks for: filters and box, checked, and links that keep them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for

from portal.domain.connectors import STANDARDS
from portal.domain.errors import Invalid
from portal.domain.geometry import parse_box
from portal.domain.paging import MAX_QUERY
from portal.domain.text import N_, fold
from portal.domain.values import decimal_value, text_value
from portal.queries.map import StationFilter

NAMES = ("q", "connector", "min_kw", "mine", "bbox")
MOST_KW = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class MapQuery:
    """The filter, and the texts that it was read from (only those that are set)."""

    wanted: StationFilter
    args: dict[str, Any]

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
        wanted = StationFilter(tuple(words), connector, _min_w(given.get("min_kw")), mine, box)
        return cls(wanted, given)

    @property
    def narrowed(self) -> bool:
        """Whether more than the view of the map leaves stations out."""
        return any(name != "bbox" for name in self.args)

    def url(self, **more: Any) -> str:
        """The map's address with these filters and something more."""
        return url_for("map.driver_map", **self.args, **more)

    @property
    def wider_url(self) -> str:
        """The same without the box."""
        return url_for("map.driver_map", **(self.args | {"bbox": None}))


def _min_w(text: str | None) -> int | None:
    kw = decimal_value("min_kw", text, least=Decimal(0), most=MOST_KW, places=3)
    return int(kw * 1000) if kw is not None else None
