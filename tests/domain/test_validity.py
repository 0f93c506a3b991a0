"""Days and times of a membership in its operator's zone."""

from datetime import UTC, datetime

import pytest

from portal.domain.errors import Invalid
from portal.domain.validity import days_left, limit_text, limit_value

ZONE = "Europe/Ljubljana"


@pytest.mark.parametrize(
    ("day", "time", "last", "instant"),
    [
        ("2026-12-03", "", False, datetime(2026, 12, 2, 23, tzinfo=UTC)),
        ("2026-12-03", "", True, datetime(2026, 12, 3, 23, tzinfo=UTC)),
        ("2026-10-25", "", True, datetime(2026, 10, 25, 23, tzinfo=UTC)),  # a day of 25 hours
        ("2026-12-03", "18:00", True, datetime(2026, 12, 3, 17, tzinfo=UTC)),
        ("2026-12-03T18:00", "", True, datetime(2026, 12, 3, 17, tzinfo=UTC)),
        ("", "", True, None),
    ],
)
def test_a_last_day_is_included(day: str, time: str, last: bool, instant: datetime | None) -> None:
    assert limit_value("f", day, time, ZONE, last=last) == instant
    if instant:
        assert limit_text(instant, ZONE, last=last) == (day[:10], time or day[11:])


@pytest.mark.parametrize(
    ("day", "time"),
    [
        ("", "18:00"),
        ("3.12.2026", ""),
        ("2026-12-03", "25:00"),
        ("2026-10-25", "02:30"),
        ("2026-03-29", "02:30"),
        ("0001-01-01", "10:00"),
    ],
)
def test_what_is_no_one_moment_is_refused(day: str, time: str) -> None:
    with pytest.raises(Invalid) as refusal:
        limit_value("valid_to", day, time, ZONE, last=True)
    assert refusal.value.field == "valid_to"


def test_days_left_are_local_ones() -> None:
    end = datetime(2026, 12, 3, 23, tzinfo=UTC)  # the midnight after the 3rd
    assert days_left(end, datetime(2026, 12, 3, 22, 59, tzinfo=UTC), ZONE) == 0
    assert days_left(end, datetime(2026, 12, 2, 22, 59, tzinfo=UTC), ZONE) == 1
    assert days_left(end, datetime(2026, 11, 22, 12, tzinfo=UTC), ZONE) == 11
