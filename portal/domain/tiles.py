"""Map tiles that an admin sets: an address that no map and no header can be broken with, and its attribution."""

import re

from .errors import Invalid
from .text import N_
from .values import text_value

MAX_URL, MAX_ATTRIBUTION = 500, 300
_URL = re.compile(
    r"https://(?:\{s\}\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?"
    r"/(?!/)(?:[A-Za-z0-9/_.~?=&%+@:,-]|\{[zxyr]\})*"
)
_MARKUP = re.compile(r"[<>\\]")


def tile_url_value(field: str, text: str | None) -> str | None:
    """An optional https address with {z}, {x} and {y}, and {s}, {r} where wanted. Raises Invalid."""
    url = text_value(field, text, MAX_URL)
    if url is not None and not (_URL.fullmatch(url) and all(part in url for part in ("{z}", "{x}", "{y}"))):
        raise Invalid(
            field, N_("Expected an address that starts with https:// and has {z}, {x} and {y} in it.")
        )
    return url


def attribution_value(field: str, text: str | None, url: str | None) -> str | None:
    """Whose map it is, as plain text; it goes with an address and has to. Raises Invalid."""
    attribution = text_value(field, text, MAX_ATTRIBUTION)
    if url is None:
        return None
    if attribution is None:
        raise Invalid(field, N_("Say whose map it is: the terms of every tile server ask for it."))
    if _MARKUP.search(attribution):
        raise Invalid(field, N_("Expected plain text without < > and \\."))
    return attribution
