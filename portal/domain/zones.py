"""Time zones by their IANA names."""

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from .errors import Invalid
from .text import N_

SEAS = ("Arctic", "Atlantic", "Indian", "Pacific")
CONTINENTS = ("Africa", "America", "Antarctica", "Asia", "Australia", "Europe")
NOT_A_PLACE = frozenset({"Factory", "localtime"})


@cache
def zones() -> dict[str, str]:
    """Every IANA name by its lower-cased form."""
    return {name.lower(): name for name in available_timezones() if name not in NOT_A_PLACE}


@cache
def offered_zones() -> tuple[str, ...]:
    """The names worth offering: places and UTC, without the old aliases such as `GB-Eire`."""
    return (
        "UTC",
        *sorted(name for name in zones().values() if name.partition("/")[0] in (*CONTINENTS, *SEAS)),
    )


def zone_value(field: str, text: str | None) -> str:
    """An IANA name, whatever its case was. Raises Invalid."""
    name = zones().get((text or "").strip().lower())
    if name is None:
        raise Invalid(field, N_("Expected a time zone such as Europe/Ljubljana. Choose one from the list."))
    return name


def offset_text(zone: str, at: datetime) -> str:
    """The zone's offset at an instant: UTC+05:45."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    sign = "-" if offset < timedelta(0) else "+"
    whole = abs(offset)
    return f"UTC{sign}{whole.seconds // 3600:02d}:{whole.seconds % 3600 // 60:02d}"


def zone_of(country: str | None) -> str | None:
    """The zone of a country that has only one."""
    known = get_global("territory_zones").get(country or "", [])
    return str(known[0]) if len(known) == 1 else None
