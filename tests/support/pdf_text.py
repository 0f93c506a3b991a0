"""The words of a PDF that was written without compression, read back through its own tables of letters."""

import re

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf_text(content: bytes) -> str:
    """Every text that is drawn, one a line, in the order of drawing."""
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    fonts = {
        name: _letters(objects, int(number)) for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", content)
    }
    lines, letters = [], {}
    for body in objects.values():
        if b" Tj" not in body:
            continue
        for font, shown in _SHOWN.findall(body):
            if font:
                letters = fonts[font]
            else:
                lines.append(_read(shown, letters))
    return "\n".join(lines)


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    named = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    assert named
    table = objects[int(named[1])]
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in _PAIR.findall(table)
    }


def _read(shown: bytes, letters: dict[int, str]) -> str:
    raw = re.sub(rb"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), shown, flags=re.DOTALL)
    codes = (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))
    return "".join(letters.get(code, "?") for code in codes)
