"""What a commission report shows: lines with their explanation, totals, what is left out."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from babel.dates import format_skeleton
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from portal.domain.commission import TermsBook
from portal.domain.commission_report import CountedSession, Totals, report
from portal.domain.report_groups import By, DriverKind, grouped
from portal.domain.text import fold
from portal.models import Operator
from portal.queries.commission import terms_books
from portal.queries.report import left_out_of, names_of, read_counted, report_operators

from .commission_words import explain_totals
from .filters import local_month
from .locale import present_locale
from .report_form import Asked

PER_PAGE = 100
BOOKS_AT_ONCE = 5000
PLACES = (By.OPERATOR, By.AREA, By.STATION)
DRIVERS = {
    DriverKind.MEMBER: lazy_gettext("Members of the private network"),
    DriverKind.OTHER: lazy_gettext("Other drivers"),
    DriverKind.UNKNOWN: lazy_gettext("Driver not known"),
}


@dataclass(frozen=True)
class Line:
    """One group in one currency. `key` names it in addresses; `code` stands beneath its title, where it has one.

    `bar` is its energy in percent of the greatest one.
    """

    key: str
    title: str
    code: str
    totals: Totals
    bar: int

    @property
    def explanation(self) -> list[str]:
        return explain_totals(self.totals)


@dataclass
class Sum:
    """What is beside the report: how many sessions, their energy and net, in one currency."""

    currency: str
    sessions: int = 0
    energy_wh: int = 0
    net: int = 0


class ReportView:
    """The figures of what was asked for; read once, in a number of queries that does not depend on them."""

    def __init__(self, session: Session, asked: Asked) -> None:
        self.asked = asked
        operators = asked.operators or list(session.scalars(report_operators(asked.viewer)))
        self._zones = {one.id: one.timezone for one in operators}
        found = report(
            read_counted(session, asked.scope), books_of(session, operators), grouped(asked.by, self._zones)
        )
        self.totals = [found.totals[currency] for currency in sorted(found.totals)]
        self.unsettled = _summed(found.unsettled)
        self.left_out = _left_out(session, asked)
        keys = {key for key in found.groups if key is not None}
        self._names = names_of(session, asked.by, keys) if asked.by in PLACES else {}
        self._most = max(
            (one.energy_wh for each in found.groups.values() for one in each.values()), default=0
        )
        ordered = sorted(found.groups, key=self._order)
        self.lines = [
            self._line(key, found.groups[key][code]) for key in ordered for code in sorted(found.groups[key])
        ]

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.lines) // PER_PAGE))

    @property
    def page(self) -> int:
        return min(max(self.asked.page, 1), self.pages)

    @cached_property
    def shown(self) -> list[Line]:
        start = (self.page - 1) * PER_PAGE
        return self.lines[start : start + PER_PAGE]

    def explained(self, totals: Totals) -> list[str]:
        return explain_totals(totals)

    @property
    def without_terms(self) -> int:
        """Sessions for which nothing is due, since no terms were in force."""
        parts = (part for totals in self.totals for part in totals.parts.values())
        return sum(part.sessions for part in parts if part.agreed is None)

    def _line(self, key: Any, totals: Totals) -> Line:
        bar = max(totals.energy_wh, 0) * 100 // self._most if self._most > 0 else 0
        name, title, code = self._named(key)
        return Line(name, title, code, totals, bar)

    def _named(self, key: Any) -> tuple[str, str, str]:
        if self.asked.by in PLACES:
            code, name = self._names.get(key, ("", ""))
            return code, name, code
        if isinstance(key, date):
            month = self.asked.by is By.MONTH
            return key.isoformat(), local_month(key) if month else day_label(key), ""
        return str(key), str(DRIVERS.get(key, key)), ""

    def _order(self, key: Any) -> tuple[Any, ...]:
        if self.asked.by in PLACES:
            code, name = self._names.get(key, ("", ""))
            return fold(name), code
        if self.asked.by is By.DRIVER:
            return (list(DRIVERS).index(key),)
        return (key,)


def books_of(session: Session, operators: Iterable[Operator]) -> dict[int, TermsBook]:
    """The terms of these operators; a statement takes only so many values."""
    known = list(operators)
    books: dict[int, TermsBook] = {}
    for start in range(0, len(known), BOOKS_AT_ONCE):
        books |= terms_books(session, known[start : start + BOOKS_AT_ONCE])
    return books


def day_label(day: date) -> str:
    """With the day of the week."""
    return str(format_skeleton("yMMMEd", day, locale=present_locale()))


def _summed(sessions: Iterable[CountedSession]) -> list[Sum]:
    found: dict[str, Sum] = {}
    for one in sessions:
        into = found.setdefault(one.currency, Sum(one.currency))
        into.sessions += 1
        into.energy_wh += one.energy_wh
        into.net += one.net_minor
    return [found[currency] for currency in sorted(found)]


def _left_out(session: Session, asked: Asked) -> list[tuple[str, Sum]]:
    """By doubt and currency, over all operators; a session with two doubts stands twice."""
    found: dict[tuple[str, str], Sum] = {}
    for _operator, doubt, currency, sessions, energy_wh, net in session.execute(left_out_of(asked.scope)):
        into = found.setdefault((doubt.value, currency), Sum(currency))
        into.sessions += int(sessions)
        into.energy_wh += int(energy_wh)
        into.net += int(net)
    return [(doubt, found[doubt, currency]) for doubt, currency in sorted(found)]


def group_words(asked: Asked, key: Hashable) -> str:
    """What a group of an address is called where its name is not at hand."""
    text = str(key)
    if not text:
        return str(_("All"))
    if asked.by is By.DRIVER:
        return str(DRIVERS[DriverKind(text)])
    if asked.by is By.DAY:
        return day_label(date.fromisoformat(text))
    if asked.by is By.MONTH:
        return local_month(date.fromisoformat(text))
    return text
