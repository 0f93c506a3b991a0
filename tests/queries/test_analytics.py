"""Analytics equal plain counting, in every zone and on the days on which its clocks change, on both engines."""

from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.domain.periods import Grain, Period, custom_period
from portal.domain.viewer import Viewer
from portal.models import Role, StationStatus
from portal.queries.analytics import Group, Scope
from portal.queries.analytics_figures import Figures, Piece, groups, pieces, summary, total_of, week
from tests.queries.charged import add_random_sessions, count, key_of
from tests.support.factories import make_area, make_operator, make_station

# Each zone with days around both changes of its clocks; where there is none, around a change of month.
CHANGES = {
    "Europe/Ljubljana": (date(2026, 3, 28), date(2026, 10, 24)),
    "America/New_York": (date(2026, 3, 7), date(2026, 10, 31)),
    "Asia/Kathmandu": (date(2026, 2, 27), date(2026, 10, 30)),
    "Australia/Lord_Howe": (date(2026, 4, 4), date(2026, 10, 3)),
    "Africa/Casablanca": (date(2026, 2, 14), date(2026, 3, 21)),
}
LATER = datetime(2027, 6, 1, tzinfo=UTC)


def _same(found: list[Piece], wanted: dict[object, object], zone: str, grain: Grain, plugs: int) -> None:
    assert [key_of(piece.bucket.start, zone, grain) for piece in found] == list(wanted)
    for piece, counted in zip(found, wanted.values(), strict=True):
        f = piece.figures
        sums = (f.sessions, f.energy_wh, f.seconds, f.occupied_s, f.connector_s // plugs, f.money)
        assert sums == astuple(counted), piece.bucket


@pytest.mark.parametrize("zone", CHANGES)
def test_every_bucket_is_what_counting_gives(session: Session, zone: str) -> None:
    operator = make_operator(session, timezone=zone)
    area = make_area(session, operator)
    stations = [make_station(session, area) for _ in range(3)]
    viewer = Viewer(role=Role.OPERATOR, operator_id=operator.id, zone=zone)
    rows = []
    for first in CHANGES[zone]:
        period = custom_period(zone, first, first + timedelta(days=2))
        rows += add_random_sessions(session, stations, operator, period.start, period.end, 40)
    for first in CHANGES[zone]:
        period = custom_period(zone, first, first + timedelta(days=2))
        halfway = period.start + (period.end - period.start) / 2 + timedelta(seconds=0.5)
        for grain, at in ((Grain.HOUR, halfway), (Grain.HOUR, LATER), (Grain.DAY, halfway)):
            found = pieces(session, Scope(viewer), period, grain, 3, at)
            wanted = count(rows, zone, grain, period.start, period.end, at)
            _same(found, dict(wanted), zone, grain, 3)
        _adds_up(session, Scope(viewer), period, found, halfway)
    whole = custom_period(zone, date(2026, 2, 10), date(2026, 11, 20))
    found = pieces(session, Scope(viewer), whole, Grain.MONTH, 3, LATER)
    wanted = count(rows, zone, Grain.MONTH, whole.start, whole.end, LATER)
    _same(found, dict(wanted), zone, Grain.MONTH, 3)


def _adds_up(session: Session, scope: Scope, period: Period, found: list[Piece], at: datetime) -> None:
    """Pieces and groups add up to the sums of the whole period."""
    whole = summary(session, scope, period, at)
    assert whole.sessions > 5
    assert total_of(piece.figures for piece in found) == whole
    for group in Group:
        assert total_of(groups(session, scope, period, group, at).values()) == whole


def test_currencies_stay_apart_and_means_are_of_what_ended() -> None:
    made = Figures()
    made.add(("EUR", 2, 3001, 400, 88, 90))
    made.add(("JPY", 1, 1000, 500, 50, 30))
    assert (made.net("EUR"), made.vat("EUR"), made.net("JPY"), made.net("USD")) == (400, 88, 500, 0)
    assert (made.mean_wh, made.mean_seconds) == (1334, 40)
    assert (Figures().mean_wh, Figures().mean_seconds, Figures().occupancy) == (None, None, None)


def test_what_a_scope_leaves_out(session: Session) -> None:
    """Another tenant's rows, and operators, areas and stations that were not asked for."""
    one, two = make_operator(session), make_operator(session)
    near, far = make_area(session, one, code="NEAR"), make_area(session, one, code="FAR")
    other = make_area(session, two, code="OTHER")
    period = custom_period("UTC", date(2026, 9, 1), date(2026, 9, 30))
    made = {}
    for area, operator in ((near, one), (far, one), (other, two)):
        station = make_station(session, area, code=f"AT-{area.code}")
        made[area.code] = add_random_sessions(session, [station], operator, period.start, period.end, 20)
    admin, owner = Viewer(role=Role.ADMIN), Viewer(role=Role.OPERATOR, operator_id=one.id)
    both, all_ = {"AT-NEAR", "AT-FAR"}, {"AT-NEAR", "AT-FAR", "AT-OTHER"}
    for scope, seen in (
        (Scope(admin), all_),
        (Scope(admin, (one.id, two.id)), all_),
        (Scope(admin, (one.id,)), both),
        (Scope(admin, area="near"), {"AT-NEAR"}),
        (Scope(admin, (two.id,), area="near"), set()),
        (Scope(admin, station="at-other"), {"AT-OTHER"}),
        (Scope(owner), both),
        (Scope(owner, (two.id,)), set()),
        (Scope(owner, area="other"), set()),
        (Scope(owner, station="AT-OTHER"), set()),
        (Scope(Viewer(role=Role.OPERATOR)), set()),
    ):
        found = groups(session, scope, period, Group.STATION, LATER)
        assert {code for code, _name, _part in found} == seen, scope
        whole = summary(session, scope, period, LATER)
        assert total_of(found.values()) == whole, scope
        ended = [row for name in seen for row in made[name.removeprefix("AT-")] if row["ended_at"]]
        assert whole.sessions == sum(period.start <= row["ended_at"] < period.end for row in ended)
        assert whole.connector_s == len(seen) * 30 * 86_400
        assert sum(map(sum, week(session, scope, period))) <= 20 * len(seen)


def test_connectors_of_closed_stations_count_while_somebody_charged_there(session: Session) -> None:
    operator = make_operator(session)
    area = make_area(session, operator)
    gone, never = (make_station(session, area, status=StationStatus.CLOSED) for _ in range(2))
    period = custom_period("UTC", date(2026, 9, 1), date(2026, 9, 10))
    add_random_sessions(session, [gone], operator, period.start, period.end, 5)
    scope = Scope(Viewer(role=Role.ADMIN))
    found = groups(session, scope, period, Group.CHARGER, LATER)
    assert {(code, part): f.connector_s for (code, _name, part), f in found.items()} == {
        (gone.code, "1"): 10 * 86_400
    }
    later = custom_period("UTC", date(2026, 11, 1), date(2026, 11, 1))
    assert summary(session, scope, later, period.end).occupancy is None
    assert never.code not in {code for code, *_ in found}


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Lord_Howe"])
def test_hours_of_the_week_are_local(session: Session, zone: str) -> None:
    operator = make_operator(session, timezone=zone)
    station = make_station(session, make_area(session, operator))
    first = CHANGES[zone][0]
    period = custom_period(zone, first, first + timedelta(days=20))
    rows = add_random_sessions(session, [station], operator, period.start, period.end, 100)
    wanted = [[0] * 24 for _ in range(7)]
    for row in rows:
        if period.start <= row["started_at"] < period.end:
            day, hour, _offset = key_of(row["started_at"], zone, "hour")
            wanted[day.weekday()][hour] += 1
    scope = Scope(Viewer(role=Role.OPERATOR, operator_id=operator.id, zone=zone))
    assert week(session, scope, period) == wanted
