"""Exports: streamed, never cut, and harmless when a spreadsheet opens them."""

import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import Any

import xlsxwriter
from flask import Response, stream_with_context

from portal.domain.errors import NotFound

from .filters import iso_local

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
QUOTED = (",", '"', "\r", "\n")
CAREFUL = (*QUOTED, "\0'", *("\0" + start for start in DANGEROUS))
NUMBERS = frozenset({int, float, Decimal, type(None)})
CHUNK_ROWS = 500
XLSX_ROWS = 1_048_575

MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def stream(
    kind: str, name: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, zone: str | None
) -> Response:
    """A download of all rows. `kind` is csv or xlsx; instants are written in UTC and in `zone`, without one as they are."""
    if kind not in MIME:
        raise NotFound
    write = csv_chunks if kind == "csv" else xlsx_chunks
    body = write(header, rows, zone)
    return Response(
        stream_with_context(body),
        content_type=MIME[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "no-store"},
    )


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[object]], zone: str | None) -> Iterator[bytes]:
    """UTF-8 CSV with a byte order mark, so that spreadsheets read the accents. Without a zone no cell is expanded."""
    lines = _expanded(header, rows, zone)
    yield ("\ufeff" + _csv([next(lines)])).encode()  # the header at once, so that the download begins
    while some := list(islice(lines, CHUNK_ROWS)):
        yield _csv(some).encode()


def xlsx_chunks(header: Sequence[str], rows: Iterable[Sequence[object]], zone: str | None) -> Iterator[bytes]:
    """An XLSX workbook built on disk row by row; a new sheet starts where Excel's limit is reached."""
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        lines = _expanded(header, rows, zone)
        titles = next(lines)
        sheet = None
        for number, row in enumerate(lines):
            if sheet is None or number % XLSX_ROWS == 0:
                sheet = book.add_worksheet()
                sheet.write_row(0, 0, titles)
            for column, cell in enumerate(row):
                _write_cell(sheet, number % XLSX_ROWS + 1, column, cell)
        if sheet is None:
            book.add_worksheet().write_row(0, 0, titles)
        book.close()
        file.seek(0)
        while chunk := file.read(64 * 1024):
            yield chunk


def zip_chunks(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """A ZIP of these files (name, chunks), sent while it is made: nothing of it is kept."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, chunks in files:
            with archive.open(name, "w", force_zip64=True) as entry:
                for chunk in chunks:
                    entry.write(chunk)
                    yield from sink.drain()
    yield from sink.drain()


class _Sink(io.RawIOBase):
    """What the archive writes into: cannot be sought in, holds what was not sent yet."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._chunks.append(bytes(data))
        return len(data)

    def drain(self) -> Iterator[bytes]:
        ready, self._chunks = self._chunks, []
        yield from filter(None, ready)


def defuse(cell: object) -> str:
    """A cell that no spreadsheet runs as a formula: text that starts like one gets an apostrophe.

    So does one that starts so behind apostrophes of its own: reading takes exactly one away.
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Enum):
        return str(cell.value)
    text = str(cell)
    if isinstance(cell, int | float | Decimal):
        return text
    return "'" + text if text.lstrip("'").startswith(DANGEROUS) else text


def _csv(rows: Sequence[Sequence[object]]) -> str:
    """Lines of CSV, made column by column: most columns hold nothing that asks for care."""
    columns = map(_csv_column, zip(*rows, strict=True))
    return "\r\n".join([*map(",".join, zip(*columns, strict=True)), ""])


def _csv_column(cells: Sequence[object]) -> Sequence[str]:
    kinds = set(map(type, cells))
    if kinds <= NUMBERS:
        return ["" if cell is None else str(cell) for cell in cells]
    texts = [cell if isinstance(cell, str) else defuse(cell) for cell in cells]
    together = "\0".join(["", *texts])
    careful = any(mark in together for mark in CAREFUL)
    return [_quoted(defuse(cell)) for cell in cells] if careful else texts


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in QUOTED) else text


def _expanded(
    header: Sequence[str], rows: Iterable[Sequence[object]], zone: str | None
) -> Iterator[Sequence[object]]:
    """Every column named …_at is an instant: it becomes UTC, and beside it local time with offset; the zone ends the row."""
    if zone is None:
        yield header
        yield from rows
        return
    instants = {index for index, name in enumerate(header) if name.endswith("_at")}
    titles: list[object] = []
    for index, name in enumerate(header):
        titles += [f"{name}_utc", f"{name}_local"] if index in instants else [name]
    yield [*titles, "time_zone"] if instants else titles
    for row in rows:
        cells: list[object] = []
        for index, cell in enumerate(row):
            cells += _instant(cell, zone) if index in instants else [cell]
        yield [*cells, zone] if instants else cells


def _instant(cell: object, zone: str) -> list[object]:
    if not isinstance(cell, datetime):
        return ["", ""]
    return [iso_local(cell, "UTC").replace("+00:00", "Z"), iso_local(cell, zone)]


def _write_cell(sheet: "xlsxwriter.worksheet.Worksheet", row: int, column: int, cell: object) -> None:
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, defuse(cell))


def _drain(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
