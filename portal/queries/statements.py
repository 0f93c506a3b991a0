"""Reads of statements: lists, one of them, what live ones hold of which sessions, the runs that issue them."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, and_, case, cast, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.domain.access import statement_read_by, statement_runs_read_by
from portal.domain.statement_lines import Amounts
from portal.domain.viewer import Viewer
from portal.models import (
    ChargingSession,
    Operator,
    RunStatus,
    Statement,
    StatementKind,
    StatementLine,
    StatementPayment,
    StatementRun,
    StatementStatus,
    Terms,
)

from .paging import AnySelect


def _paid_for(statement_id: Any) -> ScalarSelect[int]:
    """PostgreSQL adds whole numbers up to a decimal; it is a whole number again here."""
    paid = cast(func.coalesce(func.sum(StatementPayment.amount_minor), 0), BigInteger)
    mine = StatementPayment.statement_id == statement_id
    return select(paid).where(mine).correlate(Statement).scalar_subquery()


PAID = _paid_for(Statement.id)
_PAID_BEFORE = _paid_for(Statement.credits_id)
OWED = case((Statement.credits_id.is_not(None), -_PAID_BEFORE), else_=Statement.due_minor)
"""What is to be paid for it in all: of a credit, only what had been paid has to come back."""
LIVE = and_(Statement.kind == StatementKind.STATEMENT, Statement.status != StatementStatus.CREDITED)


def statements(viewer: Viewer) -> Select[Statement]:
    """The statements that the viewer may read, with their operator and, of a credit, what it credits."""
    return (
        select(Statement)
        .join(Statement.operator)
        .where(statement_read_by(viewer))
        .options(contains_eager(Statement.operator), joinedload(Statement.credits))
    )


def one_statement(viewer: Viewer, number: str) -> Select[Statement]:
    return statements(viewer).where(Statement.number == number.upper())


def lines_of(statement_id: int) -> Select[StatementLine]:
    """In the order of their positions, each with the line that it refers to and that one's statement."""
    refers = joinedload(StatementLine.refers_to).joinedload(StatementLine.statement)
    mine = StatementLine.statement_id == statement_id
    return select(StatementLine).where(mine).order_by(StatementLine.position).options(refers)


def payments_of(statement_id: int) -> Select[StatementPayment]:
    mine = StatementPayment.statement_id == statement_id
    return select(StatementPayment).where(mine).order_by(StatementPayment.paid_on, StatementPayment.id)


def credit_of(statement_id: int) -> Select[Statement]:
    """The statement that took it back."""
    return select(Statement).where(Statement.credits_id == statement_id)


def last_statement(operator_id: int) -> Select[Statement]:
    """The end of the operator's chain."""
    mine = Statement.operator_id == operator_id
    return select(Statement).where(mine).order_by(Statement.id.desc()).limit(1)


def chain_of(operator_id: int) -> Select[Statement]:
    """All statements of an operator in the order in which they were issued."""
    return select(Statement).where(Statement.operator_id == operator_id).order_by(Statement.id)


def last_sequence(operator_id: int, month: date) -> Select[int]:
    mine = (Statement.operator_id == operator_id, Statement.month == month)
    return select(func.coalesce(func.max(Statement.sequence), 0)).where(*mine)


def months_with_statements(operator_id: int) -> AnySelect:
    """(month, currency, number) of the live ones."""
    named = (Statement.month, Statement.currency, Statement.number)
    return select(*named).where(LIVE, Statement.operator_id == operator_id)


def first_month(operator_id: int) -> Select[date]:
    """The month of the operator's first statement, credited or not: what ended before it is nobody's business."""
    return select(func.min(Statement.month)).where(Statement.operator_id == operator_id)


def settled_sessions(operator_id: int) -> AnySelect:
    """(session_id, first line, latest version read, sums of Amounts) of what live statements hold."""
    first = func.min(StatementLine.id).label("line_id")
    version = func.max(StatementLine.session_version).label("version")
    amounts = (func.sum(getattr(StatementLine, name)).label(name) for name in Amounts._fields)
    return (
        select(StatementLine.session_id, first, version, *amounts)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .where(Statement.operator_id == operator_id, StatementLine.live)
        .group_by(StatementLine.session_id)
    )


def changed_since_settled(operator_id: int) -> AnySelect:
    """The same of sessions that changed after a live statement read them."""
    held = settled_sessions(operator_id).subquery()
    return (
        select(held)
        .join(ChargingSession, ChargingSession.id == held.c.session_id)
        .where(ChargingSession.version != held.c.version)
    )


def changed_ids(operator_id: int) -> Select[int]:
    return select(changed_since_settled(operator_id).subquery().c.session_id)


def unsettled_session() -> ColumnElement[bool]:
    """On no live statement."""
    live = (StatementLine.session_id == ChargingSession.id, StatementLine.live)
    return ~exists().where(*live).correlate_except(StatementLine)


def later_corrections(statement_id: int) -> Select[str]:
    """Numbers of the live statements whose corrections refer to lines of this one."""
    mine = select(StatementLine.id).where(StatementLine.statement_id == statement_id)
    return (
        select(Statement.number)
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .where(StatementLine.live, StatementLine.refers_to_id.in_(mine))
        .distinct()
        .order_by(Statement.number)
    )


def operators_to_settle(month: date) -> AnySelect:
    """Operators whose terms had begun by the month, in the order of their codes."""
    agreed = exists().where(Terms.operator_id == Operator.id, Terms.effective_from <= month)
    return select(Operator).where(agreed.correlate_except(Terms)).order_by(Operator.code)


def runs_waiting() -> Select[bool]:
    """Whether any run is not done; it takes no lock."""
    return select(exists().where(StatementRun.status != RunStatus.DONE))


def open_runs() -> Select[StatementRun]:
    """Runs that are not done, the oldest first, but for those that somebody else is at."""
    unfinished = StatementRun.status != RunStatus.DONE
    return select(StatementRun).where(unfinished).order_by(StatementRun.id).with_for_update(skip_locked=True)


def runs(viewer: Viewer) -> Select[StatementRun]:
    """The latest first; they are the CPO's alone."""
    return select(StatementRun).where(statement_runs_read_by(viewer)).order_by(StatementRun.id.desc())
