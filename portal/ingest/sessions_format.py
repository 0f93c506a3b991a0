"""What a format states about sessions beside its fields: how times and energy are written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from portal.ingest.table import Table

EnergyUnit = Literal["Wh", "kWh"]

SESSION_FIELDS = {
    "external_id": True, "station_code": True, "charger_uid": True, "connector_number": True, "driver_number": False,
    "started_at": True, "ended_at": True, "energy": True, "currency": False, "net": False, "vat": False,
    "charging_s": False, "idle_s": False, "end_reason": False, "station_name": False, "area_code": False, "area_name": False,
}  # fmt: skip
_UNITS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}
Pattern = tuple[re.Pattern[str], tuple[int, ...]]
"""A wall clock, and the groups in which year, month, day, hour, minute and perhaps second stand."""


@dataclass(frozen=True, slots=True)
class SessionShape:
    """`times`: patterns of wall clocks; none means ISO 8601. `rename`: other names of columns in some of the files.

    `century` is added to years below 100. `newest_first_gap`: rows are sorted newest first, and no more days than
    this lie between two; dates that break the order show that day and month are swapped.
    """

    energy_unit: EnergyUnit
    times: tuple[Pattern, ...] = ()
    shown_times: tuple[str, ...] = ()
    century: int | None = None
    newest_first_gap: int | None = None
    rename: Mapping[str, str] | None = None


def read_shape(table: Table) -> SessionShape:
    """The shape in the `[sessions]` table of a format; FormatError when it is wrong."""
    times = table.texts("times", "a list of patterns of %Y %m %d %H %M %S") if table.has("times") else ()
    rename = None
    if table.has("rename"):
        inner = table.table("rename", "a table of other names of columns and those that the fields use")
        rename = {name: inner.text(name, "the name of a column") for name in inner.names()}
    gap = table.integer("newest_first_gap", 1, 27) if table.has("newest_first_gap") else None
    if gap is not None and not times:
        raise table.error("newest_first_gap", "goes with times, the patterns of wall clocks")
    return SessionShape(
        energy_unit=cast(EnergyUnit, table.text("energy_unit", '"Wh" or "kWh"', ("Wh", "kWh"))),
        times=tuple(_compiled(table, text) for text in times),
        shown_times=times,
        century=table.integer("century", 1900, 2100) if table.has("century") else None,
        newest_first_gap=gap,
        rename=rename,
    )


def _compiled(table: Table, text: str) -> Pattern:
    missing = [unit for unit in ("%Y", "%m", "%d", "%H", "%M") if text.count(unit) != 1]
    if missing or text.count("%S") > 1:
        raise table.error("times", f"has {text!r}: expected each of %Y %m %d %H %M once, and perhaps %S")
    pieces = re.split(r"(%[YmdHMS])", text)
    written = [piece for piece in pieces if piece in _UNITS]
    shape = "".join(
        f"([0-9]{{{_UNITS[piece]}}})" if piece in _UNITS else re.escape(piece) for piece in pieces
    )
    return re.compile(shape), tuple(written.index(unit) + 1 for unit in _UNITS if unit in written)
