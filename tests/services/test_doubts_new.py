"""Sessions judged as they are inserted, all of their facts at hand: as if they were judged from what is stored."""

import random
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.doubts import Facts
from portal.models import ChargingSession, SessionDoubt, SessionStatus
from portal.services.doubts import judge, judge_new
from tests.support.factories import make_station

from .test_doubts import AT, NOON, charged, doubts, minutes


def facts(id_: int, values: dict[str, Any]) -> Facts:
    start, end = values["start"], values["end"]
    until = None if end is None else NOON + minutes(end)
    return Facts(id_, NOON + minutes(start), until, values["energy_wh"], SessionStatus.CLOSED, 22_000)


@pytest.mark.parametrize("seed", range(4))
def test_in_whatever_portions_they_are_inserted_doubts_are_the_same(session: Session, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same each time
    station = make_station(session)
    left = 60
    while left:
        portion = []
        for _ in range(min(left, chance.randrange(1, 13))):
            start = chance.randrange(400)
            length = chance.choice([None, 0, 1, 3, 5, 90, 300])
            values = {
                "start": start,
                "end": None if length is None else start + length,
                "energy_wh": chance.choice([None, -1, 0, 1000, 1000, 200_000]),
                "charger_uid": chance.choice("12"),
            }
            portion.append((charged(session, station, **values), values))
            left -= 1
        judge_new(
            session,
            [facts(*one)._replace(max_w=22_000 if one[1]["charger_uid"] == "1" else None) for one in portion],
            AT,
        )
    found = doubts(session)
    assert any("overlap" in kinds for kinds in found.values())
    session.execute(delete(SessionDoubt))
    judge(session, list(session.scalars(select(ChargingSession.id))), AT)
    assert doubts(session) == found
