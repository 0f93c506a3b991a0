"""CSV of any size as data rows: each has the header's columns and a known physical line, or is rejected."""

import csv
from collections.abc import Iterator, Mapping

from portal.domain.text import N_, said
from portal.ingest.fields import Columns, Header
from portal.ingest.formats import FileSpec
from portal.ingest.hardware import Row
from portal.ingest.records import FileError, Rejected, Skipped, shortened
from portal.ingest.source import Fault, Lines, Source

RawRow = Row | Rejected | Skipped

_DEFUSED = ("=", "+", "-", "@")
_REASONS = {
    "unexpected end of data": N_("A quote is opened and not closed before the file ends."),
    "new-line character": N_("A carriage return stands alone outside quotes."),
    "field larger than field limit": N_(
        "A cell is longer than %(limit)s characters; a quote may be missing."
    ),
    "expected after": N_("A quote is closed in the middle of a cell."),
}
UNREADABLE = N_("The header cannot be read: %(problem)s")
WIDTH = N_("Expected %(width)s columns, as in the header, found %(found)s.")
WIDTH_OF_FORMAT = N_("Expected %(width)s columns, as in the format, found %(found)s.")


def read_rows(source: Source, file: FileSpec) -> tuple[Header, Iterator[RawRow]]:
    """The header and the data rows, read as they are asked for.

    Raises FileError when there is no readable header. Blank lines are passed over.
    """
    lines = Lines(source, file.encoding)
    reader = csv.reader(lines, delimiter=file.delimiter, quotechar=file.quote, doublequote=True, strict=True)
    if file.columns is not None:
        header = Header(file.columns)
    else:
        try:
            names = next(reader, None)
        except csv.Error as error:
            raise FileError(said(UNREADABLE, problem=_explained(error))) from None
        if fault := lines.take_fault():
            raise FileError(said(UNREADABLE, problem=fault.reason))
        if not names:
            raise FileError(N_("The file is empty: expected a header in its first line."))
        header = Header(names)
    cells = map(_bared, reader) if file.defused else reader
    return header, _data(lines, cells, len(header.names), file.columns is None)


def _data(lines: Lines, reader: "Iterator[list[str]]", width: int, has_header: bool) -> Iterator[RawRow]:
    columns = WIDTH if has_header else WIDTH_OF_FORMAT
    while True:
        line = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines.take_fault()
            reason = _explained(error)
            if lines.number > line:
                reason = said(
                    N_("%(problem)s (read as one row up to line %(last)s)"), problem=reason, last=lines.number
                )
            yield Rejected(line, None, shortened(lines.last.strip()), reason)
            continue
        if fault := lines.take_fault():
            yield _faulty(fault)
        elif len(cells) == width:
            yield Row(line, cells)
        elif cells and any(cell.strip() for cell in cells):
            yield Rejected(
                line, None, shortened(",".join(cells[:10])), said(columns, width=width, found=len(cells))
            )


def _bared(cells: list[str]) -> list[str]:
    """Without the apostrophe of cells that were defused (one, whatever else the text starts with)."""
    return [cell[1:] if cell[:1] == "'" and cell.lstrip("'")[:1] in _DEFUSED else cell for cell in cells]


def _faulty(fault: Fault) -> Rejected:
    return Rejected(fault.line, None, shortened(fault.value), fault.reason)


def _explained(error: csv.Error) -> str:
    for sign, reason in _REASONS.items():
        if sign in str(error):
            return said(reason, limit=csv.field_size_limit())
    return said(N_("The row cannot be read: %(problem)s."), problem=str(error))


def selected(
    rows: Iterator[RawRow], where: Mapping[str, frozenset[str]], columns: Columns
) -> Iterator[RawRow]:
    """The rows with those that the format's filter leaves out turned into Skipped."""
    tests = [(columns.column(name), texts) for name, texts in where.items()]
    if not tests:
        return rows
    return (
        row
        if not isinstance(row, Row) or all(get(row.cells) in texts for get, texts in tests)
        else Skipped(row.line)
        for row in rows
    )
