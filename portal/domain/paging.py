"""Keyset paging: what a list asks for, and the opaque cursor between two pages."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .errors import Invalid

PAGE_SIZE = 25
COUNT_CAP = 10_000
MAX_QUERY = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    """The edge row of a page: its sort value and its id; `backwards` asks for the rows before it."""

    value: Any
    identity: int
    backwards: bool = False

    def encode(self) -> str:
        """Opaque, URL-safe text."""
        value: Any = self.value
        if isinstance(value, datetime):
            value = {"t": value.isoformat()}
        elif isinstance(value, Decimal):
            value = {"d": str(value)}
        return base64.urlsafe_b64encode(json.dumps([value, self.identity]).encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, *, field: str = "after") -> "Cursor":
        """Read what `encode` wrote. Raises Invalid for anything else."""
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            value, identity = json.loads(raw)
            if isinstance(value, dict):
                value = datetime.fromisoformat(value["t"]) if "t" in value else Decimal(value["d"])
            if type(identity) is not int or isinstance(value, list) or abs(identity) > 2**62:
                raise ValueError
            if isinstance(value, int | float) and not abs(value) <= 2**62:  # NaN is neither
                raise ValueError
            if isinstance(value, datetime):
                if value.tzinfo is None:
                    raise ValueError
                value = value.astimezone(UTC)  # fails at the edges of the calendar
            if isinstance(value, str) and b"\0" in value.encode():  # half a surrogate pair does not encode
                raise ValueError
        except (ValueError, TypeError, KeyError, ArithmeticError, binascii.Error, UnicodeError):
            raise Invalid(field, "This link to a page is damaged. Start again from the first page.") from None
        return cls(value, identity, backwards=field == "before")


@dataclass(frozen=True, slots=True)
class PageQuery:
    """State of a list as its URL tells it; `sort` is a column's key, with a leading minus for descending."""

    q: str = ""
    filters: dict[str, str] = field(default_factory=dict)
    sort: str = ""
    cursor: Cursor | None = None
    limit: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has; `capped` when there are more than are worth counting."""

    n: int
    capped: bool = False
