"""Files as they come: encodings, damage, and sizes."""

import gzip
import io
import tracemalloc
from collections.abc import Iterator

import pytest

from portal.ingest.formats import load_format
from portal.ingest.readers import read_stations
from portal.ingest.records import Accepted, FileError, Rejected
from portal.ingest.source import MAX_LINE, Source

from .reading import HEADER, ROW, read, records, rejected, toml

GOOD = (HEADER + ROW.format(n=1)).encode()


def test_bytes_of_another_encoding_are_rejected_with_line_and_byte() -> None:
    items = read(GOOD + ROW.format(n=2).replace("Name", "Hôtel").encode("latin-1") + ROW.format(n=3).encode())
    [bad] = rejected(items)
    assert bad.line == 3
    assert bad.reason == "Byte 6 of line 3 (0xf4) is not utf-8, the encoding that the format states."
    assert [station.code for station in records(items)] == ["S-1", "S-3"]


def test_nul_is_rejected_with_line_and_byte() -> None:
    items = read(GOOD + ROW.format(n=2).replace("Name", "Na\0me").encode() + ROW.format(n=3).encode())
    assert rejected(items)[0].reason.startswith("Byte 7 of line 3 is NUL")
    assert len(records(items)) == 2


def test_a_fault_inside_a_quoted_cell_keeps_the_rest_in_step() -> None:
    bad = ROW.format(n=2).replace("Name 2", '"a\nb\xff\n"').encode("latin-1")
    items = read(GOOD + bad + ROW.format(n=3).encode())
    assert [(item.line, item.reason[:16]) for item in rejected(items)] == [(4, "Byte 2 of line 4")]
    assert [station.code for station in records(items)] == ["S-1", "S-3"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("S-2,too,short\n", "Expected 13 columns, as in the header, found 3."),
        (ROW.format(n=2).strip() + ",more\n", "Expected 13 columns, as in the header, found 14."),
        (
            ROW.format(n=2).replace("Name 2", 'Na"m"e').replace("Na", '"Na"x'),
            "A quote is closed in the middle",
        ),
        (ROW.format(n=2).replace("Name 2", "a\rb"), "A carriage return stands alone"),
        (ROW.format(n=2).replace("Name 2", '"open'), "not closed before the file ends"),
        ("x" * (MAX_LINE + 5) + "\n", "longer than 1048576 bytes"),
    ],
)
def test_broken_rows(text: str, says: str) -> None:
    [bad] = rejected(read(GOOD + text.encode()))
    assert bad.line == 3
    assert says in bad.reason


def test_a_quote_that_is_never_closed_costs_only_a_bounded_stretch() -> None:
    rows = "".join(ROW.format(n=n) for n in range(3, 9000))
    items = read(GOOD + ROW.format(n=2).replace("Name 2", '"open').encode() + rows.encode())
    assert "longer than 131072 characters" in rejected(items)[0].reason
    assert records(items)[-1].code == "S-8999"
    assert len(records(items)) > 6000


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("a,b\n".encode("utf-16"), "mark of UTF-16, but the format states utf-8"),
        (b"c\xf6de,name\n", "The header cannot be read: Byte 2 of line 1 \\(0xf6\\) is not utf-8"),
        (b"\0\0\0\0", "header cannot be read: Byte 1 of line 1 is NUL"),
        (
            HEADER.replace("\n", "\r").encode() + b"S-1\r",
            "header cannot be read: A carriage return stands alone",
        ),
        (gzip.compress(GOOD * 99)[:-30], "gzip data is damaged or cut off"),
        (b"\x1f\x8bnonsense", "gzip data is damaged or cut off"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_error(data: bytes, says: str) -> None:
    with pytest.raises(FileError, match=says):
        read(data)


def test_a_mark_that_contradicts_the_format() -> None:
    own = toml(
        '[file]\ntype="csv"\nencoding="latin-1"\ndelimiter=";"\nheader=true\n[drivers.fields]\nnumber="n"\nname="m"\n'
    )
    with pytest.raises(FileError, match="mark of UTF-8, but the format states iso8859-1"):
        read(b"\xef\xbb\xbfn;m\nD-1;Mia\n", own, "drivers")
    [driver] = records(read("n;m\nD-1;Zoë\n".encode("latin-1"), own, "drivers"))
    assert driver.name == "Zoë"


class Endless(io.RawIOBase):
    """A file of a given size that exists in no memory."""

    def __init__(self, start: bytes, chunks: Iterator[bytes]) -> None:
        self.left = start
        self.chunks = chunks

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self.left) < size and (chunk := next(self.chunks, b"")):
            self.left += chunk
        data, self.left = self.left[:size], self.left[size:]
        return data


def peak(stream: Endless, name: str) -> tuple[int, int, int]:
    """Accepted, rejected and peak memory in MiB of reading a stream."""
    good = bad = 0
    tracemalloc.start()
    try:
        for item in read_stations(Source(stream), load_format(name)):  # type: ignore[arg-type]
            good += isinstance(item, Accepted)
            bad += isinstance(item, Rejected)
        return good, bad, tracemalloc.get_traced_memory()[1] >> 20
    finally:
        tracemalloc.stop()


def test_a_hundred_megabytes_without_a_line_break() -> None:
    good, bad, memory = peak(Endless(HEADER.encode(), (b"x" * 65_536 for _ in range(1_600))), "portal")
    assert (good, bad) == (0, 1)
    assert memory < 12


def test_a_hundred_megabytes_of_good_rows() -> None:
    filler = "n" * 180
    rows = 16
    chunk = "".join(ROW.format(n="{n}-%d" % k).replace("Name", filler) for k in range(rows))  # noqa: UP031
    # Long names in a column that is not read make the megabytes without the minutes.
    wide = HEADER.strip() + ",remark\n"
    chunk = chunk.replace(filler, "Name").replace("\n", "," + "x" * 100_000 + "\n")
    chunks = (chunk.replace("{n}", str(n)).encode() for n in range(65))
    good, bad, memory = peak(Endless(wide.encode(), chunks), "portal")
    assert (good, bad) == (65 * rows, 0)
    assert memory < 12


def test_a_hundred_megabytes_of_json() -> None:
    location = '{"id":"%d","address":"%s","city":"Wien","coordinates":{"latitude":"48","longitude":"16"}}'
    remark = '{"x":"' + "y" * 100_000 + '"}'
    chunks = (
        ((location % (n, "Ring 1"))[:-1] + ',"remark":' + remark + ("}," if n < 1099 else "}]")).encode()
        for n in range(100, 1100)
    )
    good, bad, memory = peak(Endless(b"[", chunks), "ocpi")
    assert (good, bad) == (1000, 0)
    assert memory < 12
