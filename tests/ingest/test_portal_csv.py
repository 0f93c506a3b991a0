"""The portal's own CSV, dirt included."""

import csv
import gzip
import io
import unicodedata
from collections.abc import Callable
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.connectors import STANDARDS
from portal.ingest.records import ChargerRecord, ConnectorRecord, FileError, StationRecord
from portal.web.exports import defuse

from .reading import HEADER, ROW, read, records, rejected

TWO = (
    "S-1,Name,OP,AREA,Area,46.5,14.25,true,C1,AC,1,IEC_62196_T2,22\n"
    "S-1,Name,OP,AREA,Area,46.5,14.25,true,C2,DC,1,CHADEMO,50.5\n"
)


def reason(text: str) -> tuple[int, str | None, str]:
    """Line, column and reason of the first rejection."""
    first = rejected(read(text))[0]
    return first.line, first.field, first.reason


def test_rows_of_a_station_become_one_record() -> None:
    [item] = read(HEADER + TWO)
    assert (item.line, item.rows) == (2, 2)
    assert item.record == StationRecord(
        "S-1", "Name", "OP", None, "AREA", "Area", 46.5, 14.25, True,
        chargers=(
            ChargerRecord("C1", "AC", (ConnectorRecord(1, "IEC_62196_T2", 22_000),)),
            ChargerRecord("C2", "DC", (ConnectorRecord(1, "CHADEMO", 50_500),)),
        ),
    )  # fmt: skip


def test_columns_may_stand_in_any_order_and_others_are_ignored() -> None:
    names = HEADER.strip().split(",")
    cells = ROW.format(n=1).strip().split(",")
    text = ",".join([*reversed(names), "extra"]) + "\n" + ",".join([*reversed(cells), "x"]) + "\n"
    assert records(read(text)) == records(read(HEADER + ROW.format(n=1)))


@pytest.mark.parametrize("wrap", [lambda raw: raw, gzip.compress, lambda raw: b"\xef\xbb\xbf" + raw])
def test_gzip_and_the_mark_of_utf_8_make_no_difference(wrap: Callable[[bytes], bytes]) -> None:
    assert len(records(read(wrap((HEADER + TWO).encode())))) == 1


def test_line_numbers_are_physical_across_quoted_line_breaks_and_blank_lines() -> None:
    text = (
        HEADER
        + '\r\nS-1,"Na\nme\n",OP,AREA,Area,46.5,14.25,true,,,,,\n\n'
        + ROW.format(n=2).replace("46.5", "91")
    )
    items = read(text)
    assert (items[0].line, items[0].record.name) == (3, "Na me")
    assert (items[1].line, items[1].field) == (7, "latitude")


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ("S-1", "", "code", "2 to 36 characters"),
        ("S-1", "S 1", "code", "2 to 36 characters"),
        ("Name 1", "", "name", "required"),
        ("Name 1", "x" * 10_000, "name", "10000 characters, at most 200"),
        ("Name 1", "a\x07b", "name", "control character U+0007"),
        ("OP", "O/P", "operator_code", "2 to 36"),
        ("46.5", "-90.5", "latitude", "-90 to 90"),
        ("46.5", "nan", "latitude", "Expected a number"),
        ("46.5", "4_6", "latitude", "Expected a number"),
        ("46.5", "٤٦", "latitude", "Expected a number"),
        ("14.25", "180.1", "longitude", "-180 to 180"),
        ("14.25", "1e99", "longitude", "-180 to 180"),
        ("true", "yes", "visible", "true or false"),
        ("AC,1", "XX,1", "current_type", "AC or DC"),
        (",1,IEC", ",0,IEC", "connector_number", "1 to 999"),
        ("IEC_62196_T2", "Type 2", "connector_standard", "name of a connector standard"),
        ("IEC_62196_T2", "CHADEMO", "connector_standard", "charger for AC"),
        (",22\n", ",0\n", "max_kw", "above 0 to 4000 kW"),
        (",22\n", ",4000.001\n", "max_kw", "above 0 to 4000 kW"),
        (",22\n", ",22 kW\n", "max_kw", "Expected a number"),
        ("C1", "", "charger_uid", "not the charger"),
    ],
)
def test_a_wrong_value_is_rejected_with_its_column_and_what_was_expected(
    old: str, new: str, field: str, says: str
) -> None:
    row = ROW.format(n=1)
    assert old in row
    items = read(HEADER + row.replace(old, new, 1) + ROW.format(n=2))
    assert [item.record.code for item in items[1:]] == ["S-2"]
    assert (items[0].line, items[0].field) == (2, field)
    assert says in items[0].reason
    assert len(items[0].value) <= 80


@pytest.mark.parametrize(
    "name", ["{{ 7*7 }}", "${x}", "<script>", "'; DROP TABLE x--", "\u202eabc", "👩‍🔧", "=1+1"]
)
def test_hostile_names_are_only_text(name: str) -> None:
    [station] = records(read(HEADER + ROW.format(n=1).replace("Name 1", name)))
    assert station.name == name


def test_hardware_may_be_absent_or_without_power() -> None:
    text = (
        HEADER + "S-1,N,,A1,A,0,0,FALSE,,,,,\n"
        "S-2,N,,A1,A,0,0,FALSE,C1,AC,,,\nS-3,N,,A1,A,0,0,FALSE,C1,AC,1,TESLA_S,\n"
    )
    none, bare, unknown = records(read(text))
    assert (none.chargers, none.operator_code, none.visible) == ((), None, False)
    assert bare.chargers == (ChargerRecord("C1", "AC", ()),)
    assert unknown.chargers[0].connectors[0].max_w is None


def test_rows_of_one_station_must_stand_together() -> None:
    items = read(HEADER + ROW.format(n=1) + ROW.format(n=2) + ROW.format(n=1))
    assert [item.record.code for item in items[:2]] == ["S-1", "S-2"]
    assert items[2].line == 4
    assert (
        "Station S-1 stands on earlier lines too: rows of one station must stand together" in items[2].reason
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("Area,46.5", "Area,46.6"), "Differs from line 2 of the same station, which has '46.5'"),
        (("C2,DC,1,CHADEMO", "C1,DC,1,CHADEMO"), "Charger C1 was AC"),
        (("C2,DC,1,CHADEMO", "C1,AC,1,IEC_62196_T2"), "has a connector of this number"),
        (("50.5", "-1"), "Expected a power"),
    ],
)
def test_one_bad_row_leaves_its_whole_station_out(change: tuple[str, str], says: str) -> None:
    first, second = TWO.splitlines(keepends=True)
    items = read(HEADER + first + second.replace(*change) + ROW.format(n=2))
    assert items[0].line == 2
    assert items[0].reason == "Left out, because line 3 of the same station was rejected."
    assert items[1].line == 3
    assert says in items[1].reason
    assert [item.code for item in records(items)] == ["S-2"]


def test_an_unreadable_row_between_rows_of_a_station_leaves_it_out() -> None:
    first, second = TWO.splitlines(keepends=True)
    items = read(HEADER + first + "S-1,cut off\n" + second)
    assert records(items) == []
    assert [(item.line, item.reason[:8]) for item in items] == [
        (3, "Expected"),
        (2, "Left out"),
        (4, "Left out"),
    ]


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
WORDS = st.lists(TEXTS, min_size=1, max_size=3).map(" ".join)
CODES = st.from_regex(r"[A-Z0-9][A-Z0-9._-]{1,35}", fullmatch=True)


@st.composite
def chargers(draw: st.DrawFn) -> ChargerRecord:
    current = draw(st.sampled_from(["AC", "DC"]))
    names = [name for name, standard in STANDARDS.items() if current in standard.currents]
    power = st.none() | st.integers(1, 4_000_000)
    connectors = st.builds(ConnectorRecord, st.integers(1, 999), st.sampled_from(names), power)
    found = draw(st.lists(connectors, max_size=3, unique_by=lambda connector: connector.number))
    return ChargerRecord(draw(TEXTS), current, tuple(found))


def normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@st.composite
def stations(draw: st.DrawFn) -> StationRecord:
    units = draw(st.lists(chargers(), max_size=3, unique_by=lambda charger: normal(charger.uid)))
    operator = draw(st.none() | CODES)
    return StationRecord(
        code=draw(CODES),
        name=normal(draw(WORDS)),
        operator_code=operator,
        operator_name=normal(draw(WORDS)) if operator else None,
        area_code=draw(CODES),
        area_name=normal(draw(WORDS)),
        latitude=draw(st.floats(-90, 90)),
        longitude=draw(st.floats(-180, 180)),
        visible=draw(st.booleans()),
        status=draw(st.sampled_from([None, "available", "unavailable", "planned", "closed"])),
        address=normal(draw(WORDS)),
        city=draw(st.just("") | WORDS.map(normal)),
        state="",
        zip=draw(st.from_regex(r"[0-9]{0,5}", fullmatch=True)),
        country=draw(st.sampled_from(["", "AT", "US"])),
        opening_hours=normal(draw(WORDS)),
        chargers=tuple(ChargerRecord(normal(unit.uid), unit.current_type, unit.connectors) for unit in units),
    )


def as_csv(found: list[StationRecord]) -> str:
    """The rows that an export of these stations has."""
    own = [field.name for field in fields(StationRecord) if field.name != "chargers"]
    names = [*own, "charger_uid", "current_type", "connector_number", "connector_standard", "max_kw"]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for station in found:
        values = [getattr(station, name) for name in own]
        hardware: list[list[object]] = []
        for unit in station.chargers:
            start: list[object] = [unit.uid, unit.current_type]
            hardware += [
                [*start, item.number, item.standard, "" if item.max_w is None else item.max_w / 1000]
                for item in unit.connectors
            ] or [[*start, "", "", ""]]
        writer.writerows([defuse(cell) for cell in (*values, *cells)] for cells in hardware or [[""] * 5])
    return out.getvalue()


@pytest.mark.parametrize("text", ["'=", "''=1+1", "=1+1", "'a", "'", "''"])
def test_an_apostrophe_of_ones_own_survives(text: str) -> None:
    [station] = records(read(HEADER + ROW.format(n=1).replace("Name 1", defuse(text))))
    assert station.name == text


@settings(max_examples=60, deadline=None)
@given(st.lists(stations(), max_size=4, unique_by=lambda station: station.code))
def test_what_is_written_is_read_back_identical(found: list[StationRecord]) -> None:
    items = read(as_csv(found))
    assert rejected(items) == []
    assert records(items) == found


def test_file_errors_name_what_is_missing() -> None:
    with pytest.raises(FileError, match=r"column visible is missing; the file has 12 columns: code, name, "):
        read((HEADER + TWO).replace("visible,", ""))
    with pytest.raises(FileError, match="column code is missing; the file has 1 columns: code;name"):
        read(HEADER.replace(",", ";"))
    with pytest.raises(FileError, match=r"column name stands in the header 2 times \(at 2, 3\)"):
        read(HEADER.replace("operator_code", "name"))
    with pytest.raises(FileError, match="empty"):
        read("")
