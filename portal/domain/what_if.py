"""What sessions would have come to by other terms, beside what they came to; nothing of it is kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from .commission import Agreed, TermsBook, settle
from .commission_report import CountedSession, Totals


@dataclass(frozen=True, slots=True)
class Beside:
    """The same sessions twice: by the terms of their time, and by the proposed ones."""

    actual: Totals
    proposed: Totals

    @property
    def difference(self) -> int:
        """How much more would be due to the operator; as much less would be kept."""
        return self.proposed.due - self.actual.due


@dataclass(slots=True)
class Restated:
    """By month and currency, and all of it by currency; `uncovered` sessions are in a currency without terms."""

    months: dict[tuple[date, str], Beside] = field(default_factory=dict)
    totals: dict[str, Beside] = field(default_factory=dict)
    uncovered: int = 0


def restate(
    sessions: Iterable[CountedSession],
    book: TermsBook,
    proposed: Agreed,
    month_of: Callable[[CountedSession], date],
) -> Restated:
    """Settle every session by both; one that either of them does not cover counts in neither."""
    made = Restated()
    for session in sessions:
        agreed = book.at(session.started_at)
        if not all(each.counts_in(session.currency) for each in (agreed, proposed) if each):
            made.uncovered += 1
            continue
        before, after = settle(agreed, session.charged), settle(proposed, session.charged)
        currency = session.currency
        month = made.months.setdefault((month_of(session), currency), _empty(currency))
        for into in (month, made.totals.setdefault(currency, _empty(currency))):
            into.actual.add(session, agreed, before)
            into.proposed.add(session, proposed, after)
    return made


def _empty(currency: str) -> Beside:
    return Beside(Totals(currency), Totals(currency))
