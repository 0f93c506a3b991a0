"""Opening hours: simple forms are read, and nothing is guessed of the others."""

from datetime import datetime

import pytest

from portal.domain.opening_hours import parse_hours, today

MON, SAT, SUN = datetime(2026, 9, 7), datetime(2026, 9, 12), datetime(2026, 9, 13)  # noqa: DTZ001 - wall clocks
NEVER: tuple[tuple[int, int], ...] = ()
DAY = ((0, 1440),)


def at(day: datetime, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return day.replace(hour=int(hour), minute=int(minute))


@pytest.mark.parametrize("text", ["24/7", "24 Hours", "24 hours daily", "Mo-Su 00:00-24:00", "00:00-00:00"])
def test_always_open(text: str) -> None:
    assert parse_hours(text) == (DAY,) * 7


@pytest.mark.parametrize(
    ("text", "monday", "saturday"),
    [
        ("Mo-Fr 08:00-18:00", ((480, 1080),), NEVER),
        ("Mo-Fr 8:00-18:00; Sa 09:00-12:00; Su off", ((480, 1080),), ((540, 720),)),
        ("Mo-Su 08:00-18:00; Sa closed", ((480, 1080),), NEVER),
        ("Mo,Sa 08:00-12:00,13:00-17:00", ((480, 720), (780, 1020)), ((480, 720), (780, 1020))),
        ("Mon 08:00-12:00, Mon 13:00-17:00, Sat 10:00-11:00", ((480, 720), (780, 1020)), ((600, 660),)),
        ("Mon 00:00-23:59, Tue 00:00-23:59", DAY, NEVER),
        ("MON: 24 hours | SAT: 10:00 – 11:00", DAY, ((600, 660),)),
        ("Fr-Mo 18:00-02:00", ((1080, 1560),), ((1080, 1560),)),
        ("10:00-11:00", ((600, 660),), ((600, 660),)),
    ],
)
def test_simple_forms(text: str, monday: object, saturday: object) -> None:
    week = parse_hours(text)
    assert week is not None
    assert (week[0], week[5]) == (monday, saturday)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "Dealership business hours", "8am-5pm M-F", "Mo-Fr", "Mo-Fr 08:00", "Mo 25:00-26:00"),
        *("Mo 08:61-09:00", "Mo-Fr 08:00-18:00; PH off", "24 hours daily; for customer use only"),
        *("Mo-Tu-We 08:00-09:00", "xx 08:00-09:00", "Apr-Oct Mo 08:00-09:00", "Mo 08:00-09:00 by bell"),
        *("{{7*7}}", ";", "Mo-Fr 08:00-18:00; Sa", "Mo" + "-Fr" * 150, "08:00-09:00," * 40 + "x"),
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    assert parse_hours(text) is None
    assert today(text, MON) is None


@pytest.mark.parametrize(
    ("text", "moment", "is_open"),
    [
        ("Mo-Fr 08:00-18:00", at(MON, "07:59"), False),
        ("Mo-Fr 08:00-18:00", at(MON, "08:00"), True),
        ("Mo-Fr 08:00-18:00", at(MON, "17:59"), True),
        ("Mo-Fr 08:00-18:00", at(MON, "18:00"), False),
        ("Mo-Fr 08:00-18:00", at(SAT, "12:00"), False),
        ("Sa 22:00-02:00", at(SUN, "01:59"), True),
        ("Sa 22:00-02:00", at(SUN, "02:00"), False),
        ("Su 22:00-02:00", at(MON, "01:00"), True),
        ("24/7", at(SUN, "03:00"), True),
    ],
)
def test_open_now(text: str, moment: datetime, is_open: bool) -> None:
    hours = today(text, moment)
    assert hours is not None
    assert hours.open is is_open
