"""Sessions read from rows: clock changes, swapped dates, short years, decimal signs."""

from typing import Any

import pytest

from portal.ingest.sessions import read_sessions
from portal.ingest.sessions_time import Choices
from portal.ingest.table import FormatError

from .reading import Source, io, records, rejected, toml

TIMES = 'times = ["%Y-%m-%d %H:%M"]'
FORMAT = """
[file]
type = "csv"
encoding = "utf-8"
delimiter = ";"
header = true
decimal = ","
time_zone = "{zone}"

[sessions]
energy_unit = "kWh"
{times}
{more}
[sessions.fields]
external_id = "id"
station_code = {{ value = "ST-1" }}
charger_uid = {{ value = "1" }}
connector_number = {{ value = "1" }}
started_at = "start"
ended_at = "end"
energy = "energy"
"""


def read(
    *rows: str, zone: str = "Europe/Ljubljana", more: str = "", times: str = TIMES, **choices: Any
) -> list[Any]:
    text = "\n".join(["id;start;end;energy", *rows]) + "\n"
    format_ = toml(FORMAT.format(zone=zone, more=more, times=times))
    return list(read_sessions(Source(io.BytesIO(text.encode())), format_, Choices(**choices)))


def only(items: list[Any]) -> Any:
    [item] = items
    return item


def test_a_row() -> None:
    item = only(read("A;2026-07-01 10:00;2026-07-01 11:30;1,2345"))
    assert item.record.started_at.isoformat() == "2026-07-01T08:00:00+00:00"
    assert item.record.energy_wh == 1235
    assert item.note == "energy: 1,2345 is rounded to 1235 Wh."


def test_what_is_missing_stays_missing_and_negative_energy_comes_in() -> None:
    first, second = records(read("A;2026-07-01 10:00;;", "B;2026-07-01 10:00;2026-07-01 11:00;-2,5"))
    assert (first.ended_at, first.energy_wh) == (None, None)
    assert second.energy_wh == -2500


SORTED = (
    "A;2026-05-13 10:00;2026-05-13 11:00;1",
    "B;2026-12-05 22:00;2026-05-13 01:00;1",
    "C;2026-05-05 10:00;2026-05-05 11:00;1",
    "D;2026-01-05 10:00;2026-02-05 08:00;1",
    "E;2026-04-30 23:00;2026-01-05 02:00;1",
)


def test_swapped_dates_are_told_from_the_order_of_the_rows() -> None:
    left_out = rejected(read(*SORTED, more="newest_first_gap = 7"))
    assert [(item.line, item.field) for item in left_out] == [(3, "start"), (5, "start"), (6, "end")]
    assert "rows around it are of 2026-05-12" in left_out[0].reason
    items = read(*SORTED, more="newest_first_gap = 7", repair_swapped=True)
    days = [(f"{record.started_at:%m-%d}", f"{record.ended_at:%m-%d}") for record in records(items)]
    assert days == [
        ("05-13", "05-13"),
        ("05-12", "05-12"),
        ("05-05", "05-05"),
        ("05-01", "05-02"),
        ("04-30", "05-01"),
    ]
    assert [item.line for item in items if item.note] == [3, 5, 6]
    assert "2026-12-05 22:00 is read as 2026-05-12 22:00" in items[1].note


def test_years_with_two_digits_are_read_as_the_format_says() -> None:
    row = "A;0015-07-01 10:00;0015-07-01 11:00;1"
    assert "Expected a year" in only(read(row)).reason
    item = only(read(row, more="century = 2000"))
    assert item.record.started_at.year == 2015
    assert "the year 0015 is read as 2015" in item.note


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("A;2026-07-01 10:00;2026-07-01 09:59;1", "end", "before the start"),
        ("A;2026-07-32 10:00;;1", "start", "Expected a time like %Y-%m-%d %H:%M"),
        ("A;;;1", "start", "Expected a time like"),
        ("A;2026-07-01 10:00;;1.5", "energy", '","'),
        (";2026-07-01 10:00;;1", "id", "Nothing stands here"),
    ],
)
def test_rejections_name_the_column(row: str, field: str, reason: str) -> None:
    item = only(read(row))
    assert item.field == field
    assert reason in item.reason


def test_a_session_has_one_row() -> None:
    _, again = read("A;2026-07-01 10:00;;1", "A;2026-07-01 12:00;;1")
    assert "earlier line" in again.reason


def test_a_format_with_half_a_pattern_is_refused() -> None:
    with pytest.raises(FormatError, match="expected each of %Y %m %d %H %M once"):
        toml(FORMAT.format(zone="UTC", more="", times=TIMES).replace("%H:%M", "%H"))
