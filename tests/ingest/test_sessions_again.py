"""The same sessions a second time: what a person or equipment said since outweighs the file, and the report says so."""

import csv
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from portal.domain.corrections import shown
from portal.domain.viewer import Actor
from portal.models import AuditEvent, ChargingSession, SessionStatus, Station
from portal.services.session_changes import correct_session
from tests.support.commands import command

from .test_sessions_import import HEADER, ROW, load, station, stored

__all__ = ["load", "station"]  # fixtures

AT = datetime(2026, 6, 1, tzinfo=UTC)
ENDED = datetime(2026, 5, 1, 10, 50, tzinfo=UTC)
ZONE = "Europe/Ljubljana"
MORE = f"{HEADER},charging_s,idle_s,end_reason"
FULL = f"{ROW},3000,600,idle"


@pytest.fixture
def again(load: Any, tmp_path: Path) -> Any:
    """Imports with a report; status, first line of the output, rows of the report."""

    def again(*rows: str, header: str = HEADER) -> tuple[int, str, list[dict[str, str]]]:
        report = tmp_path / "report.csv"
        status, output = load(*rows, header=header, options=("--report", str(report)))
        with report.open(newline="", encoding="utf-8") as opened:
            return status, output, list(csv.DictReader(opened))

    return again


def correct(session: Session, **typed: str) -> None:
    """By an admin: the form as it opens, with some fields typed over."""
    session.rollback()
    query = select(ChargingSession).options(joinedload(ChargingSession.driver))
    charging = session.scalars(query.execution_options(populate_existing=True)).one()
    now = shown(charging, charging.driver.number if charging.driver else None, ZONE)
    raw = {name: str(text) for name, text in asdict(now).items()} | {"reason": "the meter was wrong"} | typed
    correct_session(session, charging, raw, version=charging.version, zone=ZONE, actor=Actor("ana"), at=AT)
    session.commit()


def test_a_correction_by_hand_stays_and_every_row_says_so(
    again: Any, session: Session, station: Station
) -> None:
    other = ROW.replace("A,ST-1", "B,ST-1").replace("2026-05-01", "2026-05-02")
    again(ROW)
    correct(session, energy="10.5", net="3.90", vat="0.86", ended_at="2026-05-01T12:50")
    status, output, rows = again(ROW, other)
    assert status == 0
    assert output.splitlines()[:2] == [
        "sessions: 1 accepted (new), 0 changed, 1 unchanged, 0 rejected",
        "1 of the unchanged differ from the file: they were changed by hand in the portal",
    ]
    assert [(row["line"], row["result"]) for row in rows] == [("2", "note")]
    assert rows[0]["reason"] == (
        "This session was changed in the portal, and that stays. "
        "The file differs in: ended_at, energy_wh, net_minor, vat_minor."
    )
    kept = stored(session)[0]
    assert (kept.energy_wh, kept.net_minor, kept.vat_minor, kept.ended_at) == (10_500, 390, 86, ENDED)
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "session.import")).all() == []
    # What the publisher mends in the same way is no difference any more.
    mended = ROW.replace("13:00:00", "12:50:00").replace("11000", "10500").replace("4.10,0.90", "3.90,0.86")
    status, output, rows = again(mended)
    assert (status, rows) == (0, [])
    assert "1 unchanged" in output
    assert "by hand" not in output


def test_what_equipment_reported_is_not_overwritten_but_a_correction_of_it_is_told(
    again: Any, session: Session, station: Station
) -> None:
    again(ROW)
    session.execute(
        update(ChargingSession).values(
            start_wh=0,
            energy_wh=9000,
            updated_at=AT,
            settings={"energy_step_wh": 100, "idle_timeout_min": 30, "monetary_session_limit": None},
        )
    )
    session.commit()
    status, _, rows = again(ROW)
    assert (status, rows[0]["result"], rows[0]["field"]) == (1, "rejected", "external_id")
    assert "Equipment reported this session with other values" in rows[0]["reason"]
    correct(session, energy="10.5")
    status, output, rows = again(ROW)
    assert (status, rows[0]["result"]) == (0, "note")
    assert "1 unchanged" in output
    assert stored(session)[0].energy_wh == 10_500


def test_times_and_reason_are_taken_where_the_file_has_them(
    again: Any, session: Session, station: Station
) -> None:
    again(ROW)
    plain = stored(session)[0]
    assert (plain.charging_s, plain.idle_s, plain.end_reason, plain.status) == (
        None,
        None,
        None,
        SessionStatus.CLOSED,
    )
    _, output, _ = again(FULL, header=MORE)
    assert "1 changed" in output
    for row, header in ((FULL, MORE), (ROW, HEADER)):  # a file that does not speak of them takes nothing away
        _, output, _ = again(row, header=header)
        assert "1 unchanged" in output
        full = stored(session)[0]
        assert (full.charging_s, full.idle_s, full.end_reason) == (3000, 600, "idle")
        assert full.status is SessionStatus.CLOSED_IDLE
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "session.import")).one()
    assert event.before == {"charging_s": None, "idle_s": None, "end_reason": None}
    status, _, rows = again(FULL.replace("3000", "-1"), header=MORE)
    assert (status, rows[0]["field"]) == (1, "charging_s")


def test_what_the_portal_exports_comes_back_unchanged(
    load: Any, again: Any, session: Session, station: Station, database_url: str, tmp_path: Path
) -> None:
    odd = ROW.replace("A,ST-1,1,1,D-1", '"=1+1 \\ é",ST-1,1,1,').replace("2026-05-01", "2026-05-03")
    load(ROW, odd.replace("2026-05-03T13:00:00+02:00", "").replace("11000", "").replace("4.10,0.90", ","))
    file = tmp_path / "out.csv"
    assert command(database_url)("export", "sessions", "--out", file).exit_code == 0
    header, *rows = file.read_text(encoding="utf-8-sig").splitlines()
    status, output, found = again(*rows, header=header)
    assert (status, found) == (0, []), output
    assert "0 changed, 2 unchanged" in output
    assert {one.external_id for one in stored(session)} == {"A", "=1+1 \\ é"}


def test_a_clock_of_the_database_in_another_zone_changes_nothing(
    again: Any, session: Session, station: Station
) -> None:
    """Instants with microseconds, with none, and at the hour that a zone repeats."""
    money = "11000,EUR,4.10,0.90"
    rows = [
        f"A,ST-1,1,1,D-1,2026-10-25T02:30:00+02:00,2026-10-25T02:30:00+01:00,{money}",
        f"B,ST-1,1,1,D-1,2026-05-01T12:00:00.000001+02:00,2026-05-01T12:00:00.999999Z,{money}",
        f"C,ST-1,1,1,D-1,1986-01-01T00:00:00+05:30,1986-01-01T00:15:00+05:45,{money}",
    ]
    assert "3 accepted" in again(*rows)[1]
    assert "3 unchanged" in again(*rows)[1]
    first = stored(session)[0]
    assert (first.started_at.hour, first.ended_at.hour if first.ended_at else None) == (0, 1)
