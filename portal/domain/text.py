"""Text as people type it: cleaned for storing, folded for searching."""

import re
import unicodedata

# Letters that Unicode does not take apart, although people type them without their stroke.
_STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def N_(message: str) -> str:
    """Mark an English message for translation at the edge; returns it unchanged."""
    return message


class Said(str):
    """An English text that remembers its message and what was put in, so that it can be said in another language."""

    message: str
    params: dict[str, object]

    def __str__(self) -> str:
        return self  # str() of a str would forget the rest


def said(message: str, **params: object) -> Said:
    """A text from a message (marked with N_) and its %(name)s parameters; those may be such texts themselves."""
    if isinstance(message, Said) and not params:
        return message
    made = Said(message % params if params else message)
    made.message, made.params = message, params
    return made


class TextError(ValueError):
    """A text is not acceptable; `message` is an English message id with %(name)s parameters."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return said(self.message, **self.params)


def clean(text: str, max_length: int) -> str:
    """The text trimmed and in Unicode's composed form (NFC).

    Raises TextError for control characters (NUL, tab, line break, lone surrogate…) and for more than
    `max_length` characters.
    """
    text = text.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    found = _CONTROLS.search(text)
    if found:
        raise TextError(N_("contains the control character U+%(code)04X"), code=ord(found.group()))
    if len(text) > max_length:
        raise TextError(
            N_("has %(length)d characters, at most %(max)d are allowed"), length=len(text), max=max_length
        )
    return text


def fold(text: str) -> str:
    """The form in which texts are searched: no accents, no case ("Hôtel  Łódź" → "hotel lodz")."""
    text = text.casefold()
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(c for c in decomposed.translate(_STROKES) if not unicodedata.combining(c))
    return " ".join(text.split())
