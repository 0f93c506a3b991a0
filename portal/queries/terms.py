"""Reads of terms: every version of an operator, what used it, and what is settled while it holds."""

from datetime import datetime

from sqlalchemy import Select, select

from portal.models import Operator, Statement, StatementLine, Terms

from .paging import AnySelect

# The number of the first statement with a line that was computed by the version; such terms are frozen.
USED_BY = (
    select(Statement.number)
    .join(StatementLine, StatementLine.statement_id == Statement.id)
    .where(StatementLine.terms_id == Terms.id)
    .order_by(StatementLine.id)
    .limit(1)
    .correlate(Terms)
    .scalar_subquery()
)


def versions(operator: Operator) -> AnySelect:
    """(Terms, number of the statement that used it or None), the first month first."""
    found: AnySelect = select(Terms, USED_BY.label("used_by"))
    return found.where(Terms.operator_id == operator.id).order_by(Terms.effective_from)


def statement_over(operator: Operator, since: datetime, until: datetime | None) -> Select[str]:
    """Numbers of the operator's statements that hold a live line of a session that started then."""
    stmt = (
        select(Statement.number)
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .where(Statement.operator_id == operator.id, StatementLine.live, StatementLine.started_at >= since)
        .order_by(Statement.id)
        .limit(1)
    )
    return stmt if until is None else stmt.where(StatementLine.started_at < until)
