"""The first sheet of an XLSX workbook as data rows, as if it were a CSV file."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook

from portal.domain.text import N_
from portal.ingest.fields import Header
from portal.ingest.hardware import Row
from portal.ingest.records import FileError, Rejected
from portal.ingest.rows import RawRow

MAGIC = b"PK\x03\x04"
# What a hostile workbook could make of a few bytes: it is measured before it is unpacked.
MAX_UNPACKED = 64 * 1024 * 1024
MAX_PARTS = 1000
MAX_COLUMNS = 100
UNREADABLE = N_("This is no XLSX workbook, or it is damaged.")


def read_sheet(content: bytes, most_rows: int) -> tuple[Header, Iterator[RawRow]]:
    """Header and data rows; lines are the sheet's row numbers. Raises FileError, also while rows are read.

    A date without a time reads 2026-09-30, one with a time 2026-09-30T18:00:00; formulas give what Excel
    computed last.
    """
    rows = _rows(content, most_rows)
    first = next(rows, (0, []))[1]
    while first and not first[-1]:
        first.pop()
    if not first:
        raise FileError(N_("The file is empty: expected a header in its first line."))
    return Header(first), _data(rows, len(first))


def _data(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[RawRow]:
    for line, cells in rows:
        if any(cells[width:]):
            yield Rejected(line, None, ",".join(cells[:10])[:80], N_("A cell stands beyond the last column."))
        elif any(cells):
            yield Row(line, [*cells[:width], *[""] * (width - len(cells))])


def _rows(content: bytes, most_rows: int) -> Iterator[tuple[int, list[str]]]:
    try:
        _measure(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # One row more than allowed, so that the reader of the rows sees that there are too many.
        found = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=most_rows + 2)
        for line, cells in enumerate(found, start=1):
            yield line, [_text(cell) for cell in cells]
    except FileError:
        raise
    except Exception as error:  # the library raises whatever the damage brings about
        raise FileError(UNREADABLE) from error


def _measure(content: bytes) -> None:
    parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FileError(N_("The workbook is too large when unpacked."))


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        whole_day = value.time() == time.min and "h" not in str(cell.number_format).lower()
        return value.date().isoformat() if whole_day else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
