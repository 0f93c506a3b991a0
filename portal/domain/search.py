"""The folded text that a search looks into."""

from .text import fold


def search_text(*parts: str | None) -> str:
    """All parts in one line, accents and case folded; a phone number also without its blanks and dashes."""
    words = [fold(part) for part in parts if part]
    bare = [word.translate(_PUNCTUATION) for word in words if any(mark in word for mark in _MARKS)]
    return " ".join(dict.fromkeys([*words, *bare]))


_MARKS = " -()/."
_PUNCTUATION = str.maketrans("", "", _MARKS)
