"""Figures over time, drawn by the server as SVG and equally as a table (templates/shared/charts.html)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .filters import local_month, number

Value = int | Decimal | None
MOST_HINTS = 100  # bars that say what they are when they are pointed at; more of them are too thin for that


@dataclass(frozen=True, slots=True)
class Chart:
    """A value for each of some times, the oldest first: `labels` name the times, `shown` are the values in words.

    `total` stands above. `height` is that of the drawing, in its own units. Nothing known (None) has no bar.
    """

    title: str
    labels: Sequence[str]
    values: Sequence[Value]
    shown: Sequence[str]
    total: str
    height: int = 48

    @classmethod
    def of_months(cls, title: str, months: Sequence[date], counts: Sequence[int]) -> "Chart":
        """Counts by month."""
        shown = [number(count) for count in counts]
        return cls(title, [local_month(month) for month in months], counts, shown, number(sum(counts)))

    @property
    def heights(self) -> list[int]:
        """Of the bars; whatever is more than nothing can be seen."""
        most = max((value or 0 for value in self.values), default=0)
        if most <= 0:
            return [0 for _value in self.values]
        return [
            max(round((value or 0) / most * self.height), 2) if (value or 0) > 0 else 0
            for value in self.values
        ]

    @property
    def highest(self) -> int | None:
        """The index of the highest bar; None where there is none."""
        most = max((value or 0 for value in self.values), default=0)
        return list(self.values).index(most) if most > 0 else None

    @property
    def hinted(self) -> bool:
        return len(self.values) <= MOST_HINTS


@dataclass(frozen=True, slots=True)
class Heat:
    """A value for each cell of a table, to be read as darker where there is more: row and column titles in words."""

    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[int]]

    def level(self, value: int) -> int:
        """From 0 (nothing) to 5 (the most)."""
        most = max(max(row) for row in self.values)
        return -(-value * 5 // most) if most else 0
