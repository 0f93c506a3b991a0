"""The first sheet of an XLSX workbook as a CSV file, so that one reader takes both."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook

from portal.domain.text import N_
from portal.ingest.records import FileError

MAGIC = b"PK\x03\x04"
# What a hostile workbook could make of a few bytes: it is measured before it is unpacked.
MAX_UNPACKED = 64 * 1024 * 1024
MAX_PARTS = 1000
MAX_COLUMNS = 100


def sheet_as_csv(content: bytes, most_rows: int) -> bytes:
    """One line for each row of the sheet, so that line numbers are the sheet's; at most one row more than allowed.

    A date at midnight reads 2026-09-30, another time 2026-09-30T18:00:00; formulas give what was computed last.
    Raises FileError.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    width = 0
    for row in _rows(content, most_rows):
        cells = [_text(value) for value in row]
        while len(cells) > width and not cells[-1]:
            cells.pop()
        width = width or len(cells)
        if any(cells):
            writer.writerow(cells + [""] * (width - len(cells)))
        else:
            out.write("\n")
    return out.getvalue().encode()


def _rows(content: bytes, most_rows: int) -> Iterator[tuple[Any, ...]]:
    try:
        _measure(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        limits = {"max_col": MAX_COLUMNS, "max_row": most_rows + 2}
        yield from book.worksheets[0].iter_rows(values_only=True, **limits)
    except FileError:
        raise
    except Exception as error:  # the library raises whatever the damage brings about
        raise FileError(N_("This is no XLSX workbook, or it is damaged.")) from error


def _measure(content: bytes) -> None:
    parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FileError(N_("The workbook is too large when unpacked."))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
