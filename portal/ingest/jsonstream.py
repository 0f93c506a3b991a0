"""Objects of a JSON file of any size, one at a time.

The file is a list of objects, an envelope {"data": [objects]}, a single object, or one object a line.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from portal.ingest.records import FileError, shortened
from portal.ingest.source import Source, check_mark

MAX_OBJECT = 4 << 20
_CHUNK = 1 << 16
_SPACE = re.compile(r"[ \t\r\n]*")
_UNDECODABLE = re.compile(r"[\udc80-\udcff]")


class Damaged(NamedTuple):
    """An object that cannot be trusted, and why."""

    value: str
    reason: str


Found = dict[str, object] | Damaged


def read_objects(source: Source) -> Iterator[tuple[int, Found]]:
    """Each object with the physical line on which it starts; FileError where the JSON itself is broken."""
    check_mark(source, "utf-8")
    text = _Text(source)
    if not text.peek():
        raise FileError("The file is empty: expected JSON.")
    while first := text.peek():
        if first == "[":
            yield from _elements(text)
        elif first == "{":
            yield from _document(text)
        else:
            text.fail("Expected a list or an object")


def _elements(text: "_Text") -> Iterator[tuple[int, Found]]:
    text.expect("[")
    if text.peek() == "]":
        text.expect("]")
        return
    while True:
        first = text.peek()
        line = text.line
        yield line, _checked(*text.value(), is_object=first == "{", line=line)
        if text.expect(",]") == "]":
            return


def _document(text: "_Text") -> Iterator[tuple[int, Found]]:
    """An envelope, whose list is never held as a whole, or an object."""
    text.peek()
    line = text.line
    collected: dict[str, object] = {}
    sources = []
    streamed = False
    text.expect("{")
    closed = text.peek() == "}" and bool(text.expect("}"))
    while not closed:
        if text.peek() != '"':
            text.fail("Expected the name of a field")
        key, key_source = text.value()
        text.expect(":")
        if key == "data" and text.peek() == "[":
            streamed = True
            yield from _elements(text)
        else:
            collected[str(key)], value_source = text.value()
            sources += [key_source, value_source]
            if sum(map(len, sources)) > MAX_OBJECT:
                text.fail(f"An object is longer than {MAX_OBJECT} characters")
        closed = text.expect(",}") == "}"
    status = collected.get("status_code")
    if isinstance(status, int) and status >= 2000:
        raise FileError(f"The file is the answer to a failed request: status_code {status}.")
    if streamed:
        return
    inner = collected.get("data") if "id" not in collected else None
    found = inner if isinstance(inner, dict) else collected
    yield line, _checked(found, " ".join(sources), is_object=True, line=line)


def _checked(value: object, source: str, *, is_object: bool, line: int) -> Found:
    if found := _UNDECODABLE.search(source):
        byte = ord(found.group()) - 0xDC00
        at = line + source.count("\n", 0, found.start())
        return Damaged(
            shortened(source[found.start() - 20 : found.end() + 20]),
            f"Byte 0x{byte:02x} on line {at} is not UTF-8.",
        )
    if not is_object or not isinstance(value, dict):
        return Damaged(shortened(source), "Expected an object.")
    return value


class _Text:
    """Text that is read as far as needed; `line` is the physical line of what comes next."""

    def __init__(self, source: Source) -> None:
        self.line = 1
        self._source = source
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._json = json.JSONDecoder(parse_constant=_no_constant)
        self._buffer = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            end = _SPACE.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            self._advance(end)
            if end < len(self._buffer):
                return self._buffer[end]
            if not self._more(_CHUNK):
                return ""

    def expect(self, characters: str) -> str:
        """Consume one of these characters."""
        found = self.peek()
        if not found or found not in characters:
            self.fail(f"Expected {' or '.join(characters)}")
        self._at += 1
        return found

    def value(self) -> tuple[object, str]:
        """Consume one JSON value; it and its source."""
        self.peek()
        wanted = _CHUNK
        while True:
            try:
                value, end = self._json.raw_decode(self._buffer, self._at)
            except RecursionError:
                self.fail("The JSON is nested too deeply")
            except ValueError as error:
                # Broken or only cut off by the end of the buffer: look again with twice as much.
                if len(self._buffer) - self._at > MAX_OBJECT or not self._more(wanted):
                    self._broken(error)
                wanted *= 2
                continue
            # A number may go on in the next chunk.
            if end == len(self._buffer) and self._more(_CHUNK):
                continue
            source = self._buffer[self._at : end]
            self._advance(end)
            return value, source

    def fail(self, problem: str) -> NoReturn:
        """Refuse the file here."""
        shown = shortened(self._buffer[self._at : self._at + 30]) or "the end of the file"
        raise FileError(f"Line {self.line}: {problem}, found {shown}.")

    def _broken(self, error: ValueError) -> NoReturn:
        if isinstance(error, json.JSONDecodeError):
            line = self.line + self._buffer.count("\n", self._at, error.pos)
            raise FileError(f"Line {line}: the JSON is broken or cut off: {error.msg}.") from None
        raise FileError(f"Line {self.line}: the JSON is broken: {error}.") from None

    def _advance(self, end: int) -> None:
        self.line += self._buffer.count("\n", self._at, end)
        self._at = end

    def _more(self, count: int) -> bool:
        if self._ended:
            return False
        data = self._source.read(count)
        self._ended = not data
        text = self._decoder.decode(data, final=self._ended)
        self._buffer = self._buffer[self._at :] + text
        self._at = 0
        return bool(text) or not self._ended


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")
