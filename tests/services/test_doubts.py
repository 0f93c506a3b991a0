"""Doubts about stored sessions, on both engines."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import combinations, count
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models import ChargingSession, Doubt, SessionDoubt, SessionStatus, Station
from portal.services.doubts import judge
from tests.support.factories import make_station

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
_numbers = count(1)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def charged(session: Session, station: Station, start: float = 0, end: float | None = 60, **over: Any) -> int:
    """A session from `start` to `end` in minutes after noon; its id."""
    row = ChargingSession(
        **{
            "external_id": f"S-{next(_numbers)}",
            "area_id": station.area_id,
            "station_id": station.id,
            "charger_uid": "1",
            "connector_number": 1,
            "started_at": NOON + minutes(start),
            "ended_at": None if end is None else NOON + minutes(end),
            "energy_wh": 1000,
            "currency": "EUR",
            "status": SessionStatus.CLOSED,
            "created_at": AT,
        }
        | over
    )
    session.add(row)
    session.flush()
    return row.id


def doubts(session: Session) -> dict[int, set[str]]:
    found = defaultdict(set)
    for id_, doubt in session.execute(select(SessionDoubt.session_id, SessionDoubt.doubt)):
        found[id_].add(doubt.value)
    return dict(found)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, set()),
        ({"end": None}, {"no_end"}),
        ({"end": None, "status": SessionStatus.RUNNING, "energy_wh": 0}, set()),
        ({"energy_wh": 0}, {"no_energy"}),
        ({"end": None, "energy_wh": None}, {"no_end", "no_energy"}),
        ({"energy_wh": -1}, {"negative_energy"}),
        # 22 kW for 61 minutes, and 1 %: 22,590.3 Wh
        ({"energy_wh": 22_590}, set()),
        ({"energy_wh": 22_591}, {"too_much_energy"}),
        ({"charger_uid": "unknown", "energy_wh": 400_000}, set()),
        ({"charger_uid": "unknown", "energy_wh": 500_000}, {"too_much_energy"}),
        ({"started_at": AT + minutes(2), "ended_at": AT + minutes(62)}, {"in_the_future"}),
        ({"started_at": AT - minutes(60), "ended_at": AT + minutes(1)}, set()),
    ],
)
def test_a_session_by_itself(session: Session, values: dict[str, Any], expected: set[str]) -> None:
    id_ = charged(session, make_station(session), **values)
    judge(session, [id_], AT)
    assert doubts(session).get(id_, set()) == expected
    judge(session, [id_], AT)
    assert doubts(session).get(id_, set()) == expected


def test_overlaps_are_of_one_connector_and_of_both(session: Session) -> None:
    station = make_station(session)
    first = charged(session, station, 0, 60)
    touching = charged(session, station, 60, 90)
    judge(session, [first, touching], AT)
    assert doubts(session) == {}
    charged(session, station, 30, 40, connector_number=2)
    inside = charged(session, station, 30, 40)
    judge(session, [inside], AT)
    assert doubts(session) == {first: {"overlap"}, inside: {"overlap"}}


def test_what_is_mended_is_not_doubtful_any_more(session: Session) -> None:
    station = make_station(session)
    first, second = charged(session, station, 0, 60), charged(session, station, 30, 90)
    judge(session, [first, second], AT)
    assert set(doubts(session)) == {first, second}
    change = update(ChargingSession).values(ended_at=NOON + minutes(30), energy_wh=0)
    session.execute(change.where(ChargingSession.id == first))
    judge(session, [first], AT)
    assert doubts(session) == {first: {"no_energy"}}


def test_the_same_under_another_name_is_a_duplicate(session: Session) -> None:
    station = make_station(session)
    first, second = charged(session, station), charged(session, station)
    charged(session, station, 60, 120)
    judge(session, [first], AT)
    assert doubts(session) == {second: {"duplicate"}}


def test_accepted_ones_stay_accepted_and_others_are_left_alone(session: Session) -> None:
    id_ = charged(session, make_station(session), energy_wh=0)
    judge(session, [id_], AT)
    session.execute(update(SessionDoubt).values(accepted_at=AT, accepted_by="ana"))
    session.add(SessionDoubt(session_id=id_, doubt=Doubt.UNKNOWN_TOKEN))
    session.flush()
    judge(session, [id_], AT)
    rows = select(SessionDoubt.doubt, SessionDoubt.accepted_by).order_by(SessionDoubt.doubt)
    assert session.execute(rows).all() == [(Doubt.NO_ENERGY, "ana"), (Doubt.UNKNOWN_TOKEN, None)]


@pytest.mark.parametrize("seed", range(4))
def test_in_whatever_portions_they_come_overlaps_are_the_same(session: Session, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same each time
    station = make_station(session, max_w=None)
    spans = []
    for _ in range(40):
        start = chance.randrange(300)
        spans.append((start, start + chance.choice([0, 1, 3, 5, 90])))
    made: dict[int, tuple[int, int, int]] = {}
    while spans:
        portion = [spans.pop() for _ in range(min(len(spans), chance.randrange(1, 9)))]
        now = {}
        for start, end in portion:
            energy = 1 + len(made) + len(now)
            now[charged(session, station, start, end, energy_wh=energy)] = (start, end, energy)
        judge(session, list(now), AT)
        made |= now
    expected = set()
    for (one, (a, b, _)), (other, (c, d, _)) in combinations(made.items(), 2):
        if a < d and c < b:
            expected |= {one, other}
    assert {id_ for id_, found in doubts(session).items() if "overlap" in found} == expected
    # And taken back as far as they are mended.
    moved = sorted(made)[: len(made) // 2]
    session.execute(
        update(ChargingSession)
        .where(ChargingSession.id.in_(moved))
        .values(ended_at=ChargingSession.started_at)
    )
    judge(session, moved, AT)
    for id_ in moved:
        made[id_] = (made[id_][0], made[id_][0], 0)
    expected = set()
    for (one, (a, b, _)), (other, (c, d, _)) in combinations(made.items(), 2):
        if a < d and c < b:
            expected |= {one, other}
    assert {id_ for id_, found in doubts(session).items() if "overlap" in found} == expected
