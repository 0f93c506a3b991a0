"""Sessions in files: the same cells on the web and on the command line, made of plain columns."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

from babel.numbers import get_currency_precision

from portal.domain.local_text import LocalText
from portal.queries.session_files import ACCEPTED, file_columns

from .list_specs import Files

Column = list[Any]
AT_ONCE = 500
# As the query gives them; the files have these and what is made of them.
COLUMNS = (
    *("external_id", "station_code", "station", "charger_uid", "connector_number", "area_code"),
    *("operator_code", "time_zone", "driver_number", "started_at_utc", "ended_at_utc"),
    *("charging_s", "idle_s", "energy_wh", "net", "vat", "currency", "status", "end_reason"),
    "doubts",
)
LOCAL = ("started_at_local", "ended_at_local")
FOR_OPERATORS = (
    *("started_at_utc", "started_at_local", "ended_at_utc", "ended_at_local", "time_zone"),
    *("duration_s", "charging_s", "idle_s", "station_code", "charger_uid", "connector_number", "area_code"),
    *("driver_number", "energy_wh", "net", "vat", "amount", "currency", "status", "end_reason"),
    *("doubts", "accepted_doubts", "external_id"),
)
FOR_ADMINS = (*FOR_OPERATORS, "operator_code")
FOR_DRIVERS = (
    *("started_at_utc", "started_at_local", "ended_at_utc", "ended_at_local", "time_zone"),
    *("duration_s", "charging_s", "idle_s", "station_code", "station", "charger_uid", "connector_number"),
    *("energy_wh", "net", "vat", "amount", "currency", "status", "external_id"),
)


def session_files(header: Sequence[str], zone: str, *, local_to_operator: bool = False) -> Files:
    """Files with these of FIELDS; see `session_cells` for the zone."""
    return Files(header, file_columns, lambda rows: session_cells(rows, header, zone, local_to_operator))


def session_cells(
    rows: Iterable[Any], header: Sequence[str], zone: str, local_to_operator: bool = False
) -> Iterator[tuple[object, ...]]:
    """Cells of these of FIELDS from rows of `queries.session_files.COLUMNS`, made column by column.

    Local times are those of `zone`; `local_to_operator`: those of the session's operator, of `zone` where it has none.
    """
    clocks: dict[str, LocalText] = {}
    rest = iter(rows)
    while some := list(islice(rest, AT_ONCE)):
        found = dict(zip(COLUMNS, zip(*some, strict=True), strict=True))
        places = [-_places(currency) for currency in found["currency"]]
        zones = [own or zone for own in found["time_zone"]] if local_to_operator else [zone] * len(some)
        clocks |= {name: LocalText(name) for name in set(zones) - clocks.keys()}
        made = {
            **{name: _local(found[name.replace("local", "utc")], zones, clocks) for name in LOCAL},
            **{name: _amounts(found[name], places) for name in ("net", "vat")},
            "doubts": [names and _doubts(names, accepted=False) for names in found["doubts"]],
            "accepted_doubts": [names and _doubts(names, accepted=True) for names in found["doubts"]],
            "amount": _amounts(map(_sum, found["net"], found["vat"]), places),
            "duration_s": map(_seconds, found["started_at_utc"], found["ended_at_utc"]),
            "time_zone": zones,
        }
        yield from zip(*({**found, **made}[name] for name in header), strict=True)


def _local(column: Iterable[str | None], zones: Iterable[str], clocks: dict[str, LocalText]) -> Column:
    return [clocks[zone](utc) if utc else None for utc, zone in zip(column, zones, strict=True)]


def _amounts(column: Iterable[int | None], places: Iterable[int]) -> Column:
    """Exact decimals in the currencies' own places."""
    return [
        None if minor is None else Decimal(minor).scaleb(few)
        for minor, few in zip(column, places, strict=True)
    ]


def _sum(net: int | None, vat: int | None) -> int | None:
    return None if net is None else net + (vat or 0)


def _seconds(start: str, end: str | None) -> int | None:
    if end is None:
        return None
    return int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


def _doubts(names: str, *, accepted: bool) -> str:
    chosen = [name for name in names.split() if name.startswith(ACCEPTED) == accepted]
    return " ".join(sorted(name.removeprefix(ACCEPTED) for name in chosen))


@cache
def _places(currency: str) -> int:
    return int(get_currency_precision(currency))
