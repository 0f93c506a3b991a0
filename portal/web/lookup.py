"""From what a query found to an object, or to the answer that strangers get."""

from typing import TypeVar

from portal.domain.errors import NotFound

T = TypeVar("T")

MAX_ID = 2**63 - 1


def found(thing: T | None) -> T:
    """The object, or NotFound: absent, foreign and hidden are the same."""
    if thing is None:
        raise NotFound
    return thing


def row_id(number: int) -> int:
    """A number from an address that a database can look for, or NotFound."""
    if number > MAX_ID:
        raise NotFound
    return number
