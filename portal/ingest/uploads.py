"""Members of one operator from an uploaded file: the portal's own columns in CSV or XLSX.

Times without an offset are those of the operator's zone, a date alone is a whole day. Columns may also have the
names that the members list gives them in its exports, so that an exported list can be changed and brought back.
"""

import io
from collections.abc import Iterator
from dataclasses import replace

from portal.domain.errors import Invalid
from portal.domain.records import MemberLine
from portal.domain.text import N_
from portal.ingest.fields import Field, Header, Spec
from portal.ingest.formats import FileSpec, load_format
from portal.ingest.people import MemberItem, read_member_rows
from portal.ingest.records import Accepted, FileError, Rejected
from portal.ingest.rows import RawRow, read_rows
from portal.ingest.sheets import MAGIC, sheet_as_csv
from portal.ingest.source import Source

MAX_ROWS = 50_000
ALSO_CALLED = {"driver_number": "number", "valid_from": "valid_from_at_utc", "valid_to": "valid_to_at_utc"}
_GZIP = b"\x1f\x8b"


def as_csv(content: bytes) -> bytes:
    """The file as CSV, once for all: a workbook takes long to read. Raises Invalid on `file`."""
    try:
        if content.startswith(_GZIP):
            raise FileError(N_("The file is packed. Unpack it first."))
        return sheet_as_csv(content, MAX_ROWS) if content.startswith(MAGIC) else content
    except FileError as error:
        raise Invalid("file", str(error)) from error


def read_member_upload(content: bytes, *, operator_code: str, zone: str) -> list[MemberLine]:
    """The lines of a CSV in their order; one that names no operator is of this one. Raises Invalid on `file`."""
    format_ = load_format("portal")
    part, file = format_.part("members"), replace(format_.file, time_zone=zone, whole_days=True)
    fields = {name: _either(name, other) for name, other in ALSO_CALLED.items()}
    own = (Spec(column="operator_code", optional=True), Spec(constant=operator_code))
    fields["operator_code"] = Field("operator_code", own)
    try:
        header, rows = _rows(content, file)
        items = read_member_rows(rows, header, replace(part, fields={**part.fields, **fields}), file)
        return list(_bounded(items))
    except FileError as error:
        raise Invalid("file", str(error)) from error


def _rows(content: bytes, file: FileSpec) -> tuple[Header, Iterator[RawRow]]:
    first = content[:4096].partition(b"\n")[0]
    # What spreadsheets call CSV has semicolons where the comma is the decimal sign.
    delimiter = ";" if b";" in first and b"," not in first else ","
    return read_rows(Source(io.BytesIO(content)), replace(file, delimiter=delimiter))


def _bounded(items: Iterator[MemberItem]) -> Iterator[MemberLine]:
    for number, item in enumerate(items, start=1):
        if number > MAX_ROWS:
            raise FileError(N_("The file has more than 50,000 rows. Split it."))
        if isinstance(item, Accepted):
            yield MemberLine(item.line, item.record)
        elif isinstance(item, Rejected):
            yield MemberLine(item.line, None, item.field, item.value, item.reason)


def _either(name: str, other: str) -> Field:
    return Field(name, (Spec(column=name, optional=True), Spec(column=other, optional=True)))
