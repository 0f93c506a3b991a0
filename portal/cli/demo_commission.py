"""What the demo's operators get: terms, and the statement of last month for one of them, the first half of it paid."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from sqlalchemy.orm import Session

from portal.domain.days import next_month
from portal.domain.operator_values import Raw, check_terms
from portal.domain.viewer import Actor
from portal.models import Operator, Statement
from portal.services.statement_payments import pay_statement
from portal.services.statements import issue_statements
from portal.services.terms import set_terms

from .demo_network import ALPINA, HARBOR

TERMS: dict[str, Raw] = {
    ALPINA: {
        "price_per_kwh_ac": "0.08",
        "price_per_kwh_dc": "0.12",
        "share_percent": "20",
        "reimbursement_first": "y",
    },
    HARBOR: {"price_per_kwh_ac": "0.10", "price_per_kwh_dc": "0.10", "price_per_session": "0.25"},
    "EVEREST-LODGE": {"share_percent": "35"},
}


def make_terms(session: Session, owners: dict[str | None, Operator], actor: Actor, at: datetime) -> None:
    """In force from the month of `at` on."""
    for code, raw in TERMS.items():
        month = at.astimezone(ZoneInfo(owners[code].timezone)).date().replace(day=1)
        values = check_terms({**raw, "effective_from": month.isoformat()}).accepted()
        set_terms(session, owners[code], values, actor=actor, at=at)


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
