"""What an import left out: all of it in a CSV file, the first few rows on standard error."""

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import click

from portal.ingest.load import Loaded, Note
from portal.ingest.records import Rejected
from portal.web.exports import defuse

HEADER = ("line", "result", "field", "value", "reason")
SHOWN = 20


class Report:
    """Rejections and notes as they come; nothing is kept in memory but a count."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._writer: Any = None
        self._shown = 0

    def __enter__(self) -> Self:
        if self._path is not None:
            self._file = self._path.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._file)
            self._write(HEADER)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, item: Rejected | Note) -> None:
        """Take one line of the report."""
        if isinstance(item, Note):
            self._write((item.line, "note", None, None, item.text))
            return
        self._write((item.line, "rejected", item.field, item.value, item.reason))
        if self._path is None and self._shown < SHOWN:
            self._shown += 1
            where = f"line {item.line}, {item.field}" if item.field else f"line {item.line}"
            click.echo(
                f"{where}: {item.reason} ({item.value})" if item.value else f"{where}: {item.reason}",
                err=True,
            )

    def close_words(self, loaded: Loaded) -> None:
        """Say where the rest can be read."""
        if self._path is not None:
            click.echo(f"{loaded.rejected} rejections and {loaded.notes} notes are in {self._path}")
        elif loaded.rejected > self._shown:
            click.echo(f"… and {loaded.rejected - self._shown} more: name a file with --report", err=True)

    def _write(self, cells: Sequence[object]) -> None:
        if self._writer is not None:
            self._writer.writerow([defuse(cell) for cell in cells])
