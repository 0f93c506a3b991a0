"""Checks of many fields at once, so that a form can show every refusal and not only the first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .errors import Invalid

T = TypeVar("T")


@dataclass(slots=True)
class Checked:
    """What was accepted, by field, and what was refused."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: list[Invalid] = field(default_factory=list)

    def take(self, name: str, check: Callable[[], T]) -> T | None:
        """Keep what `check` returns under the name; None when it refuses."""
        try:
            value = check()
        except Invalid as error:
            self.errors.append(error)
            return None
        self.values[name] = value
        return value

    def accepted(self) -> dict[str, Any]:
        """All values. Raises the first Invalid."""
        if self.errors:
            raise self.errors[0]
        return self.values
