"""Addresses that come with a request."""

from urllib.parse import urlsplit


def safe_next(target: str | None, fallback: str) -> str:
    """A path of this site to go on to; anything that could leave the site becomes the fallback."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return fallback
    if any(ord(character) < 32 for character in target):
        return fallback
    parts = urlsplit(target)
    return fallback if parts.scheme or parts.netloc else target
