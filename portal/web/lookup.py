"""From what a query found to an object, or to the answer that strangers get."""

from typing import TypeVar

from portal.domain.errors import NotFound

T = TypeVar("T")


def found(thing: T | None) -> T:
    """The object, or NotFound: absent, foreign and hidden are the same."""
    if thing is None:
        raise NotFound
    return thing
