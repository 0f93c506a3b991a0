"""A run of many sessions over a bad line, the server killed in the middle, and what came of it."""

import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from random import Random

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portal import create_app
from portal.cli.jobs import close_idle_sessions, work
from portal.domain.clock import now
from portal.extensions import db
from portal.models import AuditEvent, ChargingSession, SessionDoubt, SessionSample, SessionStatus
from tests.support.faulty import Line
from tests.support.meters import Meter, meters
from tests.support.migrated import make_config
from tests.support.portal_server import PortalServer

THREADS = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run took and what happened in it."""

    sessions: int
    energy_wh: int
    seconds: float
    counted: Counter[str]
    idle: int
    audit: Counter[str]


def fault_run(database_url: str, engine: Engine, *, sessions: int, seed: int, kills: int = 1) -> Outcome:
    """Play it all; raises AssertionError with the seed where anything differs from what the meters know."""
    server = PortalServer(database_url)
    server.start()
    with Session(engine, expire_on_commit=False) as session:
        truth = meters(session, sessions, Random(seed), now())  # noqa: S311 - made-up sessions
    over = threading.Event()
    jobs = threading.Thread(target=_jobs, args=(database_url, over))
    try:
        server.wait()
        jobs.start()
        began = time.monotonic()
        line = Line(server.port, seed, patience_s=120 + sessions)
        threads = line.send_all(truth, THREADS)
        _kill_in_between(server, line, sum(1 + len(meter.rest) for meter in truth), kills)
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
    finally:
        over.set()
        server.kill()
        if jobs.ident is not None:
            jobs.join()
    assert line.failures == [], f"seed {seed}: {line.failures} {line.counted}"
    with Session(engine) as session:
        wrong = [*differences(session, truth), *doubled(session, truth)]
        assert not wrong, f"seed {seed}: {len(wrong)} differences: {wrong[:5]}"
        total = session.scalar(select(func.sum(ChargingSession.energy_wh)))
        assert total == sum(meter.energy_wh for meter in truth), f"seed {seed}: the sum"
        audit = Counter(session.scalars(select(AuditEvent.action)))
    idle = sum(meter.status is SessionStatus.CLOSED_IDLE for meter in truth)
    return Outcome(sessions, int(total), seconds, line.counted, idle, audit)


def differences(session: Session, truth: list[Meter]) -> list[str]:
    """Sessions that are not as their meters know them."""
    rows = {row.external_id: row for row in session.scalars(select(ChargingSession))}
    count = select(SessionSample.session_id, func.count()).group_by(SessionSample.session_id)
    samples = dict(session.execute(count).all())
    doubts = session.execute(select(SessionDoubt.session_id, SessionDoubt.doubt)).all()
    wrong = [f"doubts {doubts[:3]}"] if doubts else []
    if len(rows) != len(truth) or len(rows) != session.scalar(select(func.count(ChargingSession.id))):
        wrong.append(f"{len(rows)} sessions of {len(truth)}")
    for meter in truth:
        row = rows[meter.name]
        expected = (meter.status, meter.energy_wh, meter.ended_at, meter.end_reason, meter.instants)
        found = (row.status, row.energy_wh, row.ended_at, row.end_reason, samples.get(row.id))
        if found != expected:
            wrong.append(f"{meter.name}: {found} instead of {expected}")
    return wrong


def doubled(session: Session, truth: list[Meter]) -> list[str]:
    """Sessions whose trail tells anything twice: one beginning; each later event goes on where the one before it ended."""
    trail: dict[str, list[AuditEvent]] = defaultdict(list)
    for event in session.scalars(select(AuditEvent).order_by(AuditEvent.id)):
        trail[event.subject].append(event)
    wrong = []
    for meter in truth:
        opened, *later = trail.pop(meter.name, [None])
        if opened is None or opened.action != "session.open":
            wrong.append(f"{meter.name}: no beginning")
        states = [event.before for event in later[1:]]
        if states != [event.after for event in later[:-1]] or any(e.before == e.after for e in later):
            wrong.append(f"{meter.name}: {[(e.action, e.before, e.after) for e in later]}")
        if later and (not meter.idles or later[-1].after["energy_wh"] != meter.energy_wh):
            wrong.append(f"{meter.name}: {later[-1].action} {later[-1].after}")
        if meter.status is SessionStatus.CLOSED_IDLE and not later:
            wrong.append(f"{meter.name}: closed as idle without a word")
    return [*wrong, *(f"{name}: not a session of ours" for name in trail)]


def _kill_in_between(server: PortalServer, line: Line, reports: int, kills: int) -> None:
    """Kill and restart it `kills` times, spread over the run."""
    for number in range(1, kills + 1):
        while line.acknowledged < reports * number // (kills + 1) and not line.failures:
            time.sleep(0.02)
        server.kill()
        server.start()
        server.wait()


def _jobs(database_url: str, over: threading.Event) -> None:
    """What `portal jobs` does, all the time, and once more at the end."""
    app = create_app(make_config(database_url))
    work(app, lambda _seconds: over.wait(0.5))
    with app.app_context():
        close_idle_sessions()
        db.engine.dispose()
