"""Totals of the real session files, computed without any code of the portal: csv, zoneinfo and Decimal.

Where the portal looks something up or derives it, this goes another way: swapped dates are known by the publisher's own
rule (the day is at most 12), not by the order of the rows; an instant is searched for, not computed from a fold.
"""

import csv
import gzip
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

BEFORE, TWICE, NEVER = "end before start", "start or end twice", "start or end never"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
STRONGEST_W = 400_000  # where a connector's power is not known
Key = tuple[str, str, str]  # site, local month, currency
Figures = tuple[int, int, int, int]  # sessions, Wh, net and VAT in minor units


@dataclass(frozen=True, slots=True)
class Charged:
    """One charging; `plug` is all that names a connector."""

    site: str
    plug: tuple[str, str]
    start: datetime
    end: datetime | None
    wh: int | None
    currency: str
    net: int | None = None
    vat: int | None = None


@dataclass(slots=True)
class Computed:
    """A data set: what counts, and the rows that do not, as (file, line): why. `moved`: rows where a choice counted."""

    zone: str
    read: int = 0
    charged: list[Charged] = field(default_factory=list)
    left_out: dict[tuple[str, int], str] = field(default_factory=dict)
    moved: int = 0
    swapped: int = 0

    def totals(self) -> dict[Key, Figures]:
        """Sums by site, local month of the start, and currency."""
        sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        zone = ZoneInfo(self.zone)
        for one in self.charged:
            row = sums[one.site, f"{one.start.astimezone(zone):%Y-%m}", one.currency]
            for place, amount in enumerate((1, one.wh or 0, one.net or 0, one.vat or 0)):
                row[place] += amount
        return {key: (row[0], row[1], row[2], row[3]) for key, row in sums.items()}

    def doubts(self) -> Counter[str]:
        """How many sessions are doubtful in which way."""
        return +Counter({what: len(numbers) for what, numbers in self.doubtful().items()})

    def doubtful(self) -> dict[str, set[int]]:
        """Which sessions are doubtful in which way, by their place in `charged`."""
        found: dict[str, set[int]] = defaultdict(set)
        plugs: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, one in enumerate(self.charged):
            plugs[one.plug].append(number)
            wh, hours = one.wh or 0, None
            if one.end is not None:
                hours = (one.end - one.start + MINUTE) / timedelta(hours=1)
            too_much = hours is not None and wh > STRONGEST_W * hours * 1.01
            facts = {"no_end": one.end is None, "no_energy": wh == 0, "negative_energy": wh < 0}
            for what, holds in (facts | {"too_much_energy": too_much}).items():
                if holds:
                    found[what].add(number)
        for numbers in plugs.values():
            self._together(numbers, found["overlap"], found["duplicate"])
        return found

    def _together(self, numbers: list[int], overlapping: set[int], repeated: set[int]) -> None:
        """Each pair on one connector, the earlier start first, until nothing of before lasts."""
        numbers.sort(key=lambda number: self.charged[number].start)
        open_: list[int] = []
        for number in numbers:
            one = self.charged[number]
            open_ = [
                other
                for other in open_
                if (self.charged[other].end or self.charged[other].start) > one.start
                or self.charged[other].start == one.start
            ]
            for other in open_:
                before = self.charged[other]
                if (before.start, before.end, before.wh) == (one.start, one.end, one.wh):
                    repeated.add(max(number, other))
                elif before.start < (one.end or one.start) and one.start < (before.end or before.start):
                    overlapping |= {number, other}
            open_.append(number)


class Unreadable(Exception):
    """Why a row does not count."""


class Watch:
    """Wall clocks of one zone, read by a choice: earlier, later or reject."""

    def __init__(self, zone: str, choice: str) -> None:
        self._zone = ZoneInfo(zone)
        self._choice = choice
        self.moved = False

    def instant(self, wall: datetime) -> datetime:
        """The instant whose clock shows this; UTC."""
        candidates = sorted(
            (wall - offset).replace(tzinfo=UTC) for offset in _offsets(self._zone, wall.date())
        )
        shown = [one for one in candidates if one.astimezone(self._zone).replace(tzinfo=None) == wall]
        if len(shown) == 1:
            return shown[0]
        if self._choice == "reject":
            raise Unreadable(TWICE if shown else NEVER)
        self.moved = True
        return candidates[0] if self._choice == "earlier" else candidates[-1]

    def period(self, start: datetime, end: datetime | None) -> tuple[datetime, datetime | None]:
        """Both, in UTC."""
        first = self.instant(start)
        last = self.instant(end) if end else None
        if last is not None and last < first:
            raise Unreadable(BEFORE)
        return first, last


def perth(folder: Path, zone: str, choice: str) -> Computed:
    """Three files; a site is where the first row of a charge point has it."""
    sites: dict[str, str] = {}

    def one(row: list[str], watch: Watch) -> tuple[Charged, bool]:
        _, point, connector, start_day, start_time, end_day, end_time, kwh, site, *_ = row
        start, start_swapped = _perth_time(start_day, start_time)
        end, end_swapped = _perth_time(end_day, end_time) if end_day else (None, False)
        period = watch.period(start, end)
        where = sites.setdefault(point, " ".join(site.split()))
        plug = (point, connector)
        return Charged(where, plug, *period, _wh(kwh), "GBP"), start_swapped or end_swapped

    files = sorted(folder.glob("sessions_gb_perth_*.csv.gz"))
    return _computed(files, ",", zone, choice, one)


def norway(folder: Path, zone: str, choice: str) -> Computed:
    """A charger for each user."""

    def one(row: list[str], watch: Watch) -> tuple[Charged, bool]:
        site, user, _, start, end, _, kwh = row
        period = watch.period(_iso(start), None if end == "NA" else _iso(end))
        return Charged(
            site, (site, user), *period, _wh(kwh.replace(",", ".").replace("NA", "")), "NOK"
        ), False

    return _computed([folder / "sessions_no_12sites_2018_2021.csv.gz"], ";", zone, choice, one)


def workplace(folder: Path, zone: str, choice: str) -> Computed:
    """Years lack their first digits; a site is where the first row of a station has it."""
    sites: dict[str, str] = {}

    def one(row: list[str], watch: Watch) -> tuple[Charged, bool]:
        _, kwh, dollars, start, end = row[:5]
        period = watch.period(_iso("20" + start[2:]), _iso("20" + end[2:]) if end else None)
        site = sites.setdefault(row[12], f"Workplace {row[13]}")
        return Charged(site, (row[12], ""), *period, _wh(kwh), "USD", int(Decimal(dollars) * 100), 0), False

    return _computed([folder / "sessions_us_workplace_fees_2014_2015.csv.gz"], ",", zone, choice, one)


def _computed(
    files: Iterable[Path],
    delimiter: str,
    zone: str,
    choice: str,
    read: Callable[[list[str], Watch], tuple[Charged, bool]],
) -> Computed:
    done, watch = Computed(zone), Watch(zone, choice)
    for file in files:
        for line, row in _rows(file, delimiter):
            done.read += 1
            watch.moved = False
            try:
                charged, swapped = read(row, watch)
            except Unreadable as why:
                done.left_out[file.name, line] = str(why)
                continue
            done.charged.append(charged)
            done.moved += watch.moved
            done.swapped += swapped
    return done


def _rows(file: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Data rows and the lines on which they start."""
    with gzip.open(file) as binary, io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        next(reader)
        line = reader.line_num + 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1


@cache
def _offsets(zone: ZoneInfo, day: date) -> frozenset[timedelta]:
    """What may be the offset on this day: those of the days around it."""
    noons = (datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + by * DAY for by in (-1, 1))
    return frozenset(noon.astimezone(zone).utcoffset() or timedelta() for noon in noons)


def _perth_time(day: str, clock: str) -> tuple[datetime, bool]:
    """The publisher swaps day and month where the day is at most 12."""
    written = datetime.fromisoformat(f"{day[:10].replace('/', '-')} {clock}")
    if written.day > 12:
        return written, False
    true = written.replace(month=written.day, day=written.month)
    return true, true != written


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _wh(kwh: str) -> int | None:
    return int((Decimal(kwh) * 1000).quantize(Decimal(1), ROUND_HALF_UP)) if kwh.strip() else None
