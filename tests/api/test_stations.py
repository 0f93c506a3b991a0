"""Who may report: the right key, slowly guessed; nothing tells an unknown station from a wrong key."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.extensions import db
from portal.services.security_keys import seal_key, set_key
from tests.api.equipment import KEY, PEPPER, Equipment, make_equipment
from tests.security.asking import visitor
from tests.security.route_equipment import EQUIPMENT
from tests.security.route_table import ROLES
from tests.security.world import make_world
from tests.support.factories import TESTER

NEW = "another-key-0123456789"


def test_unknown_station_and_wrong_key_are_the_same(session: Session, client: FlaskClient) -> None:
    equipment, _operator, station = make_equipment(session, client)
    keyless, operator, _station = make_equipment(session, client)
    operator.security_key_hash = None
    session.commit()
    answers = [
        Equipment(client, station.code, "wrong-key-0123456789").start(),
        Equipment(client, "NOWHERE", KEY).start(),
        Equipment(client, "no code at all", KEY).start(),
        Equipment(client, keyless.code, "").start(),
        keyless.start(),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {
        'Basic realm="ingest", charset="UTF-8"'
    }
    assert Equipment(client, station.code, None).start().status_code == 401
    assert equipment.start().status_code == 201


def test_a_wrong_key_asks_the_database_the_same_as_no_station(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    """What takes longer would tell which codes there are."""
    equipment, _operator, station = make_equipment(session, client)
    equipment.start()
    asked: list[list[str]] = []
    for code in (station.code, "NOWHERE"):
        statements: list[str] = []

        def note(
            _connection: Any, _cursor: Any, statement: str, *_rest: Any, to: list[str] = statements
        ) -> None:
            to.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        assert Equipment(client, code, "wrong-key-0123456789").start().status_code == 401
        event.remove(engine, "before_cursor_execute", note)
        asked.append(statements)
    assert asked[0] == asked[1] != []


def test_the_former_key_within_its_grace(session: Session, client: FlaskClient) -> None:
    equipment, operator, station = make_equipment(session, client)
    set_key(session, operator, seal_key(NEW, PEPPER), actor=TESTER, at=now(), grace_hours=1)
    session.commit()
    assert equipment.start().status_code == 201
    assert Equipment(client, station.code, NEW).start().status_code == 201
    operator.former_key_until = now() - timedelta(seconds=1)
    session.commit()
    assert equipment.start().status_code == 401


def test_guessing_is_slow_and_shuts_nobody_else_out(session: Session, client: FlaskClient) -> None:
    equipment, _operator, station = make_equipment(session, client)
    guessing = Equipment(client, station.code, "wrong-key-0123456789")
    statuses = [guessing.start().status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert int(guessing.start().headers["Retry-After"]) > 0
    assert equipment.start().status_code == 429, "the right key behind the same address waits too"
    elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    said = {"id": "S-1", "connector": "1/1", "at": now().isoformat(), "meter_wh": 0}
    assert equipment.send("", said, **elsewhere).status_code == 201
    assert guessing.send("", said, **elsewhere).status_code == 429
    assert equipment.send("", said, **elsewhere).status_code == 429


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_no_browser_of_another_site_gets_in(session: Session, client: FlaskClient) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    said = {"id": "S-1", "connector": 1, "at": now().isoformat(), "meter_wh": 0}
    assert equipment.send("", said, headers={"Origin": "https://evil.example"}).status_code == 400
    assert client.get("/api/v1/ingest/sessions").status_code == 405


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_no_sign_in_opens_what_is_for_equipment(app: Flask, session: Session) -> None:
    world = make_world(session)
    for role in ROLES:
        asking = visitor(app, world, role)
        for route in EQUIPMENT:
            answer = asking.ask(route, {})
            assert (answer.status_code, "Set-Cookie" in answer.headers) == (401, False), (role, route.address)
