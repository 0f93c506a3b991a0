"""A month for all operators: one after the other, also when it is killed in the middle."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.models import Operator, RunStatus, Statement, StatementRun
from portal.services.statement_runs import next_step, start_run
from tests.support.charging import make_charging, make_terms
from tests.support.factories import TESTER, make_area, make_operator, make_station

AT = datetime(2026, 10, 5, 12, tzinfo=UTC)
MONTH = date(2026, 9, 1)


@pytest.fixture
def operators(session: Session) -> list[Operator]:
    """Three with a session each, and one without terms."""
    made = [make_operator(session, code=code) for code in ("C-LAST", "A-FIRST", "B-MIDDLE", "NO-TERMS")]
    for operator in made:
        station = make_station(session, make_area(session, operator))
        make_charging(session, station, operator, datetime(2026, 9, 2, tzinfo=UTC))
        if operator.code != "NO-TERMS":
            make_terms(session, operator)
    session.commit()
    return made


def numbers(session: Session) -> list[str]:
    return list(session.scalars(select(Statement.number).order_by(Statement.id)))


def step(session: Session) -> str | None:
    """One transaction; whose turn it was."""
    done = next_step(session, at=AT)
    session.commit()
    return done.operator.code if done and done.operator else None


def test_one_operator_a_step_in_the_order_of_codes(session: Session, operators: list[Operator]) -> None:
    run = start_run(session, MONTH, actor=TESTER, at=AT)
    session.commit()
    assert (run.operators, run.status) == (3, RunStatus.WAITING)
    assert [step(session) for _ in range(4)] == ["A-FIRST", "B-MIDDLE", "C-LAST", None]
    assert (run.status, run.done, run.issued, run.finished_at) == (RunStatus.DONE, 3, 3, AT)
    assert numbers(session) == [f"{code}-2026-09-001" for code in ("A-FIRST", "B-MIDDLE", "C-LAST")]
    assert next_step(session, at=AT) is None


def test_killed_in_the_middle_it_goes_on_without_doubling(
    session: Session, operators: list[Operator]
) -> None:
    start_run(session, MONTH, actor=TESTER, at=AT)
    session.commit()
    step(session)
    next_step(session, at=AT)
    session.rollback()
    assert numbers(session) == ["A-FIRST-2026-09-001"]
    while step(session):
        pass
    assert len(numbers(session)) == len(set(numbers(session))) == 3


def test_a_refused_operator_is_named_and_the_others_go_on(
    session: Session, operators: list[Operator]
) -> None:
    start_run(session, MONTH, actor=TESTER, at=AT)
    while step(session):
        pass
    run = start_run(session, MONTH, actor=TESTER, at=AT)
    while step(session):
        pass
    assert [problem["operator"] for problem in run.problems] == ["A-FIRST", "B-MIDDLE", "C-LAST"]
    assert "A-FIRST-2026-09-001" in run.problems[0]["params"]["number"]
    assert session.scalar(select(func.count()).select_from(Statement)) == 3


def test_one_run_a_month_at_once_and_none_of_a_running_month(session: Session) -> None:
    start_run(session, MONTH, actor=TESTER, at=AT)
    with pytest.raises(Conflict, match="2026-09"):
        start_run(session, MONTH, actor=TESTER, at=AT)
    with pytest.raises(Invalid, match="2026-10 is not over"):
        start_run(session, date(2026, 10, 1), actor=TESTER, at=AT)
    assert session.scalar(select(func.count()).select_from(StatementRun)) == 1
