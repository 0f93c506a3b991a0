"""`portal simulate` against a portal that is served over HTTP."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.cli import main
from portal.cli.demo_chargers import APPLICATION_ID, demo_bays, give_keys
from portal.cli.demo_chargers import KEY as DEMO_KEY
from portal.cli.serve import serving
from portal.cli.simulate import play
from portal.domain.clock import now
from portal.models import AuditEvent, ChargingSession, SessionDoubt, SessionSample, SessionStatus
from portal.simulation.charging import Plug
from portal.simulation.playing import Bay, Pace
from tests.api.equipment import KEY, PEPPER, make_equipment
from tests.support.chromium import ROOT
from tests.support.commands import command
from tests.support.factories import (
    TESTER,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    make_tariff,
)

SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"])
NOBODY = "http://127.0.0.1:1"


def sessions(session: Session) -> Sequence[ChargingSession]:
    session.rollback()
    session.expire_all()
    return session.scalars(select(ChargingSession).order_by(ChargingSession.id)).all()


def test_sessions_are_played_to_their_end(
    session: Session, client: FlaskClient, live_server: str, database_url: str
) -> None:
    one, operator, _station = make_equipment(session, client)
    other = make_station(session, make_area(session, operator))
    driver = make_driver(session, token_uid="04AB")
    session.commit()
    done = command(database_url)(
        *(
            "simulate",
            "--url",
            live_server,
            "--station",
            one.code,
            "--station",
            other.code.lower(),
            "--key",
            KEY,
        ),
        *("--token", "04ab", "--speed", 3600, "--chargers", 2, "--sessions", 2, "--seed", 7, "--kw", 22),
    )
    assert (done.exit_code, done.stderr) == (0, "")
    rows = sessions(session)
    energy_wh = sum(row.energy_wh or 0 for row in rows)
    assert done.stdout.splitlines()[1] == f"2 sessions · {energy_wh / 1000:.1f} kWh · 0 refused"
    assert {row.station_id for row in rows} == {other.id, _station.id}
    for row in rows:
        assert (row.status, row.end_reason, row.driver_id) == (SessionStatus.CLOSED, "driver", driver.id)
        assert row.ended_at is not None
        assert now() - timedelta(minutes=1) < row.ended_at <= now()
        assert timedelta(minutes=8) <= row.ended_at - row.started_at <= timedelta(minutes=21)
        assert 0 < (row.energy_wh or 0) <= 22_000 // 3
    assert session.scalars(select(SessionDoubt)).all() == []
    assert set(session.scalars(select(AuditEvent.action))) == {"session.open"}
    assert (session.scalar(select(func.count()).select_from(SessionSample)) or 0) > 2 * 8 * 6 - 2


@SQLITE
def test_it_stops_when_the_portal_asks_it_to(
    session: Session, client: FlaskClient, live_server: str, database_url: str
) -> None:
    equipment, operator, _station = make_equipment(session, client)
    operator.monetary_session_limit = Decimal("0.10")
    make_tariff(session, price_per_kwh=Decimal(1), vat_percent=Decimal(0))
    session.commit()
    target = ("--url", live_server, "--station", equipment.code, "--key", KEY)
    done = command(database_url)("simulate", *target, "--once", "--speed", 60)
    assert done.exit_code == 0
    (row,) = sessions(session)
    assert (row.status, row.end_reason, row.net_minor) == (SessionStatus.CLOSED, "remote", 10)


@SQLITE
def test_what_is_wrong_is_told_in_one_line(
    session: Session, client: FlaskClient, live_server: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    equipment, _operator, _station = make_equipment(session, client)
    (tmp_path / "portal.sqlite3").write_bytes(b"something else " * 100)
    target = ("--station", equipment.code, "--key")
    for arguments, status, words in (
        (("--url", live_server, *target, "wrong-key-0123456789"), 1, "No station is known"),
        (("--url", live_server, *target, KEY, "--connector", "7/1"), 1, "no connector 7/1"),
        (("--url", NOBODY, *target, KEY), 1, f"no portal at {NOBODY}"),
        (("--url", "ftp://x", *target, KEY), 1, "no address of a portal"),
        (("--url", live_server, "--key", KEY), 2, "name them with --station"),
        (("--url", live_server, "--station", "no code", "--key", KEY), 2, "--station"),
        (("--url", live_server, "--dir", tmp_path), 2, "there is no demo"),
        (("--url", live_server, "--dir", tmp_path / "nowhere"), 2, "there is no demo"),
        (("--speed", "0.5"), 2, "--speed"),
    ):
        assert portal(monkeypatch, *arguments) == status
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert words in said
    assert sessions(session) == []


@SQLITE
def test_ctrl_c_stops_what_is_charging(session: Session, client: FlaskClient, live_server: str) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    arguments = ("--url", live_server, "--station", equipment.code, "--key", KEY, "--speed", "30")
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", "simulate", *arguments],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},  # it does not know the portal's database
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + 90
    while not any(row.energy_wh for row in sessions(session)):
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=90)
    assert (process.returncode, errors) == (0, "")
    assert said.splitlines()[1].startswith("1 sessions")
    (row,) = sessions(session)
    assert (row.status, row.end_reason) == (SessionStatus.CLOSED, "local")
    assert row.energy_wh


@SQLITE
def test_the_demo_is_played_without_being_told_how(
    session: Session, live_server: str, database_url: str, tmp_path: Path
) -> None:
    file = Path(database_url.removeprefix("sqlite:///"))
    (tmp_path / "portal.sqlite3").symlink_to(file)
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.close()
    operator = make_operator(session)
    area = make_area(session, operator)
    shown = make_station(session, area)
    hidden = make_station(session, area, visible=False, max_w=None)
    make_station(session)  # nobody's key opens it
    make_station(session, area, status="planned")
    member, _stranger = make_driver(session, token_uid="MEMBER"), make_driver(session, token_uid="STRANGER")
    make_membership(session, operator, member)
    session.commit()
    give_keys(session, PEPPER, actor=TESTER, at=now())
    session.commit()
    before = {bay.plug.station: bay for bay in demo_bays(file, now())}
    assert {code: set(bay.tokens) for code, bay in before.items()} == {
        shown.code: {"MEMBER", "STRANGER"},
        hidden.code: {"MEMBER"},
    }
    target = ("--url", live_server, "--dir", tmp_path, "--station", hidden.code)
    done = command(database_url)("simulate", *target, "--once", "--speed", 3600)
    assert (done.exit_code, done.stderr) == (0, "")
    (row,) = sessions(session)
    assert (row.status, row.station_id, row.driver_id) == (SessionStatus.CLOSED, hidden.id, member.id)
    after = {bay.plug.station: bay.free_from for bay in demo_bays(file, now())}
    assert row.ended_at is not None
    assert after[hidden.code] == row.ended_at + timedelta(minutes=1), "the next one does not overlap"
    row.status, row.ended_at = SessionStatus.RUNNING, None
    session.commit()
    assert [bay.plug.station for bay in demo_bays(file, now())] == [shown.code]


@SQLITE
def test_a_served_demo_plays_itself(app: Flask, session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    station = make_station(session, make_area(session, make_operator(session)))
    session.commit()
    give_keys(session, PEPPER, actor=TESTER, at=now())
    session.commit()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bay = Bay(Plug(station.code, "1/1", 22_000), [None], now() - timedelta(hours=1))
    with serving(app, "127.0.0.1", port):
        play(f"http://127.0.0.1:{port}", DEMO_KEY, [bay], Pace(speed=3600, sessions=1))
    assert capsys.readouterr().out.splitlines()[1].startswith("1 sessions")
    (row,) = sessions(session)
    assert (row.status, row.end_reason) == (SessionStatus.CLOSED, "driver")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


@SQLITE
def test_a_key_of_ones_own_stays(session: Session, client: FlaskClient) -> None:
    equipment, operator, _station = make_equipment(session, client)
    give_keys(session, PEPPER, actor=TESTER, at=now())
    session.commit()
    assert operator.security_key_last4 == KEY[-4:] != DEMO_KEY[-4:]
    assert equipment.start().status_code == 201


def portal(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """The exit status of `portal simulate …` in this process, as typed."""
    monkeypatch.setattr(sys, "argv", ["portal", "simulate", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)
