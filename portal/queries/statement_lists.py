"""What lists of statements and of their lines read beside the rows themselves."""

from datetime import date

from sqlalchemy import ColumnElement, Integer, Select, case, func, literal, select
from sqlalchemy.orm import joinedload

from portal.domain.access import statement_read_by
from portal.domain.viewer import Viewer
from portal.models import Operator, Statement, StatementLine, StatementPayment, StatementRun, StatementStatus

from .paging import AnySelect
from .statements import OWED, PAID, operators_to_settle, runs, statements

OPEN: ColumnElement[int] = case(
    (Statement.status == StatementStatus.ISSUED, OWED - PAID), else_=literal(0, Integer)
)
"""What is still to be paid; below zero where money has to come back."""


def statements_with_payments(viewer: Viewer) -> AnySelect:
    """(Statement, paid, open) of those that the viewer may read, with their operator and what they credit."""
    return statements(viewer).add_columns(PAID.label("paid"), OPEN.label("open"))


def one_with_payments(viewer: Viewer, number: str) -> AnySelect:
    return statements_with_payments(viewer).where(Statement.number == number.upper())


def one_to_change(viewer: Viewer, number: str) -> Select[Statement]:
    """The statement with its operator, locked until the transaction ends."""
    return statements(viewer).where(Statement.number == number.upper()).with_for_update(of=Statement)


def months(viewer: Viewer) -> Select[date]:
    """The months that have statements, the latest first."""
    return (
        select(Statement.month).where(statement_read_by(viewer)).distinct().order_by(Statement.month.desc())
    )


def of_operator(stmt: AnySelect, code: str) -> AnySelect:
    return stmt.where(Operator.code == code.upper())


def in_state(stmt: AnySelect, state: str) -> AnySelect:
    """`open`: something is to be paid; `part`: some of it was; else a status."""
    if state == "open":
        return stmt.where(OPEN != 0)
    if state == "part":
        return stmt.where(OPEN != 0, PAID != 0)
    return stmt.where(Statement.status == StatementStatus(state))


def lines(statement_id: int) -> Select[StatementLine]:
    """Its lines, each with the line that it refers to and that one's statement; in no order."""
    refers = joinedload(StatementLine.refers_to).joinedload(StatementLine.statement)
    return select(StatementLine).where(StatementLine.statement_id == statement_id).options(refers)


def plain_lines(statement_id: int) -> Select[StatementLine]:
    """Its lines alone, in their order."""
    mine = StatementLine.statement_id == statement_id
    return select(StatementLine).where(mine).order_by(StatementLine.position)


def referred(line_ids: list[int]) -> AnySelect:
    """(id, position, number of its statement) of lines."""
    return (
        select(StatementLine.id, StatementLine.position, Statement.number)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .where(StatementLine.id.in_(line_ids))
    )


def payments(statement_id: int) -> Select[StatementPayment]:
    """The latest first."""
    mine = StatementPayment.statement_id == statement_id
    newest = (StatementPayment.paid_on.desc(), StatementPayment.id.desc())
    return select(StatementPayment).where(mine).order_by(*newest)


def one_run(viewer: Viewer, run_id: int) -> Select[StatementRun]:
    return runs(viewer).where(StatementRun.id == run_id)


def searched() -> ColumnElement[str]:
    """What the search of a list looks into: the number, and whatever finds the operator."""
    return func.lower(Statement.number) + " " + Operator.search


def how_many_to_settle(month: date) -> Select[int]:
    """How many operators a run of the month would go through."""
    stmt: Select[int] = operators_to_settle(month).order_by(None).with_only_columns(func.count())
    return stmt
