"""Codes: the names by which operators, areas, stations and drivers are known to the outside."""

import hashlib
import re

from portal.domain.text import N_, TextError, fold

MIN_LENGTH, MAX_LENGTH = 2, 36
_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{1,35}")
_APOSTROPHES = re.compile(r"['’ʼ`´]")
_SEPARATORS = re.compile(r"[^A-Z0-9]+")
_DIGEST_LENGTH = 6


class CodeError(TextError):
    """A text is not a code."""


def normalise_code(text: str) -> str:
    """The code as it is stored: trimmed and upper-cased; raises CodeError when it is none."""
    # str.upper() turns "ß" and "ı" into other ASCII letters: a typed code must mean itself.
    code = text.strip()
    if not code.isascii() or not _CODE.fullmatch(code := code.upper()):
        raise CodeError(
            N_(
                "A code has 2 to 36 characters: letters A to Z, digits, dot, underscore, hyphen; "
                "first a letter or digit."
            )
        )
    return code


def suggest_code(name: str) -> str:
    """A valid code that reads like the name ("Hôtel Alpina" → "HOTEL-ALPINA"); empty when that cannot be."""
    words = _words(name)
    if len(words) > MAX_LENGTH:
        words = words[:MAX_LENGTH].rstrip("-")
    return words if len(words) >= MIN_LENGTH else ""


def derive_code(text: str) -> str:
    """Like `suggest_code`, but always a code: a digest ends it where letters would not tell texts apart."""
    words = _words(text)
    if len(words) > MAX_LENGTH:
        return f"{words[: MAX_LENGTH - _DIGEST_LENGTH - 1].rstrip('-')}-{_digest(words)}"
    return words if len(words) >= MIN_LENGTH else f"{words}-{_digest(fold(text))}".lstrip("-")


def identity_code(text: str) -> str:
    """A code for a foreign identifier: different ones (case aside) never share it."""
    key = text.strip().upper()
    try:
        return normalise_code(key)
    except CodeError:
        words = _words(text)[: MAX_LENGTH - _DIGEST_LENGTH - 1].rstrip("-")
        return f"{words}-{_digest(key)}".lstrip("-")


def _words(text: str) -> str:
    return _SEPARATORS.sub("-", _APOSTROPHES.sub("", fold(text)).upper()).strip("-")


def _digest(text: str) -> str:
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH].upper()
