"""Dirt in files of sessions: each row has its word, with its line, and no bytes whatsoever end in a fault."""

import csv
import gzip
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.ingest.formats import load_format
from portal.ingest.records import Accepted, FileError, Rejected
from portal.ingest.sessions import read_sessions
from portal.ingest.sessions_time import Choices
from portal.ingest.source import Source
from portal.ingest.table import FormatError

from .reading import DATA, needs_data, records, rejected
from .test_sessions_reading import read

HEADERS = {
    "portal": b"external_id,station_code,charger_uid,connector_number,driver_number,started_at,ended_at,"
    b"energy_wh,currency,net,vat",
    "perth": b"_id,CP ID,Connector,Start Date,Start Time,End Date,End Time,Total kWh,Site,Model",
    "norway": b'"location";"user_id";"session_id";"plugin_time";"plugout_time";"connection_time";"energy_session"',
    "workplace": b"sessionId,kwhTotal,dollars,created,ended,userId,stationId,locationId",
}
ROWS = {
    "portal": b"A,ST-1,1,1,D-1,2026-05-01T12:00:00Z,2026-05-01T13:00:00Z,11000,EUR,4.10,0.90",
    "perth": b"1,51516,2,2019-08-31T00:00:00,23:26,2019-08-31T00:00:00,23:54,12.78,Kinross,Model",
    "norway": b'"ASK";"P15";"ASK_1";2019-11-28 19:08:00;2019-11-29 08:20:00;13,2;19,96',
    "workplace": b"1,7.78,0,0014-11-18 15:40:26,0014-11-18 17:11:04,3,5,4",
}


def items_of(data: bytes, name: str) -> list[Any]:
    choices = Choices("Europe/London", "earlier", "later", repair_swapped=True)
    return list(read_sessions(Source(io.BytesIO(data)), load_format(name), choices))


def told(data: bytes, name: str) -> None:
    """Every row is taken or has its reason, or the whole file has."""
    try:
        items = items_of(data, name)
    except FileError:
        return
    assert all(item.line > 0 and item.reason for item in items if isinstance(item, Rejected))


def test_every_row_has_its_word_and_its_line() -> None:
    items = read(
        "A;2026-07-01 10:00;2026-07-01 11:00;1,5",
        "B;2026-07-01 10:00;2026-07-01 11:00;1.5",
        "C;2026-07-01 10:00;;-2,5",
        "A;2026-07-02 10:00;;1",
        '"D";"2026-07-01 10:00";"";"',
        '"',
        "E;2026-07-01 10:00;2026-07-01 09:00;1",
        "F;01.07.2026 10:00;;1",
        "G;2026-07-01 10:00",
        "H;2026-07-01 10:00;;9e20",
    )
    assert [item.record.external_id for item in items if isinstance(item, Accepted)] == ["A", "C", "D"]
    assert [(item.line, item.field) for item in rejected(items)] == [
        (3, "energy"), (5, "id"), (8, "end"), (9, "start"), (10, None), (11, "energy"),
    ]  # fmt: skip
    assert [record.energy_wh for record in records(items)] == [1500, -2500, None]


@pytest.mark.parametrize("name", HEADERS)
def test_a_good_row_of_each_format_zipped(name: str) -> None:
    data = HEADERS[name] + b"\n" + ROWS[name] + b"\n"
    [item] = items_of(gzip.compress(data), name)
    assert isinstance(item, Accepted), item
    assert item.line == 2


@pytest.mark.parametrize("name", HEADERS)
@settings(max_examples=60, deadline=None)
@given(start=st.sampled_from([b"", b"\xef\xbb\xbf", b"\x1f\x8b", b"header"]), garbage=st.binary(max_size=400))
def test_bytes_of_any_kind_are_told_in_one_sentence(name: str, start: bytes, garbage: bytes) -> None:
    data = HEADERS[name] + b"\n" + ROWS[name] + b"\n" + garbage if start == b"header" else start + garbage
    told(data, name)


CELLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", "NA", "1e999", "-1e-999", "9" * 40, "0004-02-29 23:59:59",
                     "2026-02-30 10:00:00", "0000-02-29 10:00:00",
                     "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-W01-1", "=1+1", "\ud800"]),
)  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
@settings(max_examples=60, deadline=None)
@given(cells=st.lists(CELLS, min_size=20, max_size=20))
def test_cells_of_any_kind_are_taken_or_told(name: str, cells: list[str]) -> None:
    delimiter = ";" if name == "norway" else ","
    width = HEADERS[name].count(delimiter.encode()) + 1
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerow(cells[:width])
    data = HEADERS[name] + b"\n" + out.getvalue().encode("utf-8", "surrogatepass") + ROWS[name] + b"\n"
    told(data, name)


def test_a_year_without_such_a_day() -> None:
    more = "century = 1990"
    [item] = read("A;0012-02-29 10:00;;1", more=more)
    assert item.reason == "There is no such day in 2002."


def test_an_order_of_rows_needs_patterns_of_times() -> None:
    with pytest.raises(FormatError, match="newest_first_gap goes with times"):
        read("A;2026-07-01;;1", more="newest_first_gap = 7", times="")


@needs_data
@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("gb_perth_2018-09_2019-08", "perth"),
        ("no_12sites_2018_2021", "norway"),
        ("us_workplace_fees_2014_2015", "workplace"),
    ],
)
def test_the_first_rows_of_real_files(file: str, name: str) -> None:
    """All of them are compared by `python -m bench real-sessions`."""
    with gzip.open(DATA / f"sessions_{file}.csv.gz") as whole:
        sample = b"".join(whole.readline() for _ in range(1001))
    items = items_of(sample, name)
    assert len(records(items)) == 1000, rejected(items)
    assert [item.line for item in items] == list(range(2, 1002))
    if name == "perth":  # sorted, newest first, once day and month are put right
        days = [record.started_at.date() for record in records(items)]
        assert days == sorted(days, reverse=True)
        assert str(days[0]) == "2019-08-31"
