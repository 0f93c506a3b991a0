"""Export rows as they are written: in the columns of the portal's own import formats, more columns after them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from portal.web.filters import utc_iso
from portal.web.session_files import session_cells

STATIONS = (
    "code", "name", "operator_code", "area_code", "area_name", "latitude", "longitude", "visible",
    "charger_uid", "current_type", "connector_number", "connector_standard", "max_kw",
    "operator_name", "status", "address", "city", "state", "zip", "country", "opening_hours",
)  # fmt: skip
MEMBERS = ("operator_code", "driver_number", "valid_from", "valid_to")
# The columns of the portal's own import format, by the names of what they hold.
SESSIONS = {
    **{
        name: name
        for name in ("external_id", "station_code", "charger_uid", "connector_number", "driver_number")
    },
    **{"started_at": "started_at_utc", "ended_at": "ended_at_utc"},
    **{
        name: name
        for name in ("energy_wh", "currency", "net", "vat", "operator_code", "status", "end_reason")
    },
    **{"started_local": "started_at_local", "ended_local": "ended_at_local", "time_zone": "time_zone"},
    **{name: name for name in ("charging_s", "idle_s", "doubts", "accepted_doubts")},
}
_MAX_W = STATIONS.index("max_kw")


def stations(rows: Iterable[Any]) -> Iterator[list[object]]:
    """Power in kW."""
    for row in rows:
        cells = list(row)
        if cells[_MAX_W] is not None:
            cells[_MAX_W] = kilowatts(cells[_MAX_W])
        yield cells


def members(rows: Iterable[Any]) -> Iterator[list[object]]:
    """Instants in UTC."""
    for operator, driver, valid_from, valid_to in rows:
        yield [operator, driver, _utc(valid_from), _utc(valid_to)]


def sessions(rows: Iterable[Any], zone: str) -> Iterator[Sequence[object]]:
    """Instants in UTC and in the operator's zone; `zone` is that of sessions without an operator."""
    return session_cells(rows, tuple(SESSIONS.values()), zone, local_to_operator=True)


def kilowatts(watts: int) -> Decimal:
    """Exact, without needless zeros: 22, 3.7."""
    return Decimal(f"{(Decimal(watts) / 1000).normalize():f}")


def _utc(instant: datetime | None) -> str:
    return utc_iso(instant) if instant else ""
