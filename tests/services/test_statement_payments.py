"""Payments in parts, taken back, never beyond what is open."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.models import Operator, Statement, StatementStatus
from portal.services.statement_payments import paid_minor, pay_statement
from portal.services.statement_proof import verify
from portal.services.statements import credit_statement, issue_statements
from tests.support.charging import make_charging, make_terms
from tests.support.factories import TESTER, make_area, make_operator, make_station

AT = datetime(2026, 10, 5, 12, tzinfo=UTC)
PAID_ON = date(2026, 10, 4)


@pytest.fixture
def operator(session: Session) -> Operator:
    return make_operator(session)


@pytest.fixture
def statement(session: Session, operator: Operator) -> Statement:
    """1.00 and 20 % of 3.20: 1.64 are due."""
    make_terms(session, operator)
    station = make_station(session, make_area(session, operator))
    make_charging(session, station, operator, datetime(2026, 9, 2, tzinfo=UTC))
    (made,) = issue_statements(session, operator, date(2026, 9, 1), actor=TESTER, at=AT)
    made.operator = operator
    return made


def pay(session: Session, statement: Statement, amount: str, paid_on: date = PAID_ON) -> None:
    pay_statement(session, statement, Decimal(amount), paid_on, " by bank ", actor=TESTER, at=AT)


def test_paid_in_parts(session: Session, statement: Statement, operator: Operator) -> None:
    pay(session, statement, "1.00")
    assert statement.status is StatementStatus.ISSUED
    pay(session, statement, "0.64")
    assert statement.status is StatementStatus.PAID
    pay(session, statement, "-0.64")
    assert statement.status is StatementStatus.ISSUED
    assert paid_minor(session, statement) == 100
    assert list(verify(session, operator)) == []


@pytest.mark.parametrize("amount", ["1.65", "-0.01", "0", "1.001"])
def test_refused(session: Session, statement: Statement, amount: str) -> None:
    with pytest.raises(Invalid) as refused:
        pay(session, statement, amount)
    assert refused.value.field == "amount"
    assert paid_minor(session, statement) == 0


def test_not_in_the_future_of_the_operator_s_calendar(session: Session, statement: Statement) -> None:
    with pytest.raises(Invalid) as refused:
        pay(session, statement, "1", date(2026, 10, 6))
    assert refused.value.field == "paid_on"


def test_what_is_paid_is_not_paid_again(session: Session, statement: Statement) -> None:
    pay(session, statement, "1.64")
    with pytest.raises(Invalid, match=r"Nothing of .* is open"):
        pay(session, statement, "0.01")


def test_a_credit_of_a_paid_one_waits_for_the_money(session: Session, statement: Statement) -> None:
    pay(session, statement, "1.64")
    credit = credit_statement(session, statement, "Wrong", actor=TESTER, at=AT)
    credit.operator = statement.operator
    assert (credit.status, credit.due_minor) == (StatementStatus.ISSUED, -164)
    with pytest.raises(Invalid):
        pay(session, credit, "-1.65")
    pay(session, credit, "-1.64")
    assert credit.status is StatementStatus.PAID
    with pytest.raises(Conflict):
        pay(session, statement, "1")
