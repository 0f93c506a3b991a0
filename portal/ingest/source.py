"""Bytes of a file of any size: gzip or plain, read forward only, with bounded memory."""

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from portal.domain.text import N_, said
from portal.ingest.records import FileError

MAX_LINE = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_DAMAGE = (gzip.BadGzipFile, EOFError, zlib.error)
FOREIGN_BYTE = N_(
    "Byte %(place)s of line %(line)s (0x%(byte)02x) is not %(encoding)s, the encoding that the format states."
)
MARKED = N_("The file starts with the mark of %(mark)s, but the format states %(encoding)s.")
_OTHER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class Source:
    """A file or an open binary stream; gzip is recognised by its first bytes, never by its name."""

    def __init__(self, origin: Path | BinaryIO) -> None:
        self._owned = isinstance(origin, Path)
        try:
            raw = origin.open("rb") if isinstance(origin, Path) else origin
        except OSError as error:
            raise FileError(f"The file cannot be opened: {error.strerror}.") from error
        self._raw = io.BufferedReader(_Counted(raw), 1 << 16)
        zipped = self._raw.peek(2)[:2] == _GZIP_MAGIC
        self._stream = io.BufferedReader(gzip.GzipFile(fileobj=self._raw), 1 << 16) if zipped else self._raw

    @property
    def size(self) -> int | None:
        """Bytes as stored (compressed when gzip); None where the stream does not know."""
        return self._raw.raw.size

    @property
    def position(self) -> int:
        """Bytes read so far, in the unit of `size`: for a progress bar."""
        return self._raw.raw.count

    def peek(self, count: int) -> bytes:
        """The next bytes without consuming them."""
        with _damage():
            return self._stream.peek(count)[:count]

    def read(self, count: int) -> bytes:
        """Up to `count` bytes; empty at the end."""
        with _damage():
            return self._stream.read(count)

    def readline(self, limit: int) -> bytes:
        """The rest of the line with its line end, cut after `limit` bytes; empty at the end."""
        try:  # as _damage, written out: this is the hot path
            return self._stream.readline(limit)
        except _DAMAGE as error:
            raise FileError(f"The gzip data is damaged or cut off: {error}.") from error

    def close(self) -> None:
        """Close what was opened here; a stream that was handed in stays open."""
        if self._owned:
            self._raw.raw.stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()


class _Counted(io.RawIOBase):
    """Counts what is read, so that progress is known beneath gzip too; closing it leaves the stream open."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.count = 0
        try:
            self.size: int | None = os.fstat(stream.fileno()).st_size
        except (OSError, AttributeError):
            self.size = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise FileError(f"The gzip data is damaged or cut off: {error}.") from error


class Fault(NamedTuple):
    """Why the line cannot be trusted."""

    line: int
    value: str
    reason: str


class Lines(Iterator[str]):
    """Physical lines as text, counted from 1.

    A line with NUL, undecodable bytes or more than MAX_LINE bytes is handed on in a harmless form, so that
    quoting stays in step, and leaves a `fault` for the caller to take.
    """

    def __init__(self, source: Source, encoding: str) -> None:
        self.number = 0
        self._source = source
        self._encoding = encoding
        self._fault: Fault | None = None
        self._last = b""
        check_mark(source, encoding)

    def take_fault(self) -> Fault | None:
        """The first fault since the last call."""
        fault, self._fault = self._fault, None
        return fault

    @property
    def last(self) -> str:
        """The start of the line read last, for reports."""
        return self._last[:200].decode(self._encoding, "replace")

    def __next__(self) -> str:
        raw = self._source.readline(MAX_LINE)
        if not raw:
            raise StopIteration
        self.number += 1
        self._last = raw
        if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
            self._note(raw, f"The line is longer than {MAX_LINE} bytes.")
            while raw and not raw.endswith(b"\n"):
                raw = self._source.readline(MAX_LINE)
            return "\n"
        if b"\0" in raw:
            self._note(
                raw,
                f"Byte {raw.index(0) + 1} of line {self.number} is NUL: the file is no text or is damaged.",
            )
            raw = raw.replace(b"\0", b"")
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            self._note(
                raw[max(0, error.start - 20) :],
                said(
                    FOREIGN_BYTE,
                    place=error.start + 1,
                    line=self.number,
                    byte=raw[error.start],
                    encoding=self._encoding,
                ),
            )
            return raw.decode(self._encoding, "replace")

    def _note(self, raw: bytes, reason: str) -> None:
        if self._fault is None:
            self._fault = Fault(self.number, raw[:200].decode("ascii", "backslashreplace"), reason)


def check_mark(source: Source, encoding: str) -> None:
    """Consume the byte order mark of UTF-8; refuse one that contradicts the stated encoding."""
    start = source.peek(3)
    if start == _UTF8_MARK:
        if encoding != "utf-8":
            raise FileError(said(MARKED, mark="UTF-8", encoding=encoding))
        source.read(len(_UTF8_MARK))
    elif start[:2] in _OTHER_MARKS:
        raise FileError(said(MARKED, mark=_OTHER_MARKS[start[:2]], encoding=encoding))
