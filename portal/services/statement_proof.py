"""The proof of statements: everything recomputed from what is stored, each difference named."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.domain.commission import TermsBook
from portal.domain.commission_report import CountedSession
from portal.domain.statement_hash import statement_hash
from portal.domain.statement_lines import amounts_of, total, worth
from portal.models import ChargingSession, Operator, Statement, StatementKind, StatementLine, StatementStatus
from portal.queries import commission as counted
from portal.queries import statements as query

from .in_sets import chunks
from .statement_drafts import everybody
from .statement_payments import paid_minor

Lines = dict[int, list[StatementLine]]


@dataclass(frozen=True, slots=True)
class Drift:
    """What does not hold; `pending`: a session that changed properly since, which the next statement corrects."""

    number: str
    what: str
    pending: bool = False


def verify(session: Session, operator: Operator) -> Iterator[Drift]:
    """All statements of an operator: hashes, chain, sums, each line by its terms and its session, payments."""
    chain = session.scalars(query.chain_of(operator.id)).all()
    lines = {one.id: list(session.scalars(query.lines_of(one.id))) for one in chain}
    previous: Statement | None = None
    for one in chain:
        yield from _kept(one, lines[one.id], previous)
        yield from _paid(session, one)
        previous = one
    yield from _credited(chain, lines)
    book = counted.terms_books(session, [operator])[operator.id]
    yield from _recomputed(session, operator, chain, lines, book)


def _kept(one: Statement, lines: Sequence[StatementLine], previous: Statement | None) -> Iterator[Drift]:
    """The statement says what it said when it was issued."""
    if one.previous_id != (previous.id if previous else None):
        yield Drift(one.number, "it does not follow the operator's previous statement")
    if one.hash != statement_hash(one, lines, previous.hash if previous else None):
        yield Drift(one.number, "its figures or its previous statement are not those that were issued (hash)")
    found = total(amounts_of(line) for line in lines)
    for name in ("energy_wh", "net_minor", "vat_minor", "reimbursement_minor", "share_minor"):
        if getattr(one, name) != getattr(found, name):
            yield Drift(
                one.number, f"its {name} is {getattr(one, name)}, its lines add up to {getattr(found, name)}"
            )


def _paid(session: Session, one: Statement) -> Iterator[Drift]:
    if one.status is StatementStatus.CREDITED or one.kind is StatementKind.CREDIT:
        return
    paid = paid_minor(session, one)
    if (paid == one.due_minor) != (one.status is StatementStatus.PAID):
        yield Drift(one.number, f"its status is {one.status.value}, but {paid} of {one.due_minor} are paid")


def _credited(chain: Sequence[Statement], lines: Lines) -> Iterator[Drift]:
    """A credit is the exact opposite of what it credits, and only lines of what is not credited are live."""
    credits = {one.credits_id: one for one in chain if one.credits_id is not None}
    for one in chain:
        live = one.kind is StatementKind.STATEMENT and one.status is not StatementStatus.CREDITED
        if any(line.live is not live for line in lines[one.id]):
            yield Drift(
                one.number,
                "its lines are live, but it is credited" if not live else "it has lines that are not live",
            )
        credit = credits.get(one.id)
        if (credit is not None) != (one.status is StatementStatus.CREDITED):
            yield Drift(one.number, "its status and the credits do not agree")
        elif credit is not None:
            both = total(amounts_of(line) for line in (*lines[one.id], *lines[credit.id]))
            if any(both):
                yield Drift(credit.number, f"it is not the opposite of {one.number}")


def _recomputed(
    session: Session, operator: Operator, chain: Sequence[Statement], lines: Lines, book: TermsBook
) -> Iterator[Drift]:
    """Live lines of a session hold exactly what the session is worth by its terms."""
    live: dict[int, list[tuple[str, StatementLine]]] = defaultdict(list)
    for one in chain:
        for line in lines[one.id]:
            if line.live:
                live[line.session_id].append((one.number, line))
    for ids in chunks(sorted(live)):
        found = {one.id: one for one in _sessions(session, operator, ids)}
        for session_id in ids:
            yield from _compared(session_id, live[session_id], found.get(session_id), book)


def _compared(
    session_id: int,
    held: Sequence[tuple[str, StatementLine]],
    now: CountedSession | None,
    book: TermsBook,
) -> Iterator[Drift]:
    number, last = held[-1]
    if now is None:
        yield Drift(number, f"session {session_id} is doubtful since, or gone", pending=True)
        return
    sum_ = total(amounts_of(line) for _, line in held)
    agreed = book.at(now.started_at)
    difference = worth(now, agreed).less(sum_)
    if any(difference):
        shown = ", ".join(f"{name} {value:+}" for name, value in difference._asdict().items() if value)
        yield Drift(
            number, f"session {session_id} differs: {shown}", pending=now.version > last.session_version
        )
    elif (agreed.terms_id if agreed else None) != last.terms_id:
        yield Drift(number, f"session {session_id} is under other terms now")


def _sessions(session: Session, operator: Operator, ids: Iterable[int]) -> Iterator[CountedSession]:
    stmt = counted.counted_sessions(everybody(operator), ChargingSession.id.in_(list(ids)))
    return (CountedSession(*row) for row in session.execute(stmt))
