"""Sessions over HTTP: started, sampled, stopped, refused."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import AuditEvent, ChargingSession, Doubt, SessionDoubt, SessionStatus
from portal.services.session_changes import stop_by_hand
from tests.api.equipment import make_equipment
from tests.support.factories import TESTER, make_driver, make_membership

SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"])  # refused before any database is asked
WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("id", {"id": ""}),
    ("id", {"id": "a/b"}),
    ("id", {"id": "x" * 65}),
    ("id", {"id": 7}),
    ("connector", {"connector": 2}),
    ("connector", {"connector": "nowhere/1"}),
    ("connector", {"connector": "1/"}),
    ("connector", {"connector": None}),
    ("connector", {"connector": True}),
    ("driver_token", {"driver_token": "x" * 37}),
    ("driver_token", {"driver_token": "\0"}),
    ("at", {"at": "2026-09-30T16:00:00"}),
    ("at", {"at": "0001-01-01T00:00:00+14:00"}),
    ("at", {"at": 1}),
    ("meter_wh", {"meter_wh": 1.5}),
    ("meter_wh", {"meter_wh": "1"}),
    ("meter_wh", {"meter_wh": True}),
    ("meter_wh", {"meter_wh": 10**30}),
)
HOSTILE = (
    (b"{", "application/json", 400),
    (b"\xff", "application/json", 400),
    (b"[" * 100_000, "application/json", 400),
    (b"9" * 5000, "application/json", 400),
    (b"null", "application/json", 422),
    (b"{}", "text/plain", 415),
    (b" " * 300_000, "application/json", 413),
)


def only(session: Session) -> ChargingSession:
    session.rollback()
    session.expire_all()
    return session.scalars(select(ChargingSession)).one()


def doubts(session: Session) -> set[Doubt]:
    session.rollback()
    return set(session.scalars(select(SessionDoubt.doubt)))


def actions(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_a_session_from_start_to_stop(session: Session, client: FlaskClient) -> None:
    equipment, operator, station = make_equipment(session, client)
    driver = make_driver(session, token_uid="04AB")
    session.commit()
    begun = equipment.start(driver_token="04ab")
    assert (begun.status_code, begun.json) == (
        201,
        {
            **{
                "id": "S-1",
                "status": "running",
                "started_at": equipment.started.isoformat(),
                "ended_at": None,
            },
            **{"energy_wh": 0, "stop": False},
        },
    )
    assert "Set-Cookie" not in begun.headers
    going = equipment.samples((1, 1090), (5, 1150))
    assert (going.status_code, going.json["energy_wh"]) == (200, 150)
    ended = equipment.stop(10, 1234)
    assert (ended.status_code, ended.json["status"], ended.json["energy_wh"]) == (200, "closed", 234)
    row = only(session)
    assert (row.driver_id, row.token_uid, row.operator_id) == (driver.id, "04AB", operator.id)
    assert (row.station_id, row.charger_uid, row.connector_number) == (station.id, "1", 1)
    assert (row.start_wh, row.charging_s, row.idle_s, row.end_reason) == (1000, 600, 0, "driver")
    assert row.settings == {"energy_step_wh": 100, "idle_timeout_min": 30, "monetary_session_limit": None}
    assert Doubt.UNKNOWN_TOKEN not in doubts(session)
    assert actions(session) == ["session.open"]


def test_everything_twice_and_in_disorder_is_the_same(session: Session, client: FlaskClient) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    first = equipment.start()
    assert equipment.stop(10, 1900).status_code == 200
    assert equipment.samples((8, 1700), (2, 1200), (2, 1200)).status_code == 200
    assert equipment.samples((5, 1400), (2, 1200), (12, 9999)).status_code == 200
    again, last = equipment.start(), equipment.stop(10, 1900)
    assert (first.status_code, again.status_code) == (201, 201)
    assert last.json["energy_wh"] == 900
    row = only(session)
    assert (row.energy_wh, row.last_advance_at and row.last_advance_at.isoformat()[14:16]) == (
        900,
        f"{(equipment.started.minute + 8) % 60:02}",
    )
    assert row.status is SessionStatus.CLOSED


def test_an_id_names_one_session(session: Session, client: FlaskClient) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    assert equipment.start().status_code == 201
    other = equipment.start(wh=1001)
    assert (other.status_code, other.mimetype) == (409, "application/problem+json")
    assert equipment.samples((1, 2000), id="S-2").status_code == 404
    assert equipment.stop(1, 2000, id="S-2").status_code == 404


def test_sessions_of_another_station_are_absent(session: Session, client: FlaskClient) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    other, _operator, _station = make_equipment(session, client)
    assert equipment.start().status_code == 201
    assert other.samples((1, 2000)).status_code == 404
    assert other.start().status_code == 201, "ids are the station's own"


def test_an_unknown_token_charges_without_a_driver(session: Session, client: FlaskClient) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    assert equipment.start(driver_token="nobody").status_code == 201
    row = only(session)
    assert (row.driver_id, row.token_uid) == (None, "NOBODY")
    assert Doubt.UNKNOWN_TOKEN in doubts(session)


def test_the_access_rule_decides_who_starts(session: Session, client: FlaskClient) -> None:
    equipment, operator, _station = make_equipment(session, client, visible=False)
    member, stranger = (make_driver(session, token_uid=uid) for uid in ("MEMBER", "STRANGER"))
    make_membership(session, operator, member)
    session.commit()
    refused = equipment.start(driver_token="STRANGER")
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
    assert "private network" in refused.json["detail"]
    session.rollback()
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.operator_id, event.via) == ("session.refuse", operator.id, "api")
    assert event.after["reason"] == refused.json["detail"]
    assert event.after["token"] == "••••NGER", "the trail outlives what is known of a driver"
    assert session.scalars(select(ChargingSession)).all() == []
    assert equipment.start(driver_token="MEMBER").status_code == 201
    assert equipment.start(id="S-2", driver_token="STRANGER").status_code == 403
    session.rollback()
    make_membership(session, operator, stranger)
    session.commit()
    assert equipment.start(id="S-2", driver_token="STRANGER").status_code == 201


def test_what_was_stopped_in_the_portal_is_asked_to_stop(session: Session, client: FlaskClient) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    equipment.start()
    assert equipment.samples((2, 3000)).json["stop"] is False
    session.rollback()
    charging = session.scalars(select(ChargingSession)).one()
    stop_by_hand(session, charging, "blocked", actor=TESTER, at=now())
    session.commit()
    told = equipment.samples((4, 5000)).json
    assert (told["status"], told["energy_wh"], told["stop"]) == ("closed", 2000, True)


def test_nobody_starts_at_a_closed_station(session: Session, client: FlaskClient) -> None:
    equipment, _operator, station = make_equipment(session, client, status="closed")
    assert station.code in equipment.start().json["detail"]
    assert only_none(session)


def only_none(session: Session) -> bool:
    session.rollback()
    return session.scalars(select(ChargingSession)).first() is None


@SQLITE
def test_what_is_wrong_is_named(session: Session, client: FlaskClient) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    for field, over in WRONG:
        answer = equipment.start(**over)
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), over
        assert answer.json["field"] == field
    assert only_none(session)


@SQLITE
def test_a_wrong_sample_takes_none_of_its_batch(session: Session, client: FlaskClient) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    equipment.start()
    good = {"at": equipment.started.isoformat(), "meter_wh": 2000}
    for body, field in (
        ([good, {**good, "at": "x"}], "1.at"),
        ([good, 5], "1"),
        ({}, "samples"),
        ([], "samples"),
        ([good] * 1001, "samples"),
    ):
        answer = equipment.send("/S-1/samples", body)
        assert (answer.status_code, answer.json["field"]) == (422, field)
    early = equipment.stop(-1, 2000)
    assert (early.status_code, early.json["field"]) == (422, "at")
    assert only(session).energy_wh == 0


@SQLITE
def test_a_wrong_stop_ends_nothing(session: Session, client: FlaskClient) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    equipment.start()
    good = {"at": equipment.started.isoformat(), "meter_wh": 2000}
    for body, field in (
        ({**good, "at": None}, "at"),
        ({**good, "meter_wh": None}, "meter_wh"),
        ({**good, "reason": 5}, "reason"),
        ({**good, "reason": "x" * 21}, "reason"),
        ([good], ""),
    ):
        answer = equipment.send("/S-1/stop", body)
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
        assert answer.json["field"] == field
    assert only(session).status is SessionStatus.RUNNING


@SQLITE
def test_hostile_bodies(session: Session, client: FlaskClient) -> None:
    equipment, _operator, _station = make_equipment(session, client)
    for raw, kind, status in HOSTILE:
        answer = equipment.send("", raw, content_type=kind)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), raw[:9]
