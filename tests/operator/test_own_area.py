"""The operator's own area: its stations, its dashboard, its trail; nothing of anybody else."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, ChargingSession, Operator, Role, SessionStatus, Station
from tests.support.factories import (
    htmx,
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    post,
    sign_in,
)


@pytest.fixture
def alpina(session: Session) -> Operator:
    operator = make_operator(session, code="ALPINA", name="Hotel Alpina", timezone="Asia/Kathmandu")
    make_station(session, make_area(session, operator), code="ALP-1", name="Alpina Garage")
    session.commit()
    return operator


@pytest.fixture
def hotel(app: Flask, session: Session, alpina: Operator) -> FlaskClient:
    account = make_account(session, Role.OPERATOR, operator=alpina)
    other = make_operator(session, code="OTHER", name="Canary Inn")
    make_station(
        session, make_area(session, other, name="Canary Area"), code="CANARY-1", name="Canary Station"
    )
    session.commit()
    return sign_in(app.test_client(), account.email)


def station(session: Session, code: str = "ALP-1") -> Station:
    session.rollback()
    return session.scalars(select(Station).where(Station.code == code)).one()


def test_hiding_says_who_still_sees_it(hotel: FlaskClient, session: Session, alpina: Operator) -> None:
    for _ in range(2):
        make_membership(session, alpina, make_driver(session))
    session.commit()
    html = htmx(hotel, "/operator/stations/ALP-1/visibility", {"visible": "false"}).text
    assert "<html" not in html
    assert "Hidden. 2 members still see it." in html
    assert station(session).visible is False
    assert 'data-visible="no"' in hotel.get("/operator/stations/").text


def test_showing_again_by_plain_form(hotel: FlaskClient, session: Session) -> None:
    post(hotel, "/operator/stations/ALP-1/visibility", {"visible": "false"})
    answer = post(hotel, "/operator/stations/ALP-1/visibility", {"visible": "true"})
    assert (answer.status_code, answer.location) == (303, "/operator/stations/ALP-1/")
    assert station(session).visible is True


def test_the_toggle_is_in_the_operators_own_trail(
    hotel: FlaskClient, session: Session, alpina: Operator
) -> None:
    post(hotel, "/operator/stations/ALP-1/visibility", {"visible": "false"})
    session.rollback()
    event = session.scalars(select(AuditEvent).where(AuditEvent.subject_type == "station")).one()
    assert (event.operator_id, event.subject, event.before, event.after) == (
        alpina.id, "ALP-1", {"visible": True}, {"visible": False},
    )  # fmt: skip
    assert "ALP-1" in hotel.get("/operator/audit").text


def test_another_operators_station_is_like_none(hotel: FlaskClient, session: Session) -> None:
    foreign, absent = hotel.get("/operator/stations/CANARY-1/"), hotel.get("/operator/stations/ABSENT-1/")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert len(foreign.data) == len(absent.data)
    assert post(hotel, "/operator/stations/CANARY-1/visibility", {"visible": "false"}).status_code == 404
    assert station(session, "CANARY-1").visible is True


@pytest.mark.parametrize("path", ["", "stations/", "members/", "sessions/", "audit", "stations/export.csv"])
def test_nothing_of_another_tenant_in_any_page(hotel: FlaskClient, path: str) -> None:
    answer = hotel.get(f"/operator/{path}")
    assert answer.status_code == 200
    assert "canary" not in answer.text.lower()


def test_a_session_reads_in_the_operators_zone(
    hotel: FlaskClient, session: Session, alpina: Operator
) -> None:
    here = station(session)
    row = ChargingSession(
        external_id="S1", operator_id=alpina.id, area_id=here.area_id, station_id=here.id, charger_uid="1",
        connector_number=1, started_at=datetime(2026, 9, 1, 18, 15, tzinfo=UTC), currency="EUR",
        ended_at=datetime(2026, 9, 1, 19, 0, tzinfo=UTC), energy_wh=7300, net_minor=300, vat_minor=66,
        status=SessionStatus.CLOSED, created_at=datetime(2026, 9, 1, tzinfo=UTC),
    )  # fmt: skip
    session.add(row)
    session.commit()
    html = hotel.get("/operator/sessions/").text
    assert "Sep 2, 2026, 12:00" in html.replace("\u202f", " ")  # 18:15 UTC is midnight at +05:45
    assert html.count("Asia/Kathmandu") == 1
    assert hotel.get(f"/operator/sessions/{row.id}/").status_code == 200


def test_admins_have_no_operators_area(app: Flask, session: Session) -> None:
    account = make_account(session)
    session.commit()
    assert sign_in(app.test_client(), account.email).get("/operator/").status_code == 403


@pytest.mark.parametrize("value", ["", "maybe", "1"])
def test_visible_is_true_or_false(hotel: FlaskClient, session: Session, value: str) -> None:
    answer = post(hotel, "/operator/stations/ALP-1/visibility", {"visible": value})
    assert answer.status_code == 422
    assert "Expected true or false" in answer.text
    assert station(session).visible is True
