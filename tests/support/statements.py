"""An operator with terms, sessions and issued statements, for tests of what shows them."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.models import ChargingSession, Operator, Statement
from portal.services.statement_payments import pay_statement
from portal.services.statements import issue_statements
from tests.support.charging import make_charging, make_terms
from tests.support.factories import TESTER, make_area, make_operator, make_station

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
LATER = datetime(2026, 11, 5, 9, tzinfo=UTC)


class Books:
    """One operator's sessions and statements; nothing is committed by itself."""

    def __init__(self, session: Session, code: str = "ALPINA", **over: Any) -> None:
        self.session = session
        self.operator: Operator = make_operator(session, code=code, **({"name": "Hotel Alpina"} | over))
        self.station = make_station(session, make_area(session, self.operator), code=f"{code}-ST")
        self.terms = make_terms(session, self.operator)

    def charge(self, month: int, day: int, **over: Any) -> ChargingSession:
        return make_charging(
            self.session, self.station, self.operator, datetime(2026, month, day, 12, tzinfo=UTC), **over
        )

    def issue(self, month: date = SEPTEMBER) -> Statement:
        made = issue_statements(self.session, self.operator, month, actor=TESTER, at=LATER)[0]
        made.operator = self.operator
        return made

    def pay(self, statement: Statement, amount: Any, day: date = date(2026, 11, 4)) -> None:
        pay_statement(self.session, statement, amount, day, "by bank", actor=TESTER, at=LATER)


def issued(session: Session, code: str = "ALPINA", **over: Any) -> Statement:
    """September with one session, 1.64 due, committed."""
    books = Books(session, code, **over)
    books.charge(9, 2)
    made = books.issue()
    session.commit()
    return made
