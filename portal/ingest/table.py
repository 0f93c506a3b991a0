"""A TOML table read strictly: every key is asked for by name and type, and what is left over is an error."""

from collections.abc import Mapping
from typing import cast


class FormatError(Exception):
    """A format file is wrong; one line that names the key and says what was expected."""


class Table:
    """Typed access to the keys of one table; `finish` refuses those that nobody asked for."""

    def __init__(self, data: Mapping[str, object], source: str, path: str = "") -> None:
        self._data = data
        self._source = source
        self._path = path
        self._known: list[str] = []
        self._read: set[str] = set()

    def has(self, key: str) -> bool:
        """Whether the key is there; asking makes it known, but does not count as reading it."""
        self._known.append(key)
        return key in self._data

    def names(self) -> list[str]:
        """Every key of the table, in its order."""
        return list(self._data)

    def raw(self, key: str, expected: str) -> object:
        """The value of a required key, of any type."""
        self._known.append(key)
        self._read.add(key)
        if key not in self._data:
            raise self.error(key, f"is missing: expected {expected}")
        return self._data[key]

    def text(self, key: str, expected: str, allowed: tuple[str, ...] = ()) -> str:
        """A required text, if given one of `allowed`."""
        value = self.raw(key, expected)
        if not isinstance(value, str) or not value or (allowed and value not in allowed):
            raise self.error(key, f"is {value!r}: expected {expected}")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """A boolean; required without a default."""
        if default is not None and not self.has(key):
            return default
        value = self.raw(key, "true or false")
        if not isinstance(value, bool):
            raise self.error(key, f"is {value!r}: expected true or false")
        return value

    def number(self, key: str, low: float, high: float) -> float:
        """A required number between two bounds."""
        expected = f"a number from {low:g} to {high:g}"
        value = self.raw(key, expected)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.error(key, f"is {value!r}: expected {expected}")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        """A required integer between two bounds."""
        value = self.number(key, low, high)
        if not isinstance(value, int):
            raise self.error(key, f"is {value!r}: expected a whole number")
        return value

    def texts(self, key: str, expected: str) -> tuple[str, ...]:
        """A required list of texts, not empty."""
        value = self.raw(key, expected)
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            raise self.error(key, f"is {value!r}: expected {expected}")
        return tuple(value)

    def table(self, key: str, expected: str = "a table") -> "Table":
        """A required sub-table."""
        value = self.raw(key, expected)
        if not isinstance(value, dict):
            raise self.error(key, f"is {value!r}: expected {expected}")
        return self.inner(key, cast(dict[str, object], value))

    def inner(self, key: str, value: Mapping[str, object]) -> "Table":
        """A table found in the value of `key`, for error messages named after it."""
        return Table(value, self._source, self._name(key))

    def tables(self, key: str) -> list["Table"]:
        """A required list of tables, not empty."""
        value = self.raw(key, "a list of tables")
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"is {value!r}: expected a list of tables")
        return [Table(item, self._source, f"{self._name(key)}[{n}]") for n, item in enumerate(value, 1)]

    def finish(self) -> None:
        """Refuse keys that were not read."""
        for key in self._data:
            if key not in self._read:
                known = ", ".join(dict.fromkeys(self._known)) or "none"
                raise self.error(key, f"is not known here: expected one of {known}")

    def error(self, key: str, problem: str) -> FormatError:
        """The error for a key of this table."""
        return FormatError(f"{self._source}: {self._name(key)} {problem}.")

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key
