"""What the readers hand over: typed records, and rejections with line, value and what was expected."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from portal.domain.records import (
    ChargerRecord,
    ConnectorRecord,
    DriverRecord,
    MemberRecord,
    StationRecord,
    StationStatus,
)

__all__ = [
    "Accepted",
    "ChargerRecord",
    "ConnectorRecord",
    "DriverRecord",
    "FieldError",
    "FileError",
    "MemberRecord",
    "Rejected",
    "Skipped",
    "StationRecord",
    "StationStatus",
    "shortened",
]

NAME_LENGTH = 100
STATION_NAME_LENGTH = 200
ADDRESS_LENGTH = 200
PLACE_LENGTH = 100
ZIP_LENGTH = 20
HOURS_LENGTH = 500
UID_LENGTH = 36
EMAIL_LENGTH = 254
PHONE_LENGTH = 40
NOTE_LENGTH = 200
MAX_POWER_KW = 4000
MAX_CONNECTOR_NUMBER = 999
MAX_CHARGERS = 1000

_SHOWN = 80


R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Accepted(Generic[R_co]):
    """A good record, the physical line on which it starts and the data rows (lines, locations) it took.

    `note` says what the record could not carry.
    """

    line: int
    record: R_co
    rows: int = 1
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A data row that was left out: where, which column (None: the row), its value shortened, and why."""

    line: int
    field: str | None
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A data row that the format's filter leaves out on purpose."""

    line: int


class FieldError(ValueError):
    """A value is not what was expected; `field` is its name there; `line` where a record has several."""

    def __init__(self, field: str | None, value: object, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line
        self.field = field
        self.value = shortened(value)
        self.reason = reason


class FileError(Exception):
    """The file as a whole cannot be read with this format; the message is one clear sentence."""


def shortened(value: object) -> str:
    """A value for a report: printable, on one line, at most 80 characters."""
    # Cut before looking at it: the value may be a megabyte.
    text = value[: _SHOWN + 1] if isinstance(value, str) else str(value)[: _SHOWN + 1]
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
