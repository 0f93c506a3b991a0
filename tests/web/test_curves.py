"""The curve of a session: points, averages, round marks on days when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from portal.web.curves import energy_curve, energy_steps, time_ticks

START = datetime(2026, 9, 30, 10, 7, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("zone", "start", "hours", "marks"),
    [
        ("Europe/Ljubljana", "2026-10-24T23:20Z", 4, "02:00+0200 02:00+0100 03:00+0100 04:00+0100"),
        ("Europe/Ljubljana", "2026-03-28T23:50Z", 3.5, "01:00+0100 03:00+0200 04:00+0200 05:00+0200"),
        ("America/New_York", "2026-11-01T04:30Z", 3.5, "01:00-0400 01:00-0500 02:00-0500 03:00-0500"),
        ("Asia/Kathmandu", "2026-09-30T18:00Z", 3, "00:00+0545 01:00+0545 02:00+0545"),
        ("Australia/Lord_Howe", "2026-04-04T14:20Z", 2, "01:30+1100 01:30+1030 02:00+1030 02:30+1030"),
        ("Africa/Casablanca", "2026-02-15T00:30Z", 3.5, "02:00+0100 02:00+0000 03:00+0000 04:00+0000"),
        ("Europe/Ljubljana", "2026-10-25T08:00Z", 0.1, "09:00+0100 09:02+0100 09:04+0100 09:06+0100"),
        ("Europe/Ljubljana", "2026-10-24T06:00Z", 72, "00:00+0200 00:00+0100 00:00+0100"),
    ],
)
def test_marks_stand_at_round_local_times(zone: str, start: str, hours: float, marks: str) -> None:
    begin = datetime.fromisoformat(start)
    found = time_ticks(begin, begin + timedelta(hours=hours), zone)
    assert " ".join(f"{each.astimezone(ZoneInfo(zone)):%H:%M%z}" for each in found) == marks
    assert found == sorted(set(found))


@pytest.mark.parametrize("days", [0.01, 0.3, 1, 2, 9, 40, 800])
def test_marks_are_few_however_long_it_takes(days: float) -> None:
    for zone in ("UTC", "Europe/Ljubljana", "Asia/Kathmandu"):
        assert 1 <= len(time_ticks(START, START + timedelta(days=days), zone)) <= 6


def test_energies_are_round_and_hold_zero() -> None:
    assert energy_steps(0, 15_159) == [0, 5000, 10_000, 15_000, 20_000]
    assert energy_steps(-300, 900) == [-500, 0, 500, 1000]
    assert energy_steps(0, 1) == [0, 1]
    for low, high in ((0, 7), (-1, 1), (-40_000, 3), (0, 10**12)):
        steps = energy_steps(low, high)
        assert steps[0] <= low <= high <= steps[-1]
        assert 0 in steps
        assert len(steps) <= 7


def test_points_averages_and_the_end(app: Flask) -> None:
    samples = [(START + minutes(m), 5000 + wh) for m, wh in ((30, 6000), (60, 6000), (90, 5400))]
    with app.test_request_context():
        ended = START + minutes(60)
        curve = energy_curve((START, 5000), samples, ended, ended, "Europe/Ljubljana", 3)
        still = energy_curve((START, 5000), samples[:1], None, START + minutes(120), "Europe/Ljubljana", 1)
    assert [(p.energy_wh, p.power_w) for p in curve.points] == [
        (0, None),
        (6000, 12_000),
        (6000, 0),
        (5400, -1200),
    ]
    assert (curve.top_w, curve.end, still.end) == (12_000, "66.67%", None)
    assert curve.line.split()[0] == "0.0,184.0"
    assert [tick.text for tick in curve.energies] == ["", "2 kWh", "4 kWh", "6 kWh"]
    assert still.line.endswith("250.0,0.0"), "the axis reaches to the present instant"
    assert curve.times[0].note == "Sep 30"


def test_the_repeated_hour_says_which_it_is(app: Flask) -> None:
    start = datetime(2026, 10, 24, 23, 20, tzinfo=UTC)
    with app.test_request_context():
        samples = [(start + minutes(240), 9000)]
        curve = energy_curve((start, 0), samples, None, start, "Europe/Ljubljana", 1)
        nothing = energy_curve((start, 7), [(start, 7)], start, start, "UTC", 1)
    assert [tick.note for tick in curve.times] == ["Oct 25 (+0200)", "(+0100)", "", ""]
    assert nothing.points[-1].power_w is None, "two readings of one instant have no average between them"
