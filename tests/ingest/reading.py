"""Read a text or bytes with a format, for the tests of this folder."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from portal.ingest.formats import Format, load_format, parse_format
from portal.ingest.readers import read_drivers, read_members, read_stations
from portal.ingest.records import Accepted, Rejected, Skipped
from portal.ingest.source import Source

DATA = Path(__file__).parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent: no real files to read")

READERS = {"stations": read_stations, "drivers": read_drivers, "members": read_members}

HEADER = (
    "code,name,operator_code,area_code,area_name,latitude,longitude,visible,"
    "charger_uid,current_type,connector_number,connector_standard,max_kw\n"
)
ROW = "S-{n},Name {n},OP,AREA,Area,46.5,14.25,true,C1,AC,1,IEC_62196_T2,22\n"


def read(data: bytes | str, format_: Format | str = "portal", kind: str = "stations") -> list[Any]:
    """Every item of a file held in memory."""
    raw = data.encode() if isinstance(data, str) else data
    chosen = load_format(format_) if isinstance(format_, str) else format_
    return list(READERS[kind](Source(io.BytesIO(raw)), chosen))


def records(items: Iterable[Any]) -> list[Any]:
    return [item.record for item in items if isinstance(item, Accepted)]


def rejected(items: Iterable[Any]) -> list[Rejected]:
    return [item for item in items if isinstance(item, Rejected)]


def skipped(items: Iterable[Any]) -> list[Skipped]:
    return [item for item in items if isinstance(item, Skipped)]


def toml(text: str) -> Format:
    return parse_format(text.encode(), "own.toml")
