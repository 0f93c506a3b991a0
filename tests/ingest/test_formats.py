"""A format states everything; what is missing, unknown or of a wrong type is one line naming the key."""

import pytest

from portal.ingest.formats import builtin_names, load_format
from portal.ingest.records import FileError
from portal.ingest.table import FormatError

from .reading import read, records, rejected, skipped, toml

OWN = """
[file]
type = "csv"
encoding = "cp1252"
delimiter = ";"
header = true
decimal = ","
power_unit = "W"

[stations]
where = { Art = ["E"] }
blank = { Netz = ["-"] }
[[stations.bounds]]
name = "Austria"
south = 46.3
west = 9.5
north = 49.1
east = 17.2
[stations.fields]
code = [{ template = "AT-{Nr}" }, { template = "AT-{Id}" }]
name = "Name"
operator_code = { column = "Netz", make_code = true }
operator_name = "Netz"
area_code = [{ template = "{Netz} {Ort}", make_code = true }, { value = "AT-NONE" }]
area_name = { parts = ["{Netz}", "{Ort}"], join = ", " }
latitude = "Breite"
longitude = "Laenge"
visible = { column = "Zugang", map = { frei = true, privat = false } }
country = { value = "AT" }
[stations.connectors]
shape = "columns"
count = 2
current = { column = "Strom{n}", map = { Wechsel = "AC", Gleich = "DC" } }
standard = { column = "Stecker{n}", map = { Typ2 = "IEC_62196_T2", CCS = "IEC_62196_T2_COMBO" } }
power = "Leistung{n}"
"""
TITLES = "Nr;Id;Art;Name;Netz;Ort;Breite;Laenge;Zugang;Strom1;Stecker1;Leistung1;Strom2;Stecker2;Leistung2\n"


def own(rows: str) -> list[object]:
    return read((TITLES + rows).encode("cp1252"), toml(OWN))


def test_a_format_of_ones_own() -> None:
    items = own(
        "7;x;E;Bäckerei;Süd Netz;Graz;47,05;15,44;frei;Wechsel;Typ2;22000;Gleich;CCS;150000\n"
        "a b;id9;E;Zwei;-;Graz;47;15;privat;;;;;;\n"
        "9;x;G;Gas;;;;;;;;;;;\n"
    )
    first, second = records(items)
    assert (first.code, first.name, first.latitude, first.visible) == ("AT-7", "Bäckerei", 47.05, True)
    assert (first.operator_code, first.area_code, first.area_name) == (
        "SUD-NETZ",
        "SUD-NETZ-GRAZ",
        "Süd Netz, Graz",
    )
    assert [(unit.uid, unit.connectors[0].number, unit.connectors[0].max_w) for unit in first.chargers] == [
        ("AC", 1, 22_000),
        ("DC", 2, 150_000),
    ]
    assert (second.code, second.operator_code, second.area_code, second.area_name) == (
        "AT-ID9",
        None,
        "AT-NONE",
        "Graz",
    )
    assert (second.visible, second.country, second.status, second.city) == (False, "AT", None, None)
    assert [item.line for item in skipped(items)] == [4]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("7;x;E;B;Netz;Graz;47.05;15,44;frei;;;;;;\n", 'number with "," as its decimal sign'),
        ("7;x;E;B;Netz;Graz;52,5;13,4;frei;;;;;;\n", "outside the places that the format covers: Austria"),
        ("7;x;E;B;Netz;Graz;47;15;offen;;;;;;\n", "only these values here: frei, privat"),
        ("7;x;E;B;Netz;Graz;47;15;;;;;;;\n", "Expected true or false"),
        ("7;x;E;B;Netz;Graz;47;15;frei;;;22000;;;\n", "Expected AC or DC"),
        ("/;*;E;B;Netz;Graz;47;15;frei;;;;;;\n", "A code has 2 to 36 characters"),
    ],
)
def test_rows_that_do_not_fit_it(row: str, says: str) -> None:
    [bad] = rejected(own(row))
    assert says in bad.reason


@pytest.mark.parametrize("name", ["afdc", "ncr", "ocpi", "portal"])
def test_built_in_formats_load(name: str) -> None:
    assert name in builtin_names()
    assert load_format(name).name == name


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('encoding = "cp1252"\n', "", "file.encoding is missing: expected the name of an encoding"),
        ('"cp1252"', '"utf-99"', "file.encoding is 'utf-99'"),
        ('"cp1252"', '"utf-16"', "expected one that keeps ASCII"),
        ('"cp1252"', '"base64"', "file.encoding is 'base64'"),
        ('decimal = ","\n', "", 'file.decimal is missing: expected "." or ","'),
        ('decimal = ","', 'decimal = "\'"', 'file.decimal is "\'"'),
        ('power_unit = "W"\n', "", 'file.power_unit is missing: expected "W" or "kW"'),
        ("header = true\n", "", "file.header is missing: expected true or false"),
        ("header = true", 'header = "yes"', "file.header is 'yes': expected true or false"),
        ("header = true", "header = false", "file.columns is missing"),
        ('delimiter = ";"', 'delimiter = "||"', "file.delimiter is '||': expected one character"),
        ('type = "csv"', 'type = "xml"', "file.type is 'xml'"),
        (
            'delimiter = ";"',
            'delimiter = ";"\nquoting = 1',
            "file.quoting is not known here: expected one of type, enc",
        ),
        ('name = "Name"', 'name = "Name"\nnick = "x"', "stations.fields.nick is not known here"),
        ('name = "Name"\n', "", "stations.fields.name is missing"),
        ('name = "Name"', "name = 5", "stations.fields.name is 5: expected a column name"),
        ('name = "Name"', 'name = { column = "N", template = "{N}" }', "stations.fields.name is"),
        (
            'name = "Name"',
            'name = { column = "N", case = "upper" }',
            "stations.fields.name.case is not known here",
        ),
        ("frei = true", "frei = 1.5", "stations.fields.visible.map.frei is 1.5"),
        ('shape = "columns"', 'shape = "cells"', "stations.connectors.shape is 'cells'"),
        ("count = 2", "count = 2.5", "stations.connectors.count is 2.5: expected a whole number"),
        (
            "south = 46.3",
            "south = 146.3",
            "stations.bounds[1].south is 146.3: expected a number from -90 to 90",
        ),
        ("[file]", "[extra]\n[file]", "extra is not known here"),
        ("[file]", "[file", "this is no TOML"),
    ],
)
def test_a_wrong_format_is_refused_naming_the_key(old: str, new: str, says: str) -> None:
    assert old in OWN
    with pytest.raises(FormatError) as caught:
        toml(OWN.replace(old, new, 1))
    assert says in str(caught.value)
    assert str(caught.value).startswith("own.toml: ")
    assert "\n" not in str(caught.value)


def test_zone_and_date_format_must_be_stated_for_members() -> None:
    text = '[file]\ntype="csv"\nencoding="utf-8"\ndelimiter=","\nheader=true\n%s'
    text += '[members.fields]\noperator_code="o"\n'
    text += 'driver_number="d"\nvalid_from="f"\n'
    with pytest.raises(FormatError, match=r"file\.date_format is missing"):
        toml(text % "")
    with pytest.raises(FormatError, match=r"file\.time_zone is missing"):
        toml(text % 'date_format="iso"\n')
    with pytest.raises(FormatError, match=r"file\.time_zone is 'Mars/Base'"):
        toml(text % 'date_format="iso"\ntime_zone="Mars/Base"\n')


def test_unknown_names_and_kinds() -> None:
    with pytest.raises(
        FormatError, match="no format 'nope': name one of afdc, ncr, norway, ocpi, perth, portal"
    ):
        load_format("nope")
    with pytest.raises(FormatError, match="cannot be read: No such file"):
        load_format("nope.toml")
    with pytest.raises(FormatError, match=r"afdc: this format has no \[drivers\]; it reads stations"):
        read(b"", "afdc", "drivers")


def test_without_a_header_the_columns_are_named_in_the_format() -> None:
    plain = toml(
        '[file]\ntype="csv"\nencoding="utf-8"\ndelimiter=","\nheader=false\ncolumns=["n","m"]\n'
        '[drivers.fields]\nnumber="n"\nname="m"\n'
    )
    assert [driver.number for driver in records(read("D-1,Mia\nD-2,Rex\n", plain, "drivers"))] == [
        "D-1",
        "D-2",
    ]
    assert "as in the format" in rejected(read("D-1,Mia,x\n", plain, "drivers"))[0].reason


def test_a_used_column_that_is_named_twice_is_refused() -> None:
    with pytest.raises(FileError, match="column Netz stands in the header 2 times"):
        read(TITLES.replace("Ort", "Netz"), toml(OWN))
