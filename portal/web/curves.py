"""The energy of a session over time, drawn by the server as SVG and equally as a table (shared/session_curve.html).

Places across are percentages, so that words keep their size on any screen; heights are units of the drawing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal
from flask_babel import get_locale

from portal.domain.days import day_bounds
from portal.domain.moments import instants_of

HEIGHT = 184
WIDTH = 1000
MOST_TICKS = 4
MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)
QUARTER, MINUTE, DAY = timedelta(minutes=15), timedelta(minutes=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
EDGE = 5  # percent beside which a word is set inwards


@dataclass(frozen=True, slots=True)
class Point:
    """What the meter showed: energy since the start in Wh, and the average power in W since the point before."""

    at: datetime
    register_wh: int
    energy_wh: int
    power_w: int | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where it stands, what it says, and perhaps a day or an offset below."""

    place: str
    text: str
    note: str = ""
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Curve:
    """`line` and `area` are points of polygons in a drawing of WIDTH × HEIGHT; `end` is where the session ended."""

    points: Sequence[Point]
    line: str
    area: str
    times: Sequence[Tick]
    energies: Sequence[Tick]
    end: str | None
    taken: int  # how many samples there are; `points` has every n-th of them

    @property
    def top_w(self) -> int | None:
        """The highest average between two points."""
        return max((point.power_w for point in self.points if point.power_w is not None), default=None)


def energy_curve(
    start: tuple[datetime, int],
    samples: Sequence[tuple[datetime, int]],
    ended_at: datetime | None,
    until: datetime,
    zone: str,
    taken: int,
) -> Curve:
    """From instant and register at the start and what the meter said since, in order; `until`: the axis reaches there.

    Registers in Wh. Of several samples of one instant each is a point of its own.
    """
    points = list(_points([start, *samples]))
    first, last = start[0], max(until, points[-1].at, ended_at or until)
    span = max(last - first, MINUTE)
    low, high = min(0, *(p.energy_wh for p in points)), max(1, *(p.energy_wh for p in points))
    steps = energy_steps(low, high)
    low, high = min(low, steps[0]), max(high, steps[-1])
    placed = [(_across(p.at - first, span) * WIDTH, _down(p.energy_wh, low, high)) for p in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    ground = f"{_down(0, low, high):.1f}"
    area = f"{placed[0][0]:.1f},{ground} {line} {placed[-1][0]:.1f},{ground}"
    ended = None if ended_at is None or ended_at >= last else _percent(_across(ended_at - first, span))
    return Curve(
        points,
        line,
        area,
        [_time_tick(*each, first, span) for each in _labelled(time_ticks(first, first + span, zone), zone)],
        [Tick(f"{_down(wh, low, high):.1f}", _kwh(wh) if wh else "") for wh in steps],
        ended,
        taken,
    )


def time_ticks(start: datetime, end: datetime, zone: str, most: int = MOST_TICKS) -> list[datetime]:
    """About `most` instants at which clocks of the zone show round times; a repeated hour comes twice."""
    span = end - start
    step = next((minutes for minutes in MINUTES if span <= minutes * MINUTE * most), None)
    if step is None:
        return list(_midnights(start, end, zone, -(-span // (DAY * most))))
    grid, tz = QUARTER if step % 15 == 0 else MINUTE, ZoneInfo(zone)
    one = start.replace(minute=0, second=0, microsecond=0)
    found = []
    while one <= end:
        local = one.astimezone(tz)
        if one >= start and (local.hour * 60 + local.minute) % step == 0:
            found.append(one)
        one += grid
    return found


def energy_steps(low: int, high: int, most: int = 4) -> list[int]:
    """Round energies in Wh from the lower to the upper one, 0 among them."""
    size = next(
        10**power * factor
        for power in range(19)
        for factor in (1, 2, 5)
        if (high - low) <= 10**power * factor * most
    )
    return list(range(low // size * size, high + size, size))


def _points(readings: Sequence[tuple[datetime, int]]) -> Iterator[Point]:
    base, before = readings[0][1], None
    for at, register in readings:
        seconds = (at - before[0]) // SECOND if before else 0
        power = (register - before[1]) * 3600 // seconds if before and seconds else None
        yield Point(at, register, register - base, power)
        before = (at, register)


def _midnights(start: datetime, end: datetime, zone: str, days: int) -> Iterator[datetime]:
    tz = ZoneInfo(zone)
    day = start.astimezone(tz).date() + timedelta(days=1)
    while (midnight := day_bounds(zone, day)[0]) <= end:
        yield midnight
        day += timedelta(days=days)


def _labelled(ticks: Sequence[datetime], zone: str) -> Iterator[tuple[datetime, str, str]]:
    """Each with its time, and below it the day where that is another one, the offset where the hour comes twice."""
    tz, locale, day = ZoneInfo(zone), get_locale(), None
    for tick in ticks:
        local = tick.astimezone(tz)
        notes = [] if local.date() == day else [str(format_skeleton("MMMd", local, tz, True, locale))]
        if len(instants_of(zone, local.replace(tzinfo=None))) > 1:
            notes.append(f"({local:%z})")
        day = local.date()
        yield tick, str(format_time(local, "short", tzinfo=tz, locale=locale)), " ".join(notes)


def _time_tick(tick: datetime, text: str, note: str, first: datetime, span: timedelta) -> Tick:
    share = _across(tick - first, span)
    near = "start" if share * 100 < EDGE else "end" if share * 100 > 100 - EDGE else "middle"
    return Tick(_percent(share), text, note, near)


def _across(since: timedelta, span: timedelta) -> float:
    return since / span


def _down(wh: int, low: int, high: int) -> float:
    return HEIGHT * (high - wh) / (high - low)


def _percent(share: float) -> str:
    return f"{share * 100:.2f}%"


def _kwh(wh: int) -> str:
    return f"{format_decimal(Decimal(wh) / 1000, '#,##0.###', get_locale())} kWh"
