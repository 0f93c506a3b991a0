"""The database goes away and comes back; the server is killed while it works: nothing acknowledged is lost."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.orm import Session

from portal import create_app
from portal.extensions import db
from portal.models import AuditEvent, Membership
from tests.security.asking import visitor
from tests.security.world import make_world
from tests.support.factories import PASSWORD, make_account, make_driver, make_operator
from tests.support.migrated import make_config, migrate
from tests.support.postgres import Postgres, _as_user, _end_with_parent


def test_postgresql_stops_and_starts_again_under_the_running_portal() -> None:
    server = Postgres()
    url = server.create("outage")
    migrate(url)
    app = create_app(make_config(url))
    engine = create_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        admin = visitor(app, make_world(session), "admin").client
    engine.dispose()
    pages = ("/admin/stations/", "/map/", "/map/stations.json?bbox=-180,-90,180,90&zoom=2")
    assert [admin.get(page).status_code for page in pages] == [200, 200, 200]
    server.process.send_signal(signal.SIGINT)
    server.process.wait(timeout=20)
    for page in pages:
        began = time.monotonic()
        answer = admin.get(page)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "OperationalError" not in answer.text
        assert time.monotonic() - began < 10
    assert admin.get("/healthz").status_code == 200
    assert admin.get("/readyz").status_code == 503
    server.process = subprocess.Popen(
        server.process.args,
        stdout=server.log,
        stderr=server.log,
        cwd="/",
        preexec_fn=_end_with_parent,
        **_as_user(),
    )
    server._wait()
    assert [admin.get(page).status_code for page in pages] == [200, 200, 200]
    assert admin.get("/readyz").status_code == 200
    with app.app_context():
        db.engine.dispose()
    server.stop()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_sqlite_is_locked_for_longer_than_one_waits(app: Flask, session: Session) -> None:
    world = make_world(session)
    hotel = visitor(app, world, "operator")
    assert hotel.token
    with app.app_context():
        event.listen(
            db.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=100")
        )
    url = f"/operator/stations/{world.a.hidden.code}/visibility"
    data = {"visible": "true", "csrf_token": hotel.token}
    session.rollback()
    session.execute(text("UPDATE site_settings SET id = id"))
    answer = hotel.client.post(url, data=data)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert hotel.client.get("/operator/stations/").status_code == 200  # reading goes on
    session.rollback()
    assert hotel.client.post(url, data=data).status_code == 303


class Browser:
    """Signs in and grants over HTTP."""

    def __init__(self, origin: str, email: str) -> None:
        self._origin = origin
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        found = re.search(r'csrf-token" content="([^"]+)', self._get("/auth/login"))
        assert found
        self.post("/auth/login", email=email, password=PASSWORD, csrf_token=found.group(1))
        found = re.search(r'csrf-token" content="([^"]+)', self._get("/admin/"))
        assert found
        self._token = found.group(1)

    def grant(self, operator: str, driver: str) -> None:
        self.post(f"/admin/operators/{operator}/members/{driver}/grant", csrf_token=self._token)

    def post(self, path: str, **form: str) -> str:
        body = urllib.parse.urlencode(form).encode()
        return str(self._opener.open(self._origin + path, body, timeout=10).read().decode())

    def _get(self, path: str) -> str:
        return str(self._opener.open(self._origin + path, timeout=10).read().decode())


@contextmanager
def served(database_url: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`portal serve` on a free port, in a process group of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = {"PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": "only-for-tests-0123456789"}
    command = [sys.executable, "-m", "portal", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    process = subprocess.Popen(
        command,
        env={**os.environ, **config},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    origin = f"http://127.0.0.1:{port}"
    try:
        _wait_for(origin)
        yield origin, process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """-9, workers included."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def _wait_for(origin: str) -> None:
    until = time.monotonic() + 40
    while True:
        try:
            urllib.request.urlopen(f"{origin}/readyz", timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)


def test_every_acknowledged_grant_survives_a_kill(database_url: str, session: Session) -> None:
    """Killed in the middle of one grant after another; after a restart the same grants double nothing."""
    admin, operator = make_account(session), make_operator(session)
    drivers = [make_driver(session).number for _ in range(400)]
    session.commit()
    acknowledged: list[str] = []
    with served(database_url) as (origin, process):
        browser = Browser(origin, admin.email)
        for number in drivers:
            if len(acknowledged) == 10:
                threading.Timer(0.5, os.killpg, (process.pid, signal.SIGKILL)).start()
            try:
                browser.grant(operator.code, number)
            except OSError:
                break
            acknowledged.append(number)
    assert 10 <= len(acknowledged) < len(drivers)
    assert len(acknowledged) <= members(session, operator.id) <= len(acknowledged) + 1
    with served(database_url) as (origin, _process):
        browser = Browser(origin, admin.email)
        for number in drivers[: len(acknowledged) + 1][-5:]:
            browser.grant(operator.code, number)
    assert members(session, operator.id) == len(acknowledged) + 1
    granted = session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.action == "membership.grant"))
    assert granted == len(acknowledged) + 1


def members(session: Session, operator_id: int) -> int:
    session.rollback()
    stmt = select(func.count(Membership.id)).where(
        Membership.operator_id == operator_id, Membership.revoked_at.is_(None)
    )
    return session.scalar(stmt) or 0
