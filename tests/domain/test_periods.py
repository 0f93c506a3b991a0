"""Periods, what they are compared with, and their pieces, on the days on which clocks change."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.buckets import EPOCH, Clock, buckets, month_key
from portal.domain.errors import Invalid
from portal.domain.periods import Grain, Period, Preset, check_grain, custom_period, period_of, usual_grain

ZONES = (
    "Europe/Ljubljana",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Pacific/Apia",
)
# In Ljubljana it is the first of November already, half past midnight.
AT = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("preset", "first", "last", "before"),
    [
        ("today", "2026-11-01", "2026-11-01", ("2026-10-31", "2026-10-31")),
        ("yesterday", "2026-10-31", "2026-10-31", ("2026-10-30", "2026-10-30")),
        ("last_7_days", "2026-10-26", "2026-11-01", ("2026-10-19", "2026-10-25")),
        ("this_month", "2026-11-01", "2026-11-30", ("2026-10-01", "2026-10-31")),
        ("last_month", "2026-10-01", "2026-10-31", ("2026-09-01", "2026-09-30")),
        ("last_12_months", "2025-12-01", "2026-11-30", ("2024-12-01", "2025-11-30")),
        ("this_year", "2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31")),
    ],
)
def test_presets_follow_the_calendar_of_the_zone(
    preset: str, first: str, last: str, before: tuple[str, str]
) -> None:
    period = period_of(Preset(preset), "Europe/Ljubljana", AT)
    assert (str(period.first), str(period.last)) == (first, last)
    former = period.before(AT)
    assert (str(former.first), str(former.last)) == before
    assert former.whole_end == period.start


def test_a_month_is_compared_with_the_month_before_whatever_their_lengths() -> None:
    october = period_of(Preset.LAST_MONTH, "Europe/Ljubljana", AT)
    assert (october.hours, october.before(AT).hours) == (745, 720)
    assert custom_period("UTC", date(2026, 1, 1), date(2026, 3, 31)).before(AT).first == date(2025, 10, 1)
    assert custom_period("UTC", date(2026, 1, 2), date(2026, 1, 31)).before(AT).first == date(2025, 12, 3)


@pytest.mark.parametrize(
    ("first", "last", "at", "until"),
    [
        ("2026-10-01", "2026-10-31", "2026-10-20T10:30", "2026-09-20T10:30"),
        # The former month has no such day: all of it.
        ("2026-10-01", "2026-10-31", "2026-10-31T10:30", "2026-09-30T10:30"),
        ("2024-01-01", "2024-12-31", "2024-02-29T12:00", "2023-02-28T12:00"),
        ("2026-10-26", "2026-11-01", "2026-10-28T00:00", "2026-10-21T00:00"),
    ],
)
def test_while_it_runs_it_is_compared_up_to_the_same_moment(
    first: str, last: str, at: str, until: str
) -> None:
    period = custom_period("UTC", date.fromisoformat(first), date.fromisoformat(last))
    former = period.before(datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert former.end == datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert former.start < former.end <= period.start


@pytest.mark.parametrize(
    ("zone", "day", "count", "hours"),
    [
        ("Europe/Ljubljana", "2026-10-25", 25, "25"),
        ("Europe/Ljubljana", "2026-03-29", 23, "23"),
        ("Asia/Kathmandu", "2026-10-25", 24, "24"),
        # Half an hour is repeated, or left out: that hour has a piece of thirty minutes.
        ("Australia/Lord_Howe", "2026-04-05", 25, "24.5"),
        ("Australia/Lord_Howe", "2026-10-04", 24, "23.5"),
        ("Africa/Casablanca", "2026-02-15", 25, "25"),
        ("Africa/Cairo", "2026-04-24", 23, "23"),
    ],
)
def test_hours_of_a_day(zone: str, day: str, count: int, hours: str) -> None:
    period = custom_period(zone, date.fromisoformat(day), date.fromisoformat(day))
    assert len(buckets(period, Grain.HOUR)) == count
    assert period.hours == Decimal(hours)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(2011, 6, 1), date(2027, 12, 31)), st.integers(1, 31))
def test_pieces_cover_a_period_without_gap_and_instants_find_their_own(
    zone: str, first: date, days: int
) -> None:
    period = Period(zone, first, first + timedelta(days=days))
    clock = Clock.of(zone, period.start, period.end)
    for grain in Grain:
        found = buckets(period, grain)
        if not found:
            assert period.start == period.end  # a day that Apia left out
            continue
        assert (found[0].start, found[-1].end) == (period.start, period.end)
        assert [bucket.end for bucket in found[:-1]] == [bucket.start for bucket in found[1:]]
        assert len({bucket.key for bucket in found}) == len(found)
        for bucket in found:
            for instant in (bucket.start, bucket.end - timedelta(microseconds=1)):
                key = clock.key(instant, grain)
                assert bucket.key == (month_key(key) if grain is Grain.MONTH else key)


def test_a_day_that_a_place_left_out_is_no_piece() -> None:
    period = custom_period("Pacific/Apia", date(2011, 12, 29), date(2011, 12, 31))
    days = [EPOCH + timedelta(days=bucket.key[1]) for bucket in buckets(period, Grain.DAY)]
    assert days == [period.first, period.last]


def test_what_is_too_long_is_refused_at_its_field() -> None:
    for first, last in ((date(2026, 1, 2), date(2026, 1, 1)), (date(2000, 1, 1), date(2026, 1, 1))):
        with pytest.raises(Invalid) as refusal:
            custom_period("UTC", first, last)
        assert refusal.value.field == "to"
    for days, grain in ((32, Grain.HOUR), (401, Grain.DAY)):
        period = custom_period("UTC", date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days - 1))
        with pytest.raises(Invalid) as refusal:
            check_grain(period, grain)
        assert refusal.value.field == "by"
        check_grain(period, Grain.MONTH)


def test_usual_pieces() -> None:
    for days, grain in ((1, "hour"), (2, "hour"), (3, "day"), (92, "day"), (93, "month")):
        assert usual_grain(Period("UTC", date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days))) == grain
