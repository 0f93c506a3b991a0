"""The figures of analytics from the sums of analytics.py: the one place that asks for them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.buckets import Bucket, buckets, month_key
from portal.domain.periods import Grain, Period

from . import analytics as query
from .analytics import Group, Scope

GroupKey = tuple[str, str, str]


@dataclass(slots=True)
class Figures:
    """Sums. `money` is net and VAT in minor units by currency; seconds are those of the sessions that ended.

    Occupied time of the connectors against the time that they were there: both in connector seconds.
    """

    sessions: int = 0
    energy_wh: int = 0
    seconds: int = 0
    money: dict[str, tuple[int, int]] = field(default_factory=dict)
    occupied_s: int = 0
    connector_s: int = 0

    def net(self, currency: str) -> int:
        return self.money.get(currency, (0, 0))[0]

    def vat(self, currency: str) -> int:
        return self.money.get(currency, (0, 0))[1]

    @property
    def occupancy(self) -> Decimal | None:
        """In percent, to two places; None where there is no connector."""
        if not self.connector_s:
            return None
        return (Decimal(self.occupied_s * 100) / self.connector_s).quantize(Decimal("0.01"))

    @property
    def mean_wh(self) -> int | None:
        return round(Decimal(self.energy_wh) / self.sessions) if self.sessions else None

    @property
    def mean_seconds(self) -> int | None:
        return round(Decimal(self.seconds) / self.sessions) if self.sessions else None

    def add(self, row: Iterable[Any]) -> None:
        """A row of sums as the queries give it: currency, sessions, Wh, net, VAT, seconds."""
        currency, sessions, energy_wh, net, vat, seconds = row
        self.sessions += sessions
        self.energy_wh += int(energy_wh)
        self.seconds += int(seconds)
        had = self.money.get(currency, (0, 0))
        self.money[currency] = (had[0] + int(net), had[1] + int(vat))


@dataclass(frozen=True, slots=True)
class Piece:
    """A bucket with its figures."""

    bucket: Bucket
    figures: Figures


def pieces(
    session: Session, scope: Scope, period: Period, grain: Grain, plugs: int, at: datetime
) -> list[Piece]:
    """All buckets of the period in their order, empty ones too; `plugs` connectors are there all the time."""
    cut = buckets(period, grain)
    found = {bucket.key: Figures() for bucket in cut}
    for n, unit, *sums in session.execute(query.by_time(scope, period, grain)):
        found[_nearest(found, _key(n, unit, grain))].add(sums)
    changes: dict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for n, unit, step, moment in session.execute(query.occupied_steps(scope, period, grain, at)):
        key = _nearest(found, _key(n, unit, grain))
        changes[key] = (changes[key][0] + int(step), changes[key][1] + int(moment))
    present, until = 0, period.known(at)
    for bucket in cut:
        step, moment = changes[bucket.key]
        seconds, start_s = bucket.seconds(until), int(bucket.start.timestamp())
        figures = found[bucket.key]
        figures.occupied_s = present * seconds + step * (start_s + seconds) - moment
        figures.connector_s = plugs * seconds
        present += step
    return [Piece(bucket, found[bucket.key]) for bucket in cut]


def summary(session: Session, scope: Scope, period: Period, at: datetime) -> Figures:
    """The figures of the whole period, without its pieces."""
    made = Figures()
    for row in session.execute(query.totals(scope, period)):
        made.add(row)
    made.occupied_s = int(session.scalar(query.occupied(scope, period, at)) or 0)
    plugs = session.scalar(query.connectors(scope, period, at)) or 0
    made.connector_s = plugs * _passed(period, at)
    return made


def groups(
    session: Session, scope: Scope, period: Period, group: Group, at: datetime
) -> dict[GroupKey, Figures]:
    """The figures of each group, of those without any session too, by code, name and part of a station."""
    found: dict[GroupKey, Figures] = defaultdict(Figures)
    for code, name, part, *sums in session.execute(query.by_group(scope, period, group)):
        found[code, name, part].add(sums)
    for code, name, part, seconds in session.execute(query.occupied(scope, period, at, group)):
        found[code, name, part].occupied_s = int(seconds)
    for code, name, part, plugs in session.execute(query.connectors(scope, period, at, group)):
        found[code, name, part].connector_s = plugs * _passed(period, at)
    return dict(found)


def total_of(parts: Iterable[Figures]) -> Figures:
    """The sum of figures that share nothing."""
    made = Figures()
    for part in parts:
        for currency, (net, vat) in part.money.items():
            made.add((currency, 0, 0, net, vat, 0))
        made.sessions += part.sessions
        made.energy_wh += part.energy_wh
        made.seconds += part.seconds
        made.occupied_s += part.occupied_s
        made.connector_s += part.connector_s
    return made


def week(session: Session, scope: Scope, period: Period) -> list[list[int]]:
    """Sessions that began in each hour of each weekday: seven rows of 24, Monday first."""
    cells = [[0] * 24 for _day in range(7)]
    for cell, count in session.execute(query.began_in_week(scope, period)):
        cells[cell // 24][cell % 24] = count
    return cells


def _passed(period: Period, at: datetime) -> int:
    return int((period.known(at) - period.start).total_seconds())


def _key(n: int, unit: int, grain: Grain) -> tuple[int, int]:
    key = (int(n), int(unit))
    return month_key(key) if grain is Grain.MONTH else key


def _nearest(found: dict[tuple[int, int], Figures], key: tuple[int, int]) -> tuple[int, int]:
    """The key itself; at the edges, where a clock once repeated midnight, that of the bucket next to it."""
    return key if key in found else min(found, key=lambda other: abs(other[1] - key[1]))
