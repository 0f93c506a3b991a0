"""`portal jobs`, as typed and in the background."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.cli.jobs import AT_ONCE, EVERY_SECONDS, work
from portal.domain.clock import now
from portal.models import ChargingSession, SessionStatus
from tests.api.equipment import make_equipment
from tests.support.commands import command


def test_idle_sessions_are_closed_in_portions(app: Flask, client: FlaskClient, session: Session) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    assert equipment.start(id="first").status_code == 201
    first = session.scalars(select(ChargingSession)).one()
    started = now() - timedelta(hours=2)
    first.started_at, first.check_at = started, started + timedelta(minutes=30)
    kept = {name: getattr(first, name) for name in ("area_id", "station_id", "charger_uid", "settings")}
    kept |= {"connector_number": 1, "start_wh": 0, "currency": "EUR", "status": SessionStatus.RUNNING}
    session.add_all(
        ChargingSession(
            external_id=f"S-{n}", started_at=started, check_at=first.check_at, created_at=started, **kept
        )
        for n in range(AT_ONCE)
    )
    session.commit()
    waited: list[float] = []
    work(app, lambda seconds: bool(waited.append(seconds)) or len(waited) == 2)
    assert waited == [EVERY_SECONDS, EVERY_SECONDS]
    session.expire_all()
    rows = session.scalars(select(ChargingSession)).all()
    assert {(row.status, row.ended_at) for row in rows} == {(SessionStatus.CLOSED_IDLE, started)}


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_work_goes_on_after_a_failure(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    def mend(_seconds: float) -> bool:
        """After the first minute the table is back; after the second it is over."""
        failures = len(caplog.records)
        if failures == 1 and not mended:
            session.execute(text("ALTER TABLE elsewhere RENAME TO charging_session"))
            session.commit()
            mended.append(True)
            return False
        return True

    mended: list[bool] = []
    session.execute(text("ALTER TABLE charging_session RENAME TO elsewhere"))
    session.commit()
    work(app, mend)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert mended == [True]


def test_once_does_what_is_due(database_url: str) -> None:
    done = command(database_url)("jobs", "--once")
    assert (done.exit_code, done.output) == (0, "idle sessions: 0\nstatements: 0\n")
