"""Days as a place counts them: `[local midnight, next local midnight)`, 23 or 25 hours at a clock change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .errors import Invalid
from .text import N_

YEARS = range(1970, 2200)


def day_bounds(zone: str, day: date) -> tuple[datetime, datetime]:
    """First instant of the local day and first instant of the next one, both in UTC."""
    return _midnight(zone, day), _midnight(zone, day + timedelta(days=1))


def month_bounds(zone: str, first: date) -> tuple[datetime, datetime]:
    """First instant of the local month that begins on `first`, and of the next one, both in UTC."""
    return _midnight(zone, first), _midnight(zone, next_month(first))


def next_month(day: date, by: int = 1) -> date:
    """The first day of the month that is `by` months (backwards when negative) after that of `day`."""
    months = day.year * 12 + day.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)


def day_value(field: str, text: str) -> date:
    """A date such as 2026-09-30. Raises Invalid on `field`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise Invalid(field, N_("Expected a date such as 2026-09-30."))
    return day


def _midnight(zone: str, day: date) -> datetime:
    """The first of two midnights where the clock repeats it; where it is skipped, the instant of the jump."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
