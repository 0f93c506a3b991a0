"""`portal statements`: all operators of a month, killed in the middle, two at once; the proof and its exit status."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.models import Operator, RunStatus, Statement, StatementRun
from portal.services.statement_runs import start_run
from tests.support.charging import make_charging, make_terms
from tests.support.chromium import ROOT
from tests.support.factories import TESTER, make_area, make_operator, make_station

MONTH = date(2026, 9, 1)


@pytest.fixture
def operators(session: Session) -> list[Operator]:
    """Twelve of them, three sessions each."""
    made = []
    for number in range(12):
        operator = make_operator(session, code=f"HOTEL-{number:02}")
        make_terms(session, operator)
        station = make_station(session, make_area(session, operator))
        for day in range(1, 4):
            make_charging(session, station, operator, datetime(2026, 9, day, tzinfo=UTC))
        made.append(operator)
    session.commit()
    return made


def portal(database_url: str, *words: str) -> "subprocess.Popen[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    env = clean | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_SECRET_KEY": "a secret for tests only 123",
    }
    command = [sys.executable, "-m", "portal", *words]
    return subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def done(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def numbers(session: Session) -> list[str]:
    session.rollback()
    return sorted(session.scalars(select(Statement.number)))


def test_killed_in_the_middle_and_started_again(
    database_url: str, session: Session, operators: list[Operator]
) -> None:
    first = portal(database_url, "statements", "issue", "--month", "2026-09")
    assert first.stdout is not None
    for _ in range(3):
        assert "-2026-09-001 EUR 3 sessions" in first.stdout.readline()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert 3 <= len(numbers(session)) < 12
    status, out, err = done(portal(database_url, "statements", "issue", "--month", "2026-09"))
    assert status == 0, err
    assert numbers(session) == [f"HOTEL-{number:02}-2026-09-001" for number in range(12)]
    assert len(out.splitlines()) < 12
    (run,) = session.scalars(select(StatementRun))
    assert (run.status, run.done, run.issued) == (RunStatus.DONE, 12, 12)
    assert done(portal(database_url, "statements", "verify"))[:2] == (0, "operators: 12, drifts: 0\n")


def test_two_workers_share_a_run(database_url: str, session: Session, operators: list[Operator]) -> None:
    start_run(session, MONTH, actor=TESTER, at=datetime(2026, 10, 5, tzinfo=UTC))
    session.commit()
    both = [portal(database_url, "jobs", "--once") for _ in range(2)]
    assert [done(process)[0] for process in both] == [0, 0]
    while session.scalar(select(StatementRun.status)) is not RunStatus.DONE:
        session.rollback()
        assert done(portal(database_url, "jobs", "--once"))[0] == 0
    assert numbers(session) == [f"HOTEL-{number:02}-2026-09-001" for number in range(12)]


def test_a_drift_is_named_and_the_exit_status_says_so(database_url: str, session: Session) -> None:
    operator = make_operator(session, code="ALPINA")
    make_terms(session, operator)
    station = make_station(session, make_area(session, operator))
    charging = make_charging(session, station, operator, datetime(2026, 9, 3, tzinfo=UTC))
    session.commit()
    status, out, _ = done(
        portal(database_url, "statements", "issue", "--month", "2026-09", "--operator", "alpina")
    )
    assert (status, out) == (0, "ALPINA-2026-09-001 EUR 1 sessions, due 164 minor units\n")
    session.execute(text(f"UPDATE charging_session SET net_minor = 999 WHERE id = {charging.id}"))
    session.commit()
    status, out, _ = done(portal(database_url, "statements", "verify", "--operator", "ALPINA"))
    assert status == 1
    assert f"DRIFT ALPINA-2026-09-001: session {charging.id} differs: net_minor +579" in out


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("issue", "--month", "2026"), 2, "expected a month such as 2026-09"),
        (("issue", "--month", "2199-01"), 1, "2199-01 is not over yet."),
        (("issue", "--month", "2026-09", "--operator", "NOBODY"), 1, "There is no operator NOBODY."),
        (("verify", "--operator", "NOBODY"), 1, "There is no operator NOBODY."),
    ],
)
def test_wrong_words(database_url: str, words: tuple[str, ...], status: int, said: str) -> None:
    found, _, err = done(portal(database_url, "statements", *words))
    assert found == status
    assert said in err
    assert "Traceback" not in err
