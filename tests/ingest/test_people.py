from datetime import UTC, datetime

import pytest

from portal.ingest.records import DriverRecord, MemberRecord

from .reading import read, records, rejected, toml

DRIVERS = "number,name,email,phone,token_uid\n"
MEMBERS = "operator_code,driver_number,valid_from,valid_to\n"


def test_drivers_with_one_row_a_token() -> None:
    text = (
        DRIVERS + "d-1,Mia,mia@example.com,+43 1 23,04a2\nD-1,Mia,mia@example.com,+43 1 23,04B3\nD-2,Zoë,,,\n"
    )
    items = read(text, kind="drivers")
    assert records(items) == [
        DriverRecord("D-1", "Mia", "mia@example.com", "+43 1 23", ("04A2", "04B3")),
        DriverRecord("D-2", "Zoë", None, None, ()),
    ]
    assert [(item.line, item.rows) for item in items] == [(2, 2), (4, 1)]


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ("7,Mia,,,", "number", "2 to 36"),
        ("D-1,,,,", "name", "required"),
        ("D-1,Mia,mia.example.com,,", "email", "e-mail address"),
        (f"D-1,Mia,,{'9' * 41},", "phone", "at most 40"),
        ("D-1,Mia,,,04 A2", "token_uid", "without blanks"),
        ("D-1,Mia,,," + "A" * 37, "token_uid", "at most 36"),
        ("D-1,Mia,,,A1\nD-1,Max,,,A2", "name", "Differs from line 2"),
        ("D-1,Mia,,,A1\nD-1,Mia,,,a1", "token_uid", "another token"),
    ],
)
def test_drivers_that_are_rejected(row: str, field: str, says: str) -> None:
    found = rejected(read(DRIVERS + row + "\n", kind="drivers"))[-1]
    assert found.field == field
    assert says in found.reason


def test_members_in_utc() -> None:
    text = MEMBERS + "hotel-alpina,d-1,2026-03-01T00:00:00+01:00,\nHOTEL-ALPINA,D-2,,2026-09-30T22:00:00Z\n"
    assert records(read(text, kind="members")) == [
        MemberRecord("HOTEL-ALPINA", "D-1", datetime(2026, 2, 28, 23, tzinfo=UTC), None),
        MemberRecord("HOTEL-ALPINA", "D-2", None, datetime(2026, 9, 30, 22, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        ("2026-03-01T00:00:00", "", "lacks its offset"),
        ("2026-03-01", "", "lacks its offset"),
        ("01.03.2026", "", "ISO 8601"),
        ("0001-01-01T00:00:00+14:00", "", "year from 1 to 9999"),
        ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "after the start"),
    ],
)
def test_members_that_are_rejected(start: str, end: str, says: str) -> None:
    [found] = rejected(read(f"{MEMBERS}OP,D-1,{start},{end}\n", kind="members"))
    assert says in found.reason


@pytest.mark.parametrize(
    ("wall", "result"),
    [
        ("01/07/2026 12:00", datetime(2026, 7, 1, 11, tzinfo=UTC)),
        ("01/12/2026 12:00", datetime(2026, 12, 1, 12, tzinfo=UTC)),
        ("25/10/2026 01:30", "occurs twice in Europe/London"),
        ("29/03/2026 01:30", "does not exist in Europe/London"),
        ("31/02/2026 12:00", "a time like %d/%m/%Y %H:%M"),
        ("01/01/0001 00:00", "year from 1 to 9999"),
    ],
)
def test_wall_clock_times_of_a_stated_zone(wall: str, result: datetime | str) -> None:
    own = toml(
        '[file]\ntype="csv"\nencoding="utf-8"\ndelimiter=","\nheader=true\ndate_format="%d/%m/%Y %H:%M"\n'
        'time_zone="Europe/London"\n[members.fields]\noperator_code="o"\ndriver_number="d"\nvalid_from="f"\n'
    )
    [item] = read(f"o,d,f\nOP,D-1,{wall}\n", own, "members")
    assert result == item.record.valid_from if isinstance(result, datetime) else result in item.reason
