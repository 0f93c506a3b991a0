"""Wall clocks of sessions on days when clocks change, in zones that change them each in a way of its own."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.ingest.records import Accepted, FieldError
from portal.ingest.sessions_format import SessionShape
from portal.ingest.sessions_time import Choices, Clock

from .test_sessions_reading import only, read

TWICE = [
    ("Europe/Ljubljana", "2026-10-25 02:30", "2026-10-25T00:30", "2026-10-25T01:30"),
    ("America/New_York", "2026-11-01 01:00", "2026-11-01T05:00", "2026-11-01T06:00"),
    # The clock moves by half an hour there,
    ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45", "2026-04-04T15:15"),
    # and back for Ramadan here.
    ("Africa/Casablanca", "2026-02-15 02:59", "2026-02-15T01:59", "2026-02-15T02:59"),
]
NEVER = [
    ("Europe/Ljubljana", "2026-03-29 02:30", "2026-03-29T00:30", "2026-03-29T01:30"),
    ("America/New_York", "2026-03-08 02:00", "2026-03-08T06:00", "2026-03-08T07:00"),
    ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:15", "2026-10-03T15:45"),
    ("Africa/Casablanca", "2026-03-22 02:15", "2026-03-22T01:15", "2026-03-22T02:15"),
    # Once in fifty years, by a quarter of an hour.
    ("Asia/Kathmandu", "1986-01-01 00:05", "1985-12-31T18:20", "1985-12-31T18:35"),
]
ZONES = sorted({zone for zone, *_ in (*TWICE, *NEVER)})


@pytest.mark.parametrize(
    ("kind", "case"), [("repeated", case) for case in TWICE] + [("missing", case) for case in NEVER]
)
def test_each_choice(kind: str, case: tuple[str, ...]) -> None:
    zone, wall, earlier, later = case
    words = "occurs twice" if kind == "repeated" else "does not exist"
    good = "B;2026-07-01 10:00;2026-07-01 11:00;1"
    for row, field in ((f"A;{wall};;1", "start"), (f"A;1980-01-01 10:00;{wall};1", "end")):
        rejected, other = read(row, good, zone=zone)
        assert (rejected.line, rejected.field, rejected.value) == (2, field, wall)
        assert f"{words} in {zone}" in rejected.reason
        assert isinstance(other, Accepted)
        for choice, expected in (("earlier", earlier), ("later", later)):
            item = only(read(row, zone=zone, **{kind: choice}))
            record = item.record
            found = record.started_at if field == "start" else record.ended_at
            assert found.isoformat() == f"{expected}:00+00:00"
            assert item.note == f"{field}: {wall} {words} in {zone}; {expected}:00Z was taken."


@pytest.mark.parametrize(("kind", "other"), [("repeated", "missing"), ("missing", "repeated")])
def test_a_choice_is_for_its_own_hour_only(kind: str, other: str) -> None:
    zone, wall, *_ = (TWICE if kind == "repeated" else NEVER)[0]
    assert "this" in only(read(f"A;{wall};;1", zone=zone, **{other: "later"})).reason.lower()


def test_an_end_in_the_hour_after_the_clock_went_back() -> None:
    """From the first 02:50 to 02:10: the end can only be the second one, but nobody says so: it is told."""
    row = "A;2026-10-25 02:50;2026-10-25 02:10;1"
    assert "before the start" in only(read(row, repeated="later")).reason
    assert "before the start" in only(read(row, repeated="earlier")).reason


@settings(deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    wall=st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 31)),  # noqa: DTZ001
    choice=st.sampled_from(["earlier", "later", "reject"]),
)
def test_any_clock_time_is_what_its_zone_shows(zone: str, wall: datetime, choice: Any) -> None:
    clock = Clock(SessionShape("Wh"), zone, Choices(repeated=choice, missing=choice), ("start", "end"))
    early = wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    late = wall.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    expected = {"earlier": min(early, late), "later": max(early, late)}.get(choice)
    try:
        found, _ = clock.period(wall.isoformat(), "")
    except FieldError:
        assert expected is None
        assert early != late
    else:
        assert found == (expected or early)
        assert bool(clock.notes) == (early != late)
