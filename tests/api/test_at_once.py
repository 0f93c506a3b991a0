"""The same session reported by several connections at the same moment, over real HTTP."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.cli.jobs import close_idle_sessions
from portal.models import AuditEvent, ChargingSession, SessionDoubt, SessionSample, SessionStatus
from portal.simulation.reporting import Answer, Portal
from tests.api.equipment import KEY, Equipment, make_equipment

Task = Callable[[], Any]


def all_at_once(tasks: Sequence[Task]) -> list[Any]:
    """What they return, begun at the same moment, each in a thread of its own."""
    together = Barrier(len(tasks))

    def run(task: Task) -> Any:
        together.wait(timeout=20)
        return task()

    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(run, tasks))


def reporter(origin: str, equipment: Equipment) -> Callable[[str, Any], Task]:
    """Makes reports of this station that are still to be sent."""
    portal = Portal(origin, KEY, lambda _seconds: True)

    def report(path: str, body: Any) -> Task:
        return lambda: portal.post(equipment.code, path, body)

    return report


def started(equipment: Equipment, wh: int = 1000) -> dict[str, Any]:
    return {"id": "S-1", "connector": 1, "driver_token": None, "at": equipment.at(0), "meter_wh": wh}


def statuses(answers: Sequence[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def test_one_start_sent_by_many_is_one_session(
    session: Session, client: FlaskClient, live_server: str
) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    report = reporter(live_server, equipment)
    same = all_at_once([report("", started(equipment))] * 6)
    assert statuses(same) == {201: 6}
    assert len({answer.said["started_at"] for answer in same}) == 1
    session.rollback()
    assert session.scalar(select(func.count(ChargingSession.id))) == 1
    assert session.scalars(select(AuditEvent.action)).all() == ["session.open"]


def test_of_two_sessions_with_one_id_one_begins(
    session: Session, client: FlaskClient, live_server: str
) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    report = reporter(live_server, equipment)
    answers = all_at_once([report("", started(equipment, wh)) for wh in (1000, 2000) * 3])
    assert statuses(answers) == {201: 3, 409: 3}
    session.rollback()
    register = session.scalars(select(ChargingSession.start_wh)).one()
    winners = {wh for wh, answer in zip((1000, 2000) * 3, answers, strict=True) if answer.status == 201}
    assert winners == {register}


def test_samples_stops_and_the_idle_closing_at_once(
    app: Flask, session: Session, client: FlaskClient, live_server: str
) -> None:
    """The pause is longer than the idle timeout, so that whoever comes first, it is closed as idle or by its stop."""
    equipment, operator, _station = make_equipment(session, client)
    operator.idle_timeout_min = 5
    session.commit()
    report = reporter(live_server, equipment)
    assert equipment.start().status_code == 201
    rows = [{"at": equipment.at(minute), "meter_wh": 1000 + 200 * minute} for minute in range(1, 5)]
    stop = {"at": equipment.at(15), "meter_wh": 2222, "reason": "driver"}

    def job() -> Answer:
        with app.app_context():
            close_idle_sessions()
        return Answer(200, {})

    batches = [report("/S-1/samples", part) for part in (rows[2:], rows[:3], rows[1:2])]
    later = {"at": equipment.at(16), "meter_wh": 9999, "reason": "local"}
    stops = [report("/S-1/stop", body) for body in (stop, stop, later)]
    assert statuses(all_at_once([*batches, *stops, job])) == {200: 7}
    session.rollback()
    row = session.scalars(select(ChargingSession)).one()
    assert (row.status, row.end_reason, row.energy_wh) == (SessionStatus.CLOSED, "driver", 1222)
    assert row.ended_at == equipment.started + timedelta(minutes=15)
    assert (row.charging_s, row.idle_s) == (15 * 60, 0)
    assert session.scalar(select(func.count()).select_from(SessionSample)) == 6
    assert session.scalars(select(SessionDoubt.doubt)).all() == ["unknown_token"]
    trail = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.action for event in trail].count("session.open") == 1
    told = [event for event in trail if event.action != "session.open"]
    assert [event.before for event in told[1:]] == [event.after for event in told[:-1]]
    assert not told or told[-1].after["energy_wh"] == 1222
