"""The hours, days or months that a period consists of, and how an instant finds its own."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .days import day_bounds, next_month
from .periods import ONE_DAY, Grain, Period

HOUR_S, DAY_S = 3600, 86_400
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """An hour, a day or a month of a period: local, with its bounds in UTC. `key`: see `Clock`, for months that of
    the first day."""

    key: tuple[int, int]
    start: datetime
    end: datetime

    def seconds(self, until: datetime) -> int:
        """Its length up to the instant."""
        return max(0, int((min(self.end, until) - self.start).total_seconds()))


@dataclass(frozen=True, slots=True)
class Clock:
    """The offsets of a zone within some time: `offsets[n]` seconds hold from `changes[n - 1]` on.

    Local seconds are Unix time plus the offset; an hour has the key (n, local seconds // 3600), so that the hour
    that a clock repeats has two, a day (0, local seconds // 86400). A database can compute the same.
    """

    changes: tuple[datetime, ...]
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, zone: str, start: datetime, end: datetime) -> "Clock":
        tz = ZoneInfo(zone)
        changes, offsets = [], [_offset(tz, start)]
        at = start
        while at < end:
            step = min(at + ONE_DAY, end)
            if _offset(tz, step) != offsets[-1]:
                step = _change(tz, at, step)
                changes.append(step)
                offsets.append(_offset(tz, step))
            at = step
        return cls(tuple(changes), tuple(offsets))

    def key(self, instant: datetime, grain: Grain) -> tuple[int, int]:
        """The key of the hour, or of the day, that contains the instant."""
        n = bisect_right(self.changes, instant)
        local = int(instant.timestamp()) + self.offsets[n]
        return (n, local // HOUR_S) if grain is Grain.HOUR else (0, local // DAY_S)


def buckets(period: Period, grain: Grain) -> list[Bucket]:
    """All pieces of the period, in order and without gaps; a day that a place left out is none."""
    found = {Grain.HOUR: _hours, Grain.DAY: _days, Grain.MONTH: _months}[grain](period)
    return [bucket for bucket in found if bucket.start < bucket.end]


def month_key(key: tuple[int, int]) -> tuple[int, int]:
    """The key of the month of a day's key: the number of its first day."""
    return (0, ((EPOCH + timedelta(days=key[1])).replace(day=1) - EPOCH).days)


def _days(period: Period) -> Iterator[Bucket]:
    for number in range(period.days):
        day = period.first + timedelta(days=number)
        yield Bucket((0, (day - EPOCH).days), *day_bounds(period.zone, day))


def _months(period: Period) -> Iterator[Bucket]:
    """The first and the last one may be parts of months."""
    day = period.first
    while day < period.after:
        following = min(next_month(day), period.after)
        start, end = (_midnight(period.zone, each) for each in (day, following))
        yield Bucket(month_key((0, (day - EPOCH).days)), start, end)
        day = following


def _hours(period: Period) -> Iterator[Bucket]:
    """From one full local hour, or change of the clock, to the next."""
    clock = Clock.of(period.zone, period.start, period.whole_end)
    at, end = period.start, period.whole_end
    while at < end:
        n = bisect_right(clock.changes, at)
        past = (int(at.timestamp()) + clock.offsets[n]) % HOUR_S
        following = min(at + timedelta(seconds=HOUR_S - past), *clock.changes[n : n + 1], end)
        yield Bucket(clock.key(at, Grain.HOUR), at, following)
        at = following


def _midnight(zone: str, day: date) -> datetime:
    return day_bounds(zone, day)[0]


def _offset(tz: ZoneInfo, instant: datetime) -> int:
    offset = instant.astimezone(tz).utcoffset() or timedelta(0)
    return int(offset.total_seconds())


def _change(tz: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second with another offset than `before` has."""
    old = _offset(tz, before)
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(tz, datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
