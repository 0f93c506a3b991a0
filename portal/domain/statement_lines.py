"""What stands on a statement: each session once, and later only the difference to what was settled before."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from portal.models import StatementLine, StatementLineKind

from .commission import Agreed, TermsBook, settle
from .commission_report import CountedSession


class Amounts(NamedTuple):
    """What a line adds to its statement: Wh, whole seconds, minor units."""

    energy_wh: int
    seconds: int
    net_minor: int
    vat_minor: int
    reimbursement_minor: int
    share_minor: int

    def less(self, other: "Amounts") -> "Amounts":
        return Amounts(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


NOTHING = Amounts(0, 0, 0, 0, 0, 0)


class Settled(NamedTuple):
    """What live statements hold of a session: the line that it first stood on, and the sums of all of them."""

    line_id: int
    version: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a draft. A correction `refers_to_id` a line and keeps, `restated`, what the session is now worth."""

    kind: StatementLineKind
    session: CountedSession
    agreed: Agreed | None
    amounts: Amounts
    refers_to_id: int | None = None
    restated: dict[str, int] | None = None


@dataclass(slots=True)
class Draft:
    """The lines of one month by currency, in the order of the sessions' ends.

    `skipped`: first months before this one that ended and have sessions, but no statement (number of sessions).
    """

    lines: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    unsettled: list[CountedSession] = field(default_factory=list)
    skipped: dict[date, int] = field(default_factory=lambda: defaultdict(int))


def worth(session: CountedSession, agreed: Agreed | None) -> Amounts:
    """What the whole session adds to a statement."""
    found = settle(agreed, session.charged)
    return Amounts(
        *(session.energy_wh, session.seconds, session.net_minor, session.vat_minor),
        *(found.reimbursement, found.share),
    )


def draft(
    sessions: Iterable[CountedSession],
    settled: Mapping[int, Settled],
    book: TermsBook,
    month: date,
    month_of: Callable[[CountedSession], date],
    issued: frozenset[date],
) -> Draft:
    """The lines of the statement of `month`; `issued` are the months that have one already.

    A session of an issued month is late; one of a month that nobody issued is skipped, for that month comes first.
    """
    made = Draft()
    for session in sessions:
        agreed = book.at(session.started_at)
        if agreed is not None and not agreed.counts_in(session.currency):
            made.unsettled.append(session)
            continue
        before, ended = settled.get(session.id), month_of(session)
        if before is None and ended != month and ended not in issued:
            made.skipped[ended] += 1
            continue
        line = _line(session, agreed, before, late=ended != month)
        if line is not None:
            made.lines[session.currency].append(line)
    return made


def _line(
    session: CountedSession, agreed: Agreed | None, before: Settled | None, *, late: bool
) -> Line | None:
    now = worth(session, agreed)
    if before is None:
        kind = StatementLineKind.LATE if late else StatementLineKind.SESSION
        return Line(kind, session, agreed, now)
    difference = now.less(before.amounts)
    if difference == NOTHING:
        return None
    restated = now._asdict()
    return Line(StatementLineKind.CORRECTION, session, agreed, difference, before.line_id, restated)


def amounts_of(line: StatementLine) -> Amounts:
    """What a stored line adds to its statement."""
    return Amounts(*(getattr(line, name) for name in Amounts._fields))


def total(amounts: Iterable[Amounts]) -> Amounts:
    """Their sums."""
    return Amounts(*(sum(column) for column in zip(NOTHING, *amounts, strict=True)))
