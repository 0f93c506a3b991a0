"""Statements: a month's commission issued once, paid in parts, taken back only by a credit.

All of an operator's statements form a chain by their hashes, so the operator's row is locked while one is added.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.domain.statement_content import statement_content
from portal.domain.statement_hash import LINE, statement_hash, statement_number
from portal.domain.statement_lines import Amounts, Line, amounts_of, total
from portal.domain.text import N_
from portal.domain.values import required_text
from portal.domain.viewer import Actor
from portal.models import (
    Operator,
    SiteSettings,
    Statement,
    StatementKind,
    StatementLine,
    StatementLineKind,
    StatementStatus,
)
from portal.queries import statements as query

from .audit import record
from .statement_drafts import MonthDraft, month_draft

NOT_OVER = N_("%(month)s is not over yet at the operator.")
SKIPPED = N_("%(month)s has %(count)s sessions and no statement. Issue that month first.")
ISSUED = N_("The statement %(number)s of this month is issued already.")
CREDITED = N_("The statement %(number)s is credited already.")
NO_CREDIT_OF_CREDIT = N_("%(number)s is a credit itself. Issue the month anew instead.")
CORRECTED_LATER = N_("Later statements correct this one. Credit these first: %(numbers)s.")


def issue_statements(
    session: Session, operator: Operator, month: date, *, actor: Actor, at: datetime
) -> list[Statement]:
    """Issue the month's statements of an operator, one a currency; none when nothing is left to settle.

    Raises Invalid (the month is not over), Conflict (issued already, or an earlier month comes first).
    """
    _lock(session, operator)
    found = month_draft(session, operator, month)
    if found.bounds[1] > at:
        raise Invalid("month", NOT_OVER, month=f"{month:%Y-%m}")
    if found.lines.skipped:
        first = min(found.lines.skipped)
        raise Conflict(SKIPPED, month=f"{first:%Y-%m}", count=found.lines.skipped[first])
    new = {currency: lines for currency, lines in found.lines.lines.items() if currency not in found.issued}
    if found.issued and not new:
        raise Conflict(ISSUED, number=", ".join(found.issued.values()))
    return [
        _issue(session, operator, found, currency, lines, actor, at)
        for currency, lines in sorted(new.items())
    ]


def credit_statement(
    session: Session, statement: Statement, reason: str, *, actor: Actor, at: datetime
) -> Statement:
    """Take a statement (loaded with its operator) back by one with the same lines below zero; both then stand.

    Its sessions are free to be settled anew. Raises Invalid (reason), Conflict (a credit, credited, corrected later).
    """
    _lock(session, statement.operator)
    session.refresh(statement, ["status"], with_for_update=True)
    reason = required_text("reason", reason, 500)
    if statement.kind is StatementKind.CREDIT:
        raise Conflict(NO_CREDIT_OF_CREDIT, number=statement.number)
    if statement.status is StatementStatus.CREDITED:
        raise Conflict(CREDITED, number=statement.number)
    later = session.scalars(query.later_corrections(statement.id)).all()
    if later:
        raise Conflict(CORRECTED_LATER, numbers=", ".join(later))
    lines = [_negative(line) for line in session.scalars(query.lines_of(statement.id))]
    content = {**statement.content, "reason": reason, "credits": statement.number}
    paid = session.scalar(select(query.PAID).where(Statement.id == statement.id)) or 0
    made = Statement(
        **_head(session, statement.operator, statement.month, statement.currency, content, actor, at),
        kind=StatementKind.CREDIT,
        status=StatementStatus.ISSUED if paid else StatementStatus.PAID,
        credits_id=statement.id,
    )
    _write(session, made, lines)
    mine = StatementLine.statement_id == statement.id
    session.execute(update(StatementLine).where(mine).values(live=False))
    statement.status = StatementStatus.CREDITED
    record(
        session, actor, "statement.credit", statement, at=at, **_about(statement), after={"by": made.number}
    )
    return made


def _issue(
    session: Session,
    operator: Operator,
    found: MonthDraft,
    currency: str,
    drafted: Sequence[Line],
    actor: Actor,
    at: datetime,
) -> Statement:
    site = session.scalars(select(SiteSettings)).one()
    content = statement_content(site, operator, found.bounds, drafted, found.left_out)
    made = Statement(
        **_head(session, operator, found.month, currency, content, actor, at), kind=StatementKind.STATEMENT
    )
    _write(session, made, [_stored(line) for line in drafted])
    after = {"month": f"{made.month:%Y-%m}", "currency": currency, "due_minor": made.due_minor}
    record(session, actor, "statement.issue", made, at=at, **_about(made), after=after)
    return made


def _head(
    session: Session,
    operator: Operator,
    month: date,
    currency: str,
    content: dict[str, Any],
    actor: Actor,
    at: datetime,
) -> dict[str, Any]:
    sequence = (session.scalar(query.last_sequence(operator.id, month)) or 0) + 1
    return {
        **{"number": statement_number(operator.code, month, sequence), "sequence": sequence},
        **{"operator_id": operator.id, "month": month, "currency": currency, "content": content},
        **{"issued_at": at, "issued_by": actor.label[:254]},
    }


def _write(session: Session, made: Statement, lines: list[StatementLine]) -> None:
    """Number the lines, add them up, tie the statement to the one before, store all of it."""
    for position, line in enumerate(lines, start=1):
        line.position = position
    for name, value in total(amounts_of(line) for line in lines)._asdict().items():
        if name != "seconds":
            setattr(made, name, value)
    made.sessions = len({line.session_id for line in lines})
    made.due_minor = made.reimbursement_minor + made.share_minor
    made.kept_minor = made.net_minor - made.due_minor
    if made.status is None:
        made.status = StatementStatus.ISSUED if made.due_minor else StatementStatus.PAID
    previous = session.scalar(query.last_statement(made.operator_id))
    made.previous_id = previous.id if previous else None
    made.hash = statement_hash(made, lines, previous.hash if previous else None)
    session.add(made)
    session.flush()
    for line in lines:
        line.statement_id = made.id
    session.add_all(lines)
    session.flush()


def _stored(line: Line) -> StatementLine:
    counted = line.session
    return StatementLine(
        kind=line.kind,
        live=True,
        session_id=counted.id,
        session_version=counted.version,
        refers_to_id=line.refers_to_id,
        terms_id=line.agreed.terms_id if line.agreed else None,
        started_at=counted.started_at,
        ended_at=counted.ended_at,
        station_code=counted.station_code,
        charger_uid=counted.charger_uid,
        connector_number=counted.connector_number,
        dc=counted.dc,
        restated=line.restated,
        **line.amounts._asdict(),
    )


def _negative(line: StatementLine) -> StatementLine:
    kept = {name: getattr(line, name) for name in LINE if name not in Amounts._fields}
    below = {name: -value for name, value in amounts_of(line)._asdict().items()}
    kept |= {"kind": StatementLineKind.CREDIT, "refers_to_id": line.id, "restated": None}
    return StatementLine(**kept, **below, live=False)


def _lock(session: Session, operator: Operator) -> None:
    session.execute(select(Operator.id).where(Operator.id == operator.id).with_for_update())


def _about(statement: Statement) -> dict[str, Any]:
    return {"operator_id": statement.operator_id, "name": statement.number, "before": {}}
