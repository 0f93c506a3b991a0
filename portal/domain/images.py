"""Pictures that people upload: what they are is read from their bytes, never from their name."""

from struct import error as StructError
from struct import unpack_from

from .errors import Invalid
from .text import N_

MAX_BYTES = 200_000
MAX_SIDE = 4096
_SIZED = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG segments that hold width and height


def picture_type(field: str, content: bytes) -> str:
    """The media type of a PNG, JPEG or WebP picture of acceptable size. Raises Invalid."""
    if len(content) > MAX_BYTES:
        raise Invalid(field, N_("This picture has more than %(most)s kB."), most=MAX_BYTES // 1000)
    for kind, measure in (("image/png", _png), ("image/jpeg", _jpeg), ("image/webp", _webp)):
        try:
            size = measure(content)
        except (StructError, IndexError):
            size = None
        if size is not None:
            if not all(1 <= side <= MAX_SIDE for side in size):
                raise Invalid(field, N_("Expected at most %(most)s pixels a side."), most=MAX_SIDE)
            return kind
    raise Invalid(field, N_("Expected a whole picture in PNG, JPEG or WebP format."))


def _png(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR") or content[-8:-4] != b"IEND":
        return None
    width, height = unpack_from(">II", content, 16)
    return width, height


def _jpeg(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(b"\xff\xd8\xff") or not content.endswith(b"\xff\xd9"):
        return None
    place = 2
    while content[place] == 0xFF:
        marker, length = unpack_from(">BH", content, place + 1)
        if marker in _SIZED:
            height, width = unpack_from(">HH", content, place + 5)
            return width, height
        place += 2 + length
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return None
    if unpack_from("<I", content, 4)[0] + 8 != len(content):
        return None
    kind = content[12:16]
    if kind == b"VP8X":
        return _three(content, 24) + 1, _three(content, 27) + 1
    if kind == b"VP8L":
        (bits,) = unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _three(content: bytes, place: int) -> int:
    return int.from_bytes(content[place : place + 3], "little")
