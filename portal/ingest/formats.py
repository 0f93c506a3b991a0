"""Formats: what a publisher's file looks like, stated in TOML and read strictly. Nothing is guessed."""

import codecs
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, cast
from zoneinfo import ZoneInfo

from portal.ingest.fields import Field, read_field
from portal.ingest.hardware import Hardware, read_hardware
from portal.ingest.sessions_format import SESSION_FIELDS, SessionShape, read_shape
from portal.ingest.table import FormatError, Table
from portal.ingest.values import OFFSET, DecimalSign, PowerUnit

Kind = Literal["stations", "drivers", "members", "sessions"]
KINDS: tuple[Kind, ...] = ("stations", "drivers", "members", "sessions")
_MAX_TOML = 1 << 20

STATION_FIELDS = {
    "code": True, "name": True, "operator_code": False, "operator_name": False, "area_code": True,
    "area_name": True, "latitude": True, "longitude": True, "visible": True, "status": False,
    "address": False, "city": False, "state": False, "zip": False, "country": False, "opening_hours": False,
}  # fmt: skip
DRIVER_FIELDS = {"number": True, "name": True, "email": False, "phone": False, "token_uid": False}
MEMBER_FIELDS = {
    "operator_code": True, "driver_number": True, "valid_from": False, "valid_to": False, "action": False, "note": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileSpec:
    """How the bytes are to be read. `defused`: an apostrophe keeps a spreadsheet from running a cell.

    `whole_days`: a date without a time is a day in the zone, and as an end it is included.
    """

    type: Literal["csv", "ocpi"]
    encoding: str
    delimiter: str = ","
    quote: str = '"'
    columns: tuple[str, ...] | None = None
    decimal: DecimalSign = "."
    power_unit: PowerUnit = "kW"
    date_format: str = "iso"
    time_zone: str = OFFSET
    defused: bool = False
    whole_days: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box of WGS84 degrees in which the publisher's stations stand."""

    name: str
    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Part:
    """How one kind of record is fed.

    `where`: column → texts that keep a row, others are skipped. `blank`: column → texts that mean nothing.
    """

    fields: Mapping[str, Field]
    where: Mapping[str, frozenset[str]]
    blank: Mapping[str, frozenset[str]]
    bounds: tuple[Bounds, ...] = ()
    hardware: Hardware | None = None
    sessions: SessionShape | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """A publisher's file: `parts` holds the kinds of record that it can be read as."""

    name: str
    file: FileSpec
    parts: Mapping[Kind, Part]

    def part(self, kind: Kind) -> Part:
        """The mapping for one kind; FormatError when the format has none."""
        if kind not in self.parts:
            raise FormatError(f"{self.name}: this format has no [{kind}]; it reads {', '.join(self.parts)}.")
        return self.parts[kind]


def builtin_names() -> list[str]:
    """The formats that come with the portal."""
    folder = resources.files("portal.ingest") / "formats"
    return sorted(entry.name[: -len(".toml")] for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_format(name: str) -> Format:
    """A built-in format by its name, or the one in a file ending in .toml; FormatError when it is wrong."""
    if not name.endswith(".toml"):
        if name not in builtin_names():
            raise FormatError(
                f"There is no format {name!r}: name one of {', '.join(builtin_names())}, or a .toml file."
            )
        data = (resources.files("portal.ingest") / "formats" / f"{name}.toml").read_bytes()
        return parse_format(data, name)
    try:
        with Path(name).open("rb") as stream:
            data = stream.read(_MAX_TOML + 1)
    except OSError as error:
        raise FormatError(f"{name}: the format cannot be read: {error.strerror}.") from error
    return parse_format(data, Path(name).name)


def parse_format(data: bytes, name: str) -> Format:
    """The format in the bytes of a TOML file; `name` stands in error messages."""
    if len(data) > _MAX_TOML:
        raise FormatError(f"{name}: a format has at most {_MAX_TOML} bytes.")
    try:
        content = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise FormatError(f"{name}: this is no TOML: {str(error).splitlines()[0]}.") from error
    top = Table(content, name)
    file_table = top.table("file", "a table that states encoding, delimiter, header, …")
    type_ = cast(Literal["csv", "ocpi"], file_table.text("type", '"csv" or "ocpi"', ("csv", "ocpi")))
    if type_ == "ocpi":
        file = FileSpec(type_, file_table.text("encoding", '"utf-8", as OCPI has it', ("utf-8",)))
        stations = top.table("stations")
        parts: dict[Kind, Part] = {"stations": Part({}, {}, {}, _bounds(stations))}
        stations.finish()
    else:
        parts = {kind: _part(top.table(kind), kind) for kind in KINDS if top.has(kind)}
        if not parts:
            raise FormatError(
                f"{name}: expected at least one of [stations], [drivers], [members], [sessions]."
            )
        file = _csv_file(file_table, parts)
    file_table.finish()
    top.finish()
    return Format(name, file, parts)


def _csv_file(table: Table, parts: Mapping[Kind, Part]) -> FileSpec:
    stations, members = parts.get("stations"), parts.get("members")
    encoding = _encoding(table)
    delimiter = table.text("delimiter", 'one character, such as "," or ";" or "\\t"')
    quote = table.text("quote", "one character") if table.has("quote") else '"'
    for key, character in (("delimiter", delimiter), ("quote", quote)):
        if len(character) != 1 or character in "\r\n\0 " or delimiter == quote:
            raise table.error(key, f"is {character!r}: expected one character, delimiter and quote different")
    header = table.flag("header")
    columns = None if header else table.texts("columns", "the names of the columns, since there is no header")
    # What a kind of record needs must be stated; what it does not need may be.
    decimal = table.text("decimal", '"." or ","', (".", ",")) if stations or table.has("decimal") else "."
    power = bool(stations and stations.hardware and stations.hardware.has_power)
    unit = table.text("power_unit", '"W" or "kW"', ("W", "kW")) if power or table.has("power_unit") else "kW"
    timed = bool(members and {"valid_from", "valid_to"} & members.fields.keys())
    expected = '"iso", or a pattern such as "%d/%m/%Y %H:%M"'
    date_format = table.text("date_format", expected) if timed or table.has("date_format") else "iso"
    zone = _zone(table) if timed or table.has("time_zone") else OFFSET
    return FileSpec(
        "csv",
        encoding,
        delimiter,
        quote,
        columns,
        cast(DecimalSign, decimal),
        cast(PowerUnit, unit),
        date_format,
        zone,
        table.has("defused") and table.flag("defused"),
    )


def _encoding(table: Table) -> str:
    name = table.text("encoding", 'the name of an encoding, such as "utf-8" or "latin-1"')
    plain = '",;\t\r\n09AZaz'
    try:
        info = codecs.lookup(name)
        usable = plain.encode(info.name) == plain.encode("ascii") and "\n".encode(info.name) == b"\n"
    except (LookupError, UnicodeError, TypeError, ValueError):
        expected = f'is {name!r}: expected the name of an encoding, such as "utf-8"'
        raise table.error("encoding", expected) from None
    if not usable:
        raise table.error(
            "encoding", f'is {name!r}: expected one that keeps ASCII, such as "utf-8"; convert the file first'
        )
    return "utf-8" if info.name == "utf-8-sig" else info.name


def _zone(table: Table) -> str:
    expected = '"offset" (each time carries its own) or an IANA zone such as "Europe/London"'
    name = table.text("time_zone", expected)
    if name != OFFSET:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise table.error("time_zone", f"is {name!r}: expected {expected}") from None
    return name


def _part(table: Table, kind: Kind) -> Part:
    known = (STATION_FIELDS, DRIVER_FIELDS, MEMBER_FIELDS, SESSION_FIELDS)[KINDS.index(kind)]
    fields_table = table.table("fields", "a table of our fields and the columns that feed them")
    fields = {}
    for name, is_required in known.items():
        if is_required or fields_table.has(name):
            fields[name] = read_field(fields_table, name)
    fields_table.finish()
    part = Part(
        fields=fields,
        where=_texts_by_column(table, "where"),
        blank=_texts_by_column(table, "blank"),
        bounds=_bounds(table) if kind == "stations" else (),
        hardware=read_hardware(table.table("connectors"))
        if kind == "stations" and table.has("connectors")
        else None,
        sessions=read_shape(table) if kind == "sessions" else None,
    )
    table.finish()
    return part


def _texts_by_column(table: Table, key: str) -> dict[str, frozenset[str]]:
    if not table.has(key):
        return {}
    inner = table.table(key, "a table of columns and lists of texts")
    return {column: frozenset(inner.texts(column, "a list of texts")) for column in inner.names()}


def _bounds(table: Table) -> tuple[Bounds, ...]:
    if not table.has("bounds"):
        return ()
    boxes = []
    for item in table.tables("bounds"):
        south = item.number("south", -90, 90)
        west = item.number("west", -180, 180)
        box = Bounds(
            item.text("name", "a text"),
            south,
            west,
            item.number("north", south, 90),
            item.number("east", west, 180),
        )
        item.finish()
        boxes.append(box)
    return tuple(boxes)
