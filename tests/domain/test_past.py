"""The world as it was: what is read of the past is what was true when it was the present, on both engines."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import literal, select, text, union_all
from sqlalchemy.orm import Session

from portal.domain.access import station_visible_to
from portal.domain.past import world_at
from portal.domain.viewer import Viewer
from portal.models import Role, Station
from portal.models.base import UtcDateTime
from portal.queries.access_times import (
    Stretch,
    membership_moments,
    membership_periods,
    station_moments,
    stretches,
)
from portal.queries.then import StationThen, audience_then, station_at, station_then, station_then_of
from tests.domain.histories import HOUR, START, Step, Told, steps, tell
from tests.map.networks import empty

ADMIN = Viewer(role=Role.ADMIN)
Thens = dict[tuple[datetime, int], StationThen]
# The database is emptied between examples, so that the fixtures may live as long as the test.
often = settings(
    max_examples=5,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@often
@given(history=steps)
def test_the_past_is_what_was_seen_when_it_was_the_present(session: Session, history: list[Step]) -> None:
    empty(session)
    told = tell(session, history)
    for name, viewer in told.viewers.items():
        assert seen_then(session, told, viewer) == {moment: seen[name] for moment, seen in told.seen.items()}
    thens = {
        (moment, station.id): station_then_of(session.execute(station_then(ADMIN, station, moment)).first())
        for moment in list(told.seen)[::4]
        for station in told.stations
    }
    check_audiences(session, told, thens)
    check_stretches(session, told)
    check_periods(session, told, thens)


def seen_then(session: Session, told: Told, viewer: Viewer) -> dict[datetime, frozenset[int]]:
    """What the viewer saw at each moment, all asked at once."""
    moments = union_all(*(select(literal(moment, UtcDateTime).label("t")) for moment in told.seen)).cte()
    world = world_at(moments.c.t)
    visible = station_at(world, Station.id, station_visible_to(viewer, moments.c.t, world))
    found: dict[datetime, set[int]] = {moment: set() for moment in told.seen}
    for moment, station_id in session.execute(select(moments.c.t, Station.id).join(Station, visible)):
        found[moment].add(station_id)
    return {moment: frozenset(ids) for moment, ids in found.items()}


def check_audiences(session: Session, told: Told, thens: Thens) -> None:
    """Those who could see a station are those who saw it, but for those who saw it because everybody did."""
    for (moment, station_id), then in thens.items():
        (station,) = (each for each in told.stations if each.id == station_id)
        public = then.open and then.public
        assert public is (station_id in told.seen[moment]["anonymous"])
        found = [each.id for each, _ in session.execute(audience_then(ADMIN, station, then, moment))]
        assert len(found) == len(set(found))
        saw = {d.id for d, name in told.driver_viewers if station_id in told.seen[moment][name]}
        assert set(found) <= saw if public else set(found) == saw, (moment, station.code)
        asking = told.viewers["operator 0"]
        own = then.operator is not None and then.operator.id == asking.operator_id
        assert station_then_of(session.execute(station_then(asking, station, moment)).first()).known is own
        told_to = [each.id for each, _ in session.execute(audience_then(asking, station, then, moment))]
        assert told_to == (found if own else [])


def check_stretches(session: Session, told: Told) -> None:
    for driver, name in told.driver_viewers:
        for station in told.stations:
            found = stretches(session.execute(station_moments(ADMIN, station, driver, max(told.seen))).all())
            for moment, seen in told.seen.items():
                assert covering(found, moment).sees is (station.id in seen[name]), (
                    moment,
                    name,
                    station.code,
                )


def covering(found: list[Stretch], moment: datetime) -> Stretch:
    (one,) = [each for each in found if each.since <= moment and (each.until is None or moment < each.until)]
    return one


def check_periods(session: Session, told: Told, thens: Thens) -> None:
    """A driver saw the hidden stations of an operator exactly in the periods of its memberships."""
    for driver, name in told.driver_viewers:
        periods = membership_periods(session.execute(membership_moments(ADMIN, driver)).all())
        for (moment, station_id), then in thens.items():
            if not then.open or then.public:
                continue
            networks = {
                each.membership.operator_id
                for each in periods
                if each.since and each.since <= moment and (each.until is None or moment < each.until)
            }
            member = then.operator is not None and then.operator.id in networks
            assert member is (station_id in told.seen[moment][name]), (moment, name)


def test_the_histories_are_worth_it(session: Session) -> None:
    """Guards the tests above: in this one all sees and no longer sees happens, for every cause."""
    history: list[Step] = [
        ("grant", 0, 0, 0), ("operator", 0, 0, 1), ("operator", 0, 0, 0), ("driver", 0, 0, 1), ("driver", 0, 0, 0),
        ("assign", 1, 0, 1), ("assign", 0, 0, 1), ("status", 0, 0, 2), ("status", 0, 0, 0), ("revoke", 0, 0, 0),
        ("show", 0, 0, 0),
    ]  # fmt: skip
    told = tell(session, history)
    first = told.stations[0].id
    saw = [first in told.seen[START + n * HOUR]["driver 0"] for n in range(len(history) + 1)]
    assert saw == [False, True, False, True, False, True, False, True, False, True, False, True]


def test_nothing_is_seen_of_a_station_before_it_was_made(session: Session) -> None:
    told = tell(session, [("show", 0, 0, 0)])
    early = START - timedelta(microseconds=1)
    world = world_at(early)
    assert (
        session.scalars(select(world.station.id).where(station_visible_to(ADMIN, early, world))).all() == []
    )
    assert not station_then_of(session.execute(station_then(ADMIN, told.stations[0], early)).first()).known


@pytest.mark.parametrize("moment", [START, START + 9 * HOUR, START + 10 * HOUR])
def test_a_change_stamped_before_another_and_written_after_it(session: Session, moment: datetime) -> None:
    """Two requests that waited for each other: the state before both was the state until the later stamp."""
    told = tell(session, [])
    station = told.stations[0]
    for visible, hours in ((True, 11), (False, 10)):
        session.execute(
            text("UPDATE station SET visible = :visible, updated_at = :at WHERE id = :id"),
            {"visible": visible, "at": stamp(session, START + hours * HOUR), "id": station.id},
        )
    then = station_then_of(session.execute(station_then(ADMIN, station, moment)).first())
    assert not then.public


def stamp(session: Session, at: datetime) -> Any:
    kind = Station.updated_at.type
    return kind.process_bind_param(at, session.get_bind().dialect)
