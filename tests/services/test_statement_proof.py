"""What was issued stays: the database refuses to change it, and the proof finds what was changed behind its back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.models import ChargingSession, Operator, Statement, StatementLine, StatementPayment, Terms
from portal.services.statement_proof import verify
from portal.services.statements import issue_statements
from tests.support.charging import make_charging, make_terms
from tests.support.factories import TESTER, make_area, make_operator, make_station

AT = datetime(2026, 12, 5, 12, tzinfo=UTC)


@pytest.fixture
def operator(session: Session) -> Operator:
    """Two statements of one session each."""
    made = make_operator(session)
    make_terms(session, made)
    station = make_station(session, make_area(session, made))
    for month in (9, 10):
        make_charging(session, station, made, datetime(2026, month, 2, tzinfo=UTC))
        issue_statements(session, made, date(2026, month, 1), actor=TESTER, at=AT)
    session.commit()
    return made


@contextmanager
def behind_its_back(session: Session, table: str) -> Iterator[None]:
    """As whoever owns the database can: without the trigger that guards the table."""
    if session.get_bind().dialect.name == "sqlite":
        trigger = f"SELECT sql FROM sqlite_master WHERE name = '{table}_no_update'"
        made = session.scalar(text(trigger)) or ""
        session.execute(text(f"DROP TRIGGER {table}_no_update"))
        yield
        session.execute(text(made))
    else:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_update"))
        yield
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {table}_no_update"))
    session.expire_all()


def found(session: Session, operator: Operator) -> list[tuple[str, str]]:
    session.expire_all()
    return [(drift.number[-11:], drift.what) for drift in verify(session, operator) if not drift.pending]


@pytest.mark.parametrize(
    "change",
    [
        update(Statement).values(due_minor=1, kept_minor=Statement.net_minor - 1),
        update(Statement).values(content={}),
        update(StatementLine).values(energy_wh=1),
        update(Terms).values(share_percent=50),
        delete(StatementLine),
        delete(Statement),
    ],
)
def test_the_database_refuses(session: Session, operator: Operator, change: object) -> None:
    with pytest.raises(DBAPIError, match=r"frozen|FOREIGN KEY|foreign key"):
        session.execute(change)  # type: ignore[call-overload]
    session.rollback()
    assert found(session, operator) == []


def test_terms_that_nothing_used_may_change(session: Session, operator: Operator) -> None:
    future = make_terms(session, operator, date(2027, 1, 1))
    session.execute(update(Terms).where(Terms.id == future.id).values(share_percent=50))
    session.execute(delete(Terms).where(Terms.id == future.id))


def test_a_line_changed_behind_its_back(session: Session, operator: Operator) -> None:
    with behind_its_back(session, "statement_line"):
        session.execute(
            update(StatementLine)
            .where(StatementLine.id == 1)
            .values(share_minor=StatementLine.share_minor + 1)
        )
    drifts = found(session, operator)
    assert {number for number, _ in drifts} == {"2026-09-001"}
    assert any("(hash)" in what for _, what in drifts)
    assert any("share_minor" in what for _, what in drifts)


def test_a_total_and_its_hash_changed_behind_its_back(session: Session, operator: Operator) -> None:
    """Whoever computes the first hash anew has still broken the chain at the second."""
    with behind_its_back(session, "statement"):
        session.execute(update(Statement).where(Statement.id == 1).values(hash="0" * 64))
    assert [number for number, what in found(session, operator) if "(hash)" in what] == [
        "2026-09-001",
        "2026-10-001",
    ]


def test_a_session_changed_behind_the_portal(session: Session, operator: Operator) -> None:
    session.connection().execute(
        text("UPDATE charging_session SET energy_wh = energy_wh + 1000 WHERE id = 1")
    )
    ((number, what),) = found(session, operator)
    assert number == "2026-09-001"
    assert "session 1 differs: energy_wh +1000, reimbursement_minor +10, share_minor -2" in what


def test_a_session_changed_by_the_portal_is_pending(session: Session, operator: Operator) -> None:
    charging = session.get_one(ChargingSession, 1)
    charging.energy_wh = 11_000
    session.flush()
    assert found(session, operator) == []
    assert [drift.pending for drift in verify(session, operator)] == [True]


def test_terms_changed_behind_its_back(session: Session, operator: Operator) -> None:
    with behind_its_back(session, "terms"):
        session.execute(text("UPDATE terms SET share_percent = 300000"))
    assert {number for number, _ in found(session, operator)} == {"2026-09-001", "2026-10-001"}


def test_a_status_without_its_payment(session: Session, operator: Operator) -> None:
    session.execute(text("UPDATE statement SET status = 'paid' WHERE id = 2"))
    ((number, what),) = found(session, operator)
    assert (number, what) == ("2026-10-001", "its status is paid, but 0 of 164 are paid")


def test_payments_stay(session: Session, operator: Operator) -> None:
    session.add(
        StatementPayment(
            statement_id=1, paid_on=date(2026, 10, 1), amount_minor=5, created_at=AT, created_by="me"
        )
    )
    session.flush()
    for change in (update(StatementPayment).values(amount_minor=6), delete(StatementPayment)):
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.execute(change)
