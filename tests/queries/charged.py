"""Random sessions, and analytics of them by plain counting: quarter by quarter of an hour, with the clock of zoneinfo."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.models import ChargingSession, Operator, SessionStatus, Station

QUARTER = timedelta(minutes=15)


@dataclass
class Counted:
    sessions: int = 0
    energy_wh: int = 0
    seconds: int = 0
    occupied_s: int = 0
    length_s: int = 0
    money: dict[str, tuple[int, int]] = field(default_factory=dict)


def add_random_sessions(
    session: Session, stations: list[Station], operator: Operator, start: datetime, end: datetime, count: int
) -> list[dict[str, Any]]:
    """Committed rows: some cross the edges, some run, one has no end; ends fall on full hours now and then."""
    dice = Random(f"{operator.timezone}{start}")  # noqa: S311
    span = int((end - start).total_seconds())
    rows = []
    for number in range(count):
        begun = start + timedelta(seconds=dice.randrange(-span // 8, span))
        if number % 5 == 0:
            begun = begun.replace(minute=0, second=0)
        length = timedelta(seconds=dice.choice((0, 1, 3600, 7200, 30_000, 200_000)) * dice.randrange(1, 3))
        if number % 3:
            length += timedelta(seconds=dice.randrange(10_000), microseconds=dice.choice((0, 999_999)))
        station = dice.choice(stations)
        running = number % 17 == 0
        rows.append(
            {
                "external_id": f"R-{operator.id}-{number}-{begun:%Y%m%d}",
                "operator_id": operator.id,
                "area_id": station.area_id,
                "station_id": station.id,
                "charger_uid": "1",
                "connector_number": 1,
                "started_at": begun,
                "ended_at": None if running or number % 19 == 0 else begun + length,
                "energy_wh": None if number % 7 == 0 else dice.randrange(-10, 60_000),
                "currency": dice.choice(("EUR", "EUR", "JPY")),
                "net_minor": dice.randrange(5000),
                "vat_minor": dice.randrange(1000),
                "status": SessionStatus.RUNNING if running else SessionStatus.CLOSED,
                "settings": {},
                "created_at": begun,
            }
        )
    session.execute(insert(ChargingSession), rows)
    session.commit()
    return rows


@cache
def key_of(instant: datetime, zone: str, grain: str) -> Hashable:
    local = instant.astimezone(ZoneInfo(zone))
    if grain == "hour":
        return (local.date(), local.hour, local.utcoffset())
    return local.date() if grain == "day" else (local.year, local.month)


def quarters(start: datetime, end: datetime) -> Iterator[datetime]:
    at = start
    while at < end:
        yield at
        at += QUARTER


def count(
    rows: list[dict[str, Any]], zone: str, grain: str, start: datetime, end: datetime, at: datetime
) -> dict[Hashable, Counted]:
    """By bucket in the order of time; occupied and length as far as it is past at `at`."""
    made: dict[Hashable, Counted] = defaultdict(Counted)
    until = min(end, at)
    for quarter in quarters(start, end):
        made[key_of(quarter, zone, grain)].length_s += max(
            0, int((min(quarter + QUARTER, until) - quarter).total_seconds())
        )
    for row in rows:
        _count_end(made, row, zone, grain, start, end)
        left = row["ended_at"] or (at if row["status"] is SessionStatus.RUNNING else row["started_at"])
        begun, left = max(whole(row["started_at"]), start), min(whole(left), whole(until))
        quarter = begun - (begun - datetime(1970, 1, 1, tzinfo=UTC)) % QUARTER
        for piece in quarters(quarter, left):
            inside = min(left, piece + QUARTER) - max(begun, piece)
            made[key_of(piece, zone, grain)].occupied_s += int(inside.total_seconds())
    return dict(made)


def _count_end(
    made: dict[Hashable, Counted], row: dict[str, Any], zone: str, grain: str, start: datetime, end: datetime
) -> None:
    ended = row["ended_at"]
    if ended is None or not start <= ended < end:
        return
    counted = made[key_of(ended, zone, grain)]
    counted.sessions += 1
    counted.energy_wh += row["energy_wh"] or 0
    counted.seconds += int((whole(ended) - whole(row["started_at"])).total_seconds())
    net, vat = counted.money.get(row["currency"], (0, 0))
    counted.money[row["currency"]] = (net + row["net_minor"], vat + row["vat_minor"])


def whole(instant: datetime) -> datetime:
    """The second in which an instant lies."""
    return instant.replace(microsecond=0)
