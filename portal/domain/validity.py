"""When a membership begins and ends, as people say it: days of a place, with a time where it matters.

An end that is a day is included: it lasts until the next local midnight.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .days import YEARS, day_bounds, day_value
from .errors import Invalid
from .text import N_


def limit_value(field: str, day: str | None, time: str | None, zone: str, *, last: bool) -> datetime | None:
    """The instant that is meant by a day such as 2026-09-30 and perhaps a time such as 18:00; `last`: it is an end.

    Both in one, as 2026-09-30T18:00, is read too. Nothing at all is None. Raises Invalid on `field`.
    """
    day, time = (day or "").strip(), (time or "").strip()
    if "T" in day and not time:
        day, _, time = day.partition("T")
    if not day and time:
        raise Invalid(field, N_("Enter the day as well."))
    if not day:
        return None
    if not time:
        return day_bounds(zone, day_value(field, day))[1 if last else 0]
    day_value(field, day)
    try:
        wall = datetime.fromisoformat(f"{day}T{time}")
    except ValueError:
        raise Invalid(field, N_("Expected a time such as 18:00.")) from None
    return wall.astimezone(UTC) if wall.tzinfo else _in_zone(field, wall, zone)


def limit_text(instant: datetime | None, zone: str, *, last: bool) -> tuple[str, str]:
    """Day and time as `limit_value` reads them, to the minute; the time is empty where the day says it all."""
    if instant is None:
        return "", ""
    day = whole_day(instant, zone, last=last)
    if day is not None:
        return day.isoformat(), ""
    local = instant.astimezone(ZoneInfo(zone))
    return local.date().isoformat(), f"{local:%H:%M}"


def whole_day(instant: datetime, zone: str, *, last: bool) -> date | None:
    """The local day that begins (`last`: ends) at the instant; None where it is no midnight."""
    local = instant.astimezone(ZoneInfo(zone)).date()
    if local.year not in YEARS or day_bounds(zone, local)[0] != instant:
        return None
    return local - timedelta(days=1) if last else local


def days_left(end: datetime, at: datetime, zone: str) -> int:
    """How many midnights lie between now and the last moment before the end; 0: it ends today."""
    tz = ZoneInfo(zone)
    last = (end - timedelta(microseconds=1)).astimezone(tz).date()
    return (last - at.astimezone(tz).date()).days


def _in_zone(field: str, wall: datetime, zone: str) -> datetime:
    tz = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=tz, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise Invalid(
            field, N_("The clock is changed at this time, so it occurs twice or not at all. Choose another.")
        )
    return first.astimezone(UTC)
