"""`portal jobs` as processes: killed in the middle, two at once over many due sessions, the end of a downtime."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from portal.cli.jobs import AT_ONCE
from portal.domain.clock import now
from portal.models import AuditEvent, ChargingSession, SessionSample, SessionStatus
from tests.support.chromium import ROOT
from tests.support.factories import make_area, make_operator, make_station

DUE = 2 * AT_ONCE + 7
ACTIVE, QUIET = timedelta(minutes=5), timedelta(minutes=9)


def jobs(database_url: str, *options: str) -> "subprocess.Popen[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    settings = {"PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": "a secret for tests only 123"}
    return subprocess.Popen(
        [sys.executable, "-m", "portal", "jobs", *options],
        env=clean | settings | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def make_due(session: Session) -> dict[str, datetime]:
    """Sessions that stopped advancing five minutes after their start, hours ago; their ends by their names."""
    station = make_station(session, make_area(session, make_operator(session)))
    first = now().replace(microsecond=0) - timedelta(days=2)
    starts = {f"S-{n}": first + timedelta(minutes=10 * n) for n in range(DUE)}
    same = {
        **{"area_id": station.area_id, "station_id": station.id, "charger_uid": "1", "connector_number": 1},
        **{
            "start_wh": 500,
            "energy_wh": 1000,
            "currency": "EUR",
            "status": SessionStatus.RUNNING,
            "version": 1,
        },
        **{"settings": {"energy_step_wh": 100, "idle_timeout_min": 30, "monetary_session_limit": None}},
    }
    rows = [
        {
            "external_id": name,
            "started_at": at,
            "created_at": at,
            "check_at": at + ACTIVE + timedelta(minutes=30),
        }
        for name, at in starts.items()
    ]
    session.execute(insert(ChargingSession), [same | row for row in rows])
    numbers = session.execute(select(ChargingSession.id, ChargingSession.external_id)).all()
    samples = [
        {"session_id": number, "at": starts[name] + after, "meter_wh": wh, "closing": False}
        for number, name in numbers
        for after, wh in ((ACTIVE, 1500), (QUIET, 1599))
    ]
    session.execute(insert(SessionSample), samples)
    session.commit()
    session.execute(text("ANALYZE"))
    session.commit()
    return {name: at + ACTIVE for name, at in starts.items()}


def closed(session: Session) -> int:
    session.rollback()
    done = ChargingSession.status == SessionStatus.CLOSED_IDLE
    return session.scalar(select(func.count(ChargingSession.id)).where(done)) or 0


def test_each_session_is_closed_once_whoever_dies(database_url: str, session: Session) -> None:
    ends = make_due(session)
    dying = jobs(database_url)
    until = time.monotonic() + 60
    while not closed(session):
        assert time.monotonic() < until, "nothing is closed"
        assert dying.poll() is None, dying.communicate()
        time.sleep(0.01)
    dying.send_signal(signal.SIGKILL)
    dying.communicate()
    survived = closed(session)
    both = [jobs(database_url, "--once") for _ in range(2)]
    answers = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    counts = [int(said.splitlines()[0].removeprefix("idle sessions: ")) for said, _ in answers]
    assert sum(counts) == DUE - survived, "none twice, none forgotten"
    assert survived < DUE, "it was killed in the middle"
    session.rollback()
    for row in session.scalars(select(ChargingSession)):
        found = (row.status, row.end_reason, row.energy_wh, row.ended_at, row.check_at)
        assert found == (SessionStatus.CLOSED_IDLE, "idle", 1000, ends[row.external_id], None)
    events = Counter(session.execute(select(AuditEvent.action, AuditEvent.subject_id)).all())
    assert set(events.values()) == {1}
    assert len(events) == DUE
