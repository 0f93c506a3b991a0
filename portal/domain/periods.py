"""Periods of local days, and what they are compared with; buckets.py cuts them into pieces."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from .days import day_bounds, next_month
from .errors import Invalid
from .text import N_

ONE_DAY = timedelta(days=1)
MOST_DAYS = 3660


class Grain(StrEnum):
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


LONGEST = {Grain.HOUR: 31, Grain.DAY: 400, Grain.MONTH: MOST_DAYS}
"""Days that a period may have to be cut into such pieces."""


class Preset(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    LAST_12_MONTHS = "last_12_months"
    THIS_YEAR = "this_year"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Period:
    """The local days from `first` up to, but without, `after` in a zone; `until` cuts it off before its end.

    `start`, `end` and the cut are instants in UTC, `end` being the earlier one of the cut and the last midnight.
    """

    zone: str
    first: date
    after: date
    until: datetime | None = None

    @property
    def last(self) -> date:
        return self.after - ONE_DAY

    @property
    def days(self) -> int:
        return (self.after - self.first).days

    @property
    def start(self) -> datetime:
        return day_bounds(self.zone, self.first)[0]

    @property
    def whole_end(self) -> datetime:
        """The last midnight, whatever the cut."""
        return day_bounds(self.zone, self.last)[1]

    @property
    def end(self) -> datetime:
        return min(self.whole_end, max(self.until, self.start)) if self.until else self.whole_end

    @property
    def hours(self) -> Decimal:
        """Exactly, for clocks move by half an hour in places; with a cut to two places."""
        seconds = int((self.end - self.start).total_seconds())
        return (Decimal(seconds) / 3600).quantize(Decimal("0.01")).normalize()

    def runs(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def known(self, at: datetime) -> datetime:
        """How far it has come: its end, or the present instant where that is earlier."""
        return max(self.start, min(self.end, at))

    def before(self, at: datetime) -> "Period":
        """What it is compared with: whole months with as many months before, other days with as many days before.

        While it runs, the former one is taken up to the same moment of its own.
        """
        first = self._moved(self.first)
        whole = Period(self.zone, first, self.first)
        if not self.runs(at):
            return whole
        local = at.astimezone(ZoneInfo(self.zone))
        same = datetime.combine(self._moved(local.date()), local.time(), ZoneInfo(self.zone))
        return Period(self.zone, first, self.first, same.astimezone(UTC))

    def _moved(self, day: date) -> date:
        months = (self.after.year - self.first.year) * 12 + self.after.month - self.first.month
        if not (self.first.day == self.after.day == 1):
            return day - timedelta(days=self.days)
        first = next_month(day, -months)
        return min(first + timedelta(days=day.day - 1), next_month(first) - ONE_DAY)


def period_of(preset: Preset, zone: str, at: datetime) -> Period:
    """The days of a preset, as the zone's calendar stands at the instant."""
    today = at.astimezone(ZoneInfo(zone)).date()
    month, tomorrow = today.replace(day=1), today + ONE_DAY
    first, after = {
        Preset.TODAY: (today, tomorrow),
        Preset.YESTERDAY: (today - ONE_DAY, today),
        Preset.LAST_7_DAYS: (tomorrow - timedelta(days=7), tomorrow),
        Preset.THIS_MONTH: (month, next_month(month)),
        Preset.LAST_MONTH: (next_month(month, -1), month),
        Preset.LAST_12_MONTHS: (next_month(month, -11), next_month(month)),
        Preset.THIS_YEAR: (date(today.year, 1, 1), date(today.year + 1, 1, 1)),
    }[preset]
    return Period(zone, first, after)


def custom_period(zone: str, first: date, last: date) -> Period:
    """Both days included. Raises Invalid on `to`."""
    if last < first:
        raise Invalid("to", N_("The last day is before the first one."))
    if (last - first).days >= MOST_DAYS:
        raise Invalid("to", N_("Choose at most %(days)s days."), days=MOST_DAYS)
    return Period(zone, first, last + ONE_DAY)


def usual_grain(period: Period) -> Grain:
    return Grain.HOUR if period.days <= 2 else Grain.DAY if period.days <= 92 else Grain.MONTH


def check_grain(period: Period, grain: Grain) -> None:
    """Raises Invalid on `by` where there would be too many pieces to look at."""
    if period.days <= LONGEST[grain]:
        return
    if grain is Grain.HOUR:
        text = N_("By hour, choose at most %(days)s days; these are %(chosen)s.")
    else:
        text = N_("By day, choose at most %(days)s days; these are %(chosen)s.")
    raise Invalid("by", text, days=LONGEST[grain], chosen=period.days)
