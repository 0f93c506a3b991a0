"""Payments of statements: in parts, with their dates; a wrong one is taken back by its negative."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.domain.text import N_
from portal.domain.values import text_value
from portal.domain.viewer import Actor
from portal.models import Statement, StatementPayment, StatementStatus
from portal.queries.statements import OWED, PAID

from .audit import record

NOTHING_OPEN = N_("Nothing of %(number)s is open.")
FINER = N_("Expected an amount with at most %(digits)s decimals.")
BEYOND = N_("Expected at most %(open)s, which is what is open.")
TOO_FAR_BACK = N_("Expected at most %(paid)s taken back, which is what was paid.")
IN_FUTURE = N_("Expected a day that is not in the future.")


def pay_statement(
    session: Session,
    statement: Statement,
    amount: Decimal,
    paid_on: date,
    note: str | None,
    *,
    actor: Actor,
    at: datetime,
) -> StatementPayment:
    """Record money that went to the operator (for a credit: that came back, so below zero); `statement` has its operator.

    What turns the other way takes an earlier payment back. Raises Invalid (amount, paid_on), Conflict (credited).
    """
    session.refresh(statement, ["status"], with_for_update=True)
    if statement.status is StatementStatus.CREDITED:
        raise Conflict(N_("The statement %(number)s is credited already."), number=statement.number)
    if paid_on > at.astimezone(ZoneInfo(statement.operator.timezone)).date():
        raise Invalid("paid_on", IN_FUTURE)
    minor = _checked(session, statement, amount)
    made = StatementPayment(
        statement_id=statement.id,
        paid_on=paid_on,
        amount_minor=minor,
        note=text_value("note", note, 500),
        created_at=at,
        created_by=actor.label[:254],
    )
    session.add(made)
    session.flush()
    open_minor = owed_minor(session, statement) - paid_minor(session, statement)
    statement.status = StatementStatus.ISSUED if open_minor else StatementStatus.PAID
    after = {
        "paid_on": paid_on.isoformat(),
        "amount_minor": minor,
        "open_minor": open_minor,
        "note": made.note,
    }
    tenant = statement.operator_id
    record(
        session,
        actor,
        "statement.pay",
        statement,
        at=at,
        operator_id=tenant,
        name=statement.number,
        before={},
        after=after,
    )
    return made


def paid_minor(session: Session, statement: Statement) -> int:
    """What was paid so far."""
    return int(session.scalar(select(PAID).where(Statement.id == statement.id)) or 0)


def owed_minor(session: Session, statement: Statement) -> int:
    """What is to be paid in all: of a credit, what had been paid for the statement that it takes back."""
    return int(session.scalar(select(OWED).where(Statement.id == statement.id)) or 0)


def _checked(session: Session, statement: Statement, amount: Decimal) -> int:
    """The amount in minor units: not zero, and never beyond what is open or, backwards, beyond what was paid."""
    digits = get_currency_precision(statement.currency)
    exact = amount.scaleb(digits)
    if exact != exact.to_integral_value():
        raise Invalid("amount", FINER, digits=digits)
    minor, paid = int(exact), paid_minor(session, statement)
    owed = owed_minor(session, statement)
    open_minor, sign = owed - paid, -1 if owed < 0 else 1
    if not minor:
        raise Invalid("amount", N_("Expected an amount other than zero."))
    if minor * sign > 0 and not open_minor:
        raise Invalid("amount", NOTHING_OPEN, number=statement.number)
    if minor * sign > open_minor * sign:
        raise Invalid("amount", BEYOND, open=Decimal(open_minor).scaleb(-digits))
    if minor * sign < -paid * sign:
        raise Invalid("amount", TOO_FAR_BACK, paid=Decimal(paid).scaleb(-digits))
    return minor
