"""What an analytics page shows: cards, charts and their table, the groups with their bars, hours of the week."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from babel.dates import get_day_names
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.domain.periods import Grain
from portal.domain.text import fold
from portal.queries.analytics_figures import (
    Figures,
    GroupKey,
    Piece,
    groups,
    pieces,
    summary,
    total_of,
    week,
)

from .analytics_form import Asked
from .analytics_words import Measure, bucket_label, change, measures
from .charts import Chart, Heat
from .locale import present_locale

PER_PAGE = 50
CARDS = ("sessions", "energy", "net", "occupancy", "mean_energy", "mean_time")
CHARTS = ("sessions", "energy", "net", "occupancy")
COLUMNS = ("sessions", "energy", "net", "vat", "mean_energy", "mean_time", "occupancy")
TALL = 160


@dataclass(frozen=True, slots=True)
class Card:
    """One figure of the whole period, and how it changed."""

    measure: Measure
    value: str
    note: str
    change: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with its figures; `share` of the most, in percent, of what the rows are sorted by."""

    key: GroupKey
    figures: Figures
    share: int

    @property
    def code(self) -> str:
        return self.key[0]

    @property
    def name(self) -> str:
        return self.key[1]

    @property
    def part(self) -> str:
        return self.key[2]


class Report:
    """The figures of what is asked, read at once: as many queries whatever the period and the groups."""

    def __init__(self, session: Session, asked: Asked, site_currency: str) -> None:
        self.asked = asked
        self.before = asked.before
        scope, period, at = asked.scope, asked.period, asked.at
        self._groups = groups(session, scope, period, asked.group, at)
        self.now = total_of(self._groups.values())
        passed = int((period.known(at) - period.start).total_seconds())
        plugs = self.now.connector_s // passed if passed else 0
        self.pieces: list[Piece] = pieces(session, scope, period, asked.grain, plugs, at)
        self.former = summary(session, scope, self.before, at)
        self.week = week(session, scope, period)
        self.currencies = self._currencies(asked.usual_currency or site_currency)
        self.currency = asked.currency or self.currencies[0]
        self.measures = measures(self.currency)

    def _currencies(self, usual: str) -> list[str]:
        """Those of the period and of the one before, the usual one first; never none."""
        found = {*self.now.money, *self.former.money}
        if self.asked.currency:
            found.add(self.asked.currency)
        return sorted(found, key=lambda code: (code != usual, code)) or [usual]

    @property
    def currency_choices(self) -> list[tuple[str, str]]:
        return [(code, code) for code in self.currencies]

    @property
    def empty(self) -> bool:
        """Neither sessions nor occupied connectors."""
        return not (self.now.sessions or self.now.occupied_s)

    @property
    def cards(self) -> list[Card]:
        made = []
        for key in CARDS:
            measure = self.measures[key]
            note = self.note(measure, self.now) if key == "net" else ""
            moved = change(measure, self.now, self.former)
            made.append(Card(measure, measure.shown(self.now), note, moved))
        return made

    def note(self, measure: Measure, figures: Figures) -> str:
        """What stands below a figure in small print: VAT, or the mean of a session."""
        if measure.key == "net":
            return str(_("+ %(vat)s VAT", vat=self.measures["vat"].shown(figures)))
        mean = {"sessions": "mean_time", "energy": "mean_energy"}.get(measure.key)
        if mean is None or not figures.sessions:
            return ""
        return str(_("%(mean)s per session", mean=self.measures[mean].shown(figures)))

    @property
    def charts(self) -> list[Chart]:
        return [self._chart(self.measures[key]) for key in CHARTS]

    @property
    def columns(self) -> list[Chart]:
        """Of the charts' table: their figures, and more."""
        return [self._chart(self.measures[key]) for key in COLUMNS]

    @cached_property
    def labels(self) -> list[str]:
        return [bucket_label(piece.bucket, self.asked.grain, self.asked.zone) for piece in self.pieces]

    def _chart(self, measure: Measure) -> Chart:
        values = [measure.value(piece.figures) for piece in self.pieces]
        shown = [measure.shown(piece.figures) for piece in self.pieces]
        return Chart(str(measure.title), self.labels, values, shown, measure.shown(self.now), TALL)

    @property
    def when(self) -> str:
        """What a row of the charts' table is."""
        return str({Grain.HOUR: _("Hour"), Grain.DAY: _("Day"), Grain.MONTH: _("Month")}[self.asked.grain])

    @cached_property
    def rows(self) -> list[GroupRow]:
        """All groups in their order."""
        key = self.asked.sort.removeprefix("-")
        found = sorted(self._groups.items(), key=lambda item: (fold(item[0][1]), item[0]))
        if key != "name":
            found.sort(key=lambda item: self._sorted_by(item[1]), reverse=self.asked.sort.startswith("-"))
        elif self.asked.sort.startswith("-"):
            found.reverse()
        most = max((self._sorted_by(figures) for _key, figures in found), default=Decimal(0))
        return [
            GroupRow(each, figures, int(max(self._sorted_by(figures), Decimal(0)) * 100 / most) if most > 0 else 0)
            for each, figures in found
        ]  # fmt: skip

    def _sorted_by(self, figures: Figures) -> Decimal:
        return Decimal(self.sorted_measure.value(figures) or 0)

    @property
    def sorted_measure(self) -> Measure:
        """By name, the bars show the energy."""
        return self.measures.get(self.asked.sort.removeprefix("-"), self.measures["energy"])

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.rows) // PER_PAGE))

    @property
    def page(self) -> int:
        """The asked one, or the last one where there are not so many."""
        return min(self.asked.page, self.pages)

    @property
    def shown_rows(self) -> list[GroupRow]:
        """Those of the page."""
        first = (self.page - 1) * PER_PAGE
        return self.rows[first : first + PER_PAGE]

    @property
    def table(self) -> list[Measure]:
        """The columns of the groups."""
        return [self.measures[key] for key in CHARTS]

    @property
    def heat(self) -> Heat:
        locale = present_locale()
        names = get_day_names("abbreviated", locale=locale)
        hours = [f"{hour:02d}" for hour in range(24)]
        return Heat([names[day] for day in range(7)], hours, self.week)
