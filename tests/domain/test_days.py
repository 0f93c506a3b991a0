"""Local days as UTC bounds, on the days on which clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.domain.days import day_bounds, day_value
from portal.domain.errors import Invalid


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("Europe/Ljubljana", "2026-07-01", "2026-06-30T22:00", 24),
        ("Europe/Ljubljana", "2026-03-29", "2026-03-28T23:00", 23),
        ("Europe/Ljubljana", "2026-10-25", "2026-10-24T22:00", 25),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00", 23),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00", 25),
        ("Asia/Kathmandu", "2026-10-25", "2026-10-24T18:15", 24),
        # Lord Howe moves its clocks by half an hour.
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30", 23.5),
        # Morocco leaves its summer time for Ramadan and comes back after it.
        ("Africa/Casablanca", "2026-02-15", "2026-02-14T23:00", 25),
        ("Africa/Casablanca", "2026-03-22", "2026-03-22T00:00", 23),
        # Cairo has no midnight on the day on which summer begins.
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00", 23),
        ("UTC", "2026-12-31", "2026-12-31T00:00", 24),
    ],
)
def test_a_day_begins_and_ends_at_local_midnight(zone: str, day: str, start: str, hours: float) -> None:
    begin, end = day_bounds(zone, date.fromisoformat(day))
    assert begin == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert end - begin == timedelta(hours=hours)


@pytest.mark.parametrize(
    "zone", ["Europe/Ljubljana", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe"]
)
def test_days_follow_each_other_without_gap_or_overlap(zone: str) -> None:
    day = date(2026, 1, 1)
    for _ in range(366):
        assert day_bounds(zone, day)[1] == day_bounds(zone, day + timedelta(days=1))[0]
        day += timedelta(days=1)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "2026-02-30", "0001-01-01", "9999-12-31", "1' OR 1=1"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        day_value("from", text)
    assert refusal.value.field == "from"
