"""A statement of the demo network, the first half of it paid."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from sqlalchemy.orm import Session

from portal.domain.days import next_month
from portal.domain.viewer import Actor
from portal.models import Operator, Statement
from portal.services.statement_payments import pay_statement
from portal.services.statements import issue_statements


def make_statement(session: Session, operator: Operator, actor: Actor, at: datetime) -> list[Statement]:
    """That of last month, at the operator; issued early this month, half of it paid since."""
    today = at.astimezone(ZoneInfo(operator.timezone)).date()
    made = issue_statements(session, operator, next_month(today, -1), actor=actor, at=at)
    for statement in made:
        statement.operator = operator
        digits = get_currency_precision(statement.currency)
        half = Decimal(statement.due_minor // 2).scaleb(-digits)
        if half:
            pay_statement(
                session, statement, half, today - timedelta(days=1), "first half", actor=actor, at=at
            )
    return made
