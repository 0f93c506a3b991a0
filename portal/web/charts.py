"""Figures over time, drawn by the server as SVG and equally as a table (templates/shared/charts.html)."""

from dataclasses import dataclass
from datetime import date

HEIGHT = 48


@dataclass(frozen=True, slots=True)
class Chart:
    """A count for each month, the oldest first."""

    title: str
    months: list[date]
    values: list[int]

    @property
    def total(self) -> int:
        return sum(self.values)

    @property
    def heights(self) -> list[int]:
        """Of the bars, in units of the drawing; whatever is not nothing can be seen."""
        most = max(self.values, default=0) or 1
        return [max(round(value / most * HEIGHT), 2) if value else 0 for value in self.values]
