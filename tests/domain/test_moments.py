"""What a clock showed, and the instants that this was."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.errors import Invalid, NotFound
from portal.domain.moments import addressed_moment, instants_of, moment_text, past_instants

AT = datetime(2026, 12, 1, tzinfo=UTC)
LJUBLJANA = "Europe/Ljubljana"


@pytest.mark.parametrize(
    ("zone", "text", "instants"),
    [
        (LJUBLJANA, "2026-07-01T12:00", ["2026-07-01T10:00:00Z"]),
        (LJUBLJANA, "2026-07-01 12:00:30", ["2026-07-01T10:00:30Z"]),
        (LJUBLJANA, "2026-10-25T02:30", ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]),
        (LJUBLJANA, "2026-10-25T03:00", ["2026-10-25T02:00:00Z"]),
        ("America/New_York", "2026-11-01T01:30", ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"]),
        ("Australia/Lord_Howe", "2026-04-05T01:45", ["2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"]),
        ("Asia/Kathmandu", "2026-07-01T12:00", ["2026-07-01T06:15:00Z"]),
        (LJUBLJANA, "2026-07-01T12:00+05:45", ["2026-07-01T06:15:00Z"]),
    ],
)
def test_what_was_meant(zone: str, text: str, instants: list[str]) -> None:
    assert [moment_text(each) for each in past_instants("at", text, zone, AT)] == instants


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-02-30T10:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "2026-03-29T02:30",
        "2026-12-01T02:00",
    ],
)
def test_what_cannot_be_meant(text: str) -> None:
    with pytest.raises(Invalid):
        past_instants("at", text, LJUBLJANA, AT)


def test_of_a_repeated_time_only_what_has_been() -> None:
    between = datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert len(past_instants("at", "2026-10-25T02:30", LJUBLJANA, between)) == 1


@given(st.integers(0, 7_000_000_000), st.sampled_from([LJUBLJANA, "America/New_York", "UTC"]))
def test_every_instant_is_among_those_of_what_the_clock_showed(second: int, zone: str) -> None:
    instant = datetime.fromtimestamp(second, UTC)
    assert instant in instants_of(zone, instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-07-01",
        "2026-07-01T12:00:00",
        "2026-07-01T12:00:00+02:00",
        "2026-12-01T00:00:01Z",
        "9999-12-31T23:59:59Z",
    ],
)
def test_addresses_name_moments_in_one_way(text: str) -> None:
    with pytest.raises(NotFound):
        addressed_moment(text, AT)


def test_an_address_brings_its_moment_back() -> None:
    for moment in (AT, AT - timedelta(microseconds=1)):
        assert addressed_moment(moment_text(moment), AT) == moment
