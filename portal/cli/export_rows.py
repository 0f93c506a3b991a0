"""Export rows as they are written: in the columns of the portal's own import formats, more columns after them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from portal.web.filters import iso_local, utc_iso

STATIONS = (
    "code", "name", "operator_code", "area_code", "area_name", "latitude", "longitude", "visible",
    "charger_uid", "current_type", "connector_number", "connector_standard", "max_kw",
    "operator_name", "status", "address", "city", "state", "zip", "country", "opening_hours",
)  # fmt: skip
MEMBERS = ("operator_code", "driver_number", "valid_from", "valid_to")
SESSIONS = (
    "external_id", "station_code", "charger_uid", "connector_number", "driver_number", "started_at", "ended_at",
    "energy_wh", "currency", "net", "vat",
    "operator_code", "status", "end_reason", "started_local", "ended_local", "time_zone",
)  # fmt: skip
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


def sessions(rows: Iterable[Any], zone: str) -> Iterator[list[object]]:
    """Instants in UTC and in the operator's zone; `zone` is that of sessions without an operator."""
    for row in rows:
        *start, started, ended, energy, currency, net, vat, operator, own_zone, status, reason = row
        where = own_zone or zone
        local = [iso_local(instant, where) if instant else "" for instant in (started, ended)]
        money = [_amount(minor, currency) for minor in (net, vat)]
        yield [
            *start,
            _utc(started),
            _utc(ended),
            energy,
            currency,
            *money,
            operator,
            status,
            reason,
            *local,
            where,
        ]


def kilowatts(watts: int) -> Decimal:
    """Exact, without needless zeros: 22, 3.7."""
    return Decimal(f"{(Decimal(watts) / 1000).normalize():f}")


def _utc(instant: datetime | None) -> str:
    return utc_iso(instant) if instant else ""


def _amount(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else Decimal(minor).scaleb(-get_currency_precision(currency))
