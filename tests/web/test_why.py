"""Why somebody sees a station or does not, as the CPO and as the operator itself."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import Driver, DriverStatus, Operator, OperatorStatus, Role, Station, StationStatus
from portal.web.searching import SEARCHES_A_MINUTE
from tests.support.factories import (
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    post,
    sign_in,
)
from tests.web.explaining import ask

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
REVOKED = {"revoked_at": NOW - DAY, "revoked_by": "boss@example.com", "revoke_reason": "moved out"}


@pytest.fixture
def alpina(session: Session) -> Operator:
    return make_operator(session, code="ALPINA", name="Hotel Alpina")


@pytest.fixture
def garage(session: Session, alpina: Operator) -> Station:
    area = make_area(session, alpina, code="GARAGE", name="Garage")
    station = make_station(session, area, code="G-1", name="Garage 1", visible=False)
    session.commit()
    return station


@pytest.fixture
def mia(session: Session, garage: Station) -> Driver:
    mia = make_driver(session, number="D-MIA", name="Mia Kovač", email="mia@secret.example")
    session.commit()
    return mia


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    account = make_account(session)
    session.commit()
    return sign_in(app.test_client(), account.email)


@pytest.fixture
def hotel(app: Flask, session: Session, alpina: Operator, garage: Station) -> FlaskClient:
    account = make_account(session, Role.OPERATOR, operator=alpina)
    session.commit()
    return sign_in(app.test_client(), account.email)


CASES: dict[str, tuple[dict[str, Any] | None, str]] = {
    "never": (None, "never"),
    "revoked": (REVOKED, "revoked"),
    "expired": ({"valid_to": NOW - DAY}, "expired"),
    "future": ({"valid_from": NOW + DAY}, "future"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("surface", ["admin", "operator"])
def test_one_click_grants_what_is_missing_and_comes_back(
    admin: FlaskClient,
    hotel: FlaskClient,
    session: Session,
    alpina: Operator,
    mia: Driver,
    surface: str,
    case: str,
) -> None:
    client = admin if surface == "admin" else hotel
    if (membership := CASES[case][0]) is not None:
        make_membership(session, alpina, mia, **membership)
        session.commit()
    before = ask(client, surface, driver="d-mia", station="g-1")
    assert (before.sees, before.reason) == (False, CASES[case][1])
    assert before.clauses == ["yes", "no", "yes", "no", "yes", "yes"]
    (show, grant) = before.remedies
    assert show.endswith("/stations/G-1/visibility")
    assert grant.endswith("/members/D-MIA/grant")
    here = f"/{surface}/why?driver=d-mia&station=g-1"
    assert post(client, grant, {"next": here}).location == here
    after = ask(client, surface, driver="D-MIA", station="G-1")
    assert (after.sees, after.reason, after.remedies) == (True, "member", [])
    assert after.clauses == ["yes", "off", "yes", "yes", "yes", "yes"]
    assert "Mia Kovač sees Garage 1" in after.text


def test_who_granted_and_who_revoked_are_named(
    admin: FlaskClient, session: Session, alpina: Operator, mia: Driver
) -> None:
    make_membership(session, alpina, mia, granted_by="desk@example.com", **REVOKED)
    session.commit()
    text = ask(admin, driver="D-MIA", station="G-1").text
    assert "by desk@example.com" in text
    assert "by boss@example.com" in text
    assert "moved out" in text


def test_everybody_sees_a_visible_station(admin: FlaskClient, mia: Driver, garage: Station) -> None:
    shown = ask(admin, station="G-1")
    assert (shown.sees, shown.reason) == (False, "anonymous")
    (show,) = shown.remedies
    post(admin, show, {"visible": "true", "next": "/admin/why?station=G-1"})
    for query in ({}, {"driver": "D-MIA"}, {"operator": "ALPINA"}):
        answer = ask(admin, station="G-1", **query)
        assert (answer.sees, answer.reason, answer.remedies) == (True, "public", [])


def test_users_of_an_operator_see_its_own(admin: FlaskClient, session: Session, garage: Station) -> None:
    make_operator(session, code="HARBOR", name="Harbor")
    session.commit()
    assert ask(admin, operator="ALPINA", station="G-1").reason == "own"
    other = ask(admin, operator="HARBOR", station="G-1")
    assert (other.sees, other.reason) == (False, "foreign")


def test_closed_unassigned_and_disabled_are_said_with_their_remedy(
    admin: FlaskClient, session: Session, alpina: Operator, garage: Station, mia: Driver
) -> None:
    make_membership(session, alpina, mia)
    make_station(session, make_area(session, code="NOBODY"), code="N-1", visible=False)
    make_station(session, make_area(session, alpina), code="C-1", status=StationStatus.CLOSED)
    session.commit()
    closed = ask(admin, driver="D-MIA", station="C-1")
    assert (closed.reason, closed.clauses[0]) == ("closed", "no")
    assert "/admin/stations/C-1/edit" in closed.text
    unassigned = ask(admin, driver="D-MIA", station="N-1")
    assert unassigned.reason == "unassigned"
    assert "/admin/areas/NOBODY/assign" in unassigned.text
    alpina.status, alpina.updated_at = OperatorStatus.DISABLED, NOW
    session.commit()
    disabled = ask(admin, driver="D-MIA", station="G-1")
    assert disabled.reason == "operator_inactive"
    assert "/admin/operators/ALPINA/enable" in disabled.remedies
    post(admin, "/admin/operators/ALPINA/enable")
    post(admin, "/admin/drivers/D-MIA/disable")
    resting = ask(admin, driver="D-MIA", station="G-1")
    assert resting.reason == "driver_inactive"
    assert "/admin/drivers/D-MIA/enable" in resting.remedies
    assert not any(remedy.endswith("/grant") for remedy in resting.remedies)


def test_remedies_of_the_cpo_are_not_offered_to_operators(
    hotel: FlaskClient, session: Session, alpina: Operator, mia: Driver
) -> None:
    make_membership(session, alpina, mia)
    mia.status, mia.updated_at = DriverStatus.DISABLED, NOW
    session.commit()
    answer = ask(hotel, "operator", driver="D-MIA", station="G-1")
    assert answer.reason == "driver_inactive"
    assert answer.remedies == ["/operator/stations/G-1/visibility"]
    assert "/admin/" not in answer.text


def test_foreign_and_absent_are_the_same_to_an_operator(
    hotel: FlaskClient, session: Session, mia: Driver
) -> None:
    harbor = make_operator(session, code="HARBOR", name="Harbor")
    make_station(session, make_area(session, harbor), code="H-11", name="Pier")
    stranger = make_driver(session, number="D-1111", status=DriverStatus.DISABLED)
    make_membership(session, harbor, stranger)
    session.commit()
    for there, absent in (
        ({"station": "H-11"}, {"station": "H-99"}),
        ({"driver": "D-1111"}, {"driver": "D-9999"}),
    ):
        answers = [hotel.get("/operator/why", query_string=query) for query in (there, absent)]
        assert {answer.status_code for answer in answers} == {422}
        value = (*there.values(), *absent.values())
        texts = [re.sub("|".join(value), "", re.sub(r"csrf[^>]*>", "", answer.text)) for answer in answers]
        assert texts[0] == texts[1]
        assert "Pier" not in texts[0]
    assert ask(hotel, "operator", operator="HARBOR", station="G-1").reason == "anonymous"


def test_operators_learn_names_by_exact_number_only_and_no_contacts(
    hotel: FlaskClient, session: Session, alpina: Operator, mia: Driver
) -> None:
    assert ask(hotel, "operator", driver="D-MIA", station="G-1").reason == "never"
    part = hotel.get("/operator/why", query_string={"driver": "mia", "station": "G-1"})
    assert part.status_code == 422
    assert "Kovač" not in part.text
    assert "Kovač" not in hotel.get("/operator/why/suggest?driver=mia").text
    make_membership(session, alpina, mia, **REVOKED)
    session.commit()
    assert "Kovač" in hotel.get("/operator/why/suggest?driver=mia").text
    again = hotel.get("/operator/why", query_string={"driver": "mia", "station": "G-1"}).text
    assert "/operator/why?driver=D-MIA&amp;station=G-1" in again
    assert "secret.example" not in again + ask(hotel, "operator", driver="D-MIA", station="G-1").text


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_operators_cannot_ask_without_end(hotel: FlaskClient, mia: Driver) -> None:
    answers = [hotel.get("/operator/why/suggest?driver=x").status_code for _ in range(SEARCHES_A_MINUTE + 1)]
    assert set(answers) == {200, 429}
    assert hotel.get("/operator/why?driver=D-MIA&station=G-1").status_code == 429


def test_admins_choose_among_what_was_meant(admin: FlaskClient, mia: Driver) -> None:
    answer = admin.get("/admin/why", query_string={"driver": "kovac", "station": "garage"})
    assert answer.status_code == 422
    text = html.unescape(answer.text)
    assert "/admin/why?driver=D-MIA&operator=&station=garage" in text
    assert "/admin/why?driver=kovac&operator=&station=G-1" in text
    assert 'value="kovac"' in text
    both = admin.get("/admin/why", query_string={"driver": "D-MIA", "operator": "ALPINA", "station": "G-1"})
    assert both.status_code == 422
    assert (
        '<option value="ALPINA">Hotel Alpina</option>' in admin.get("/admin/why/suggest?operator=hotel").text
    )


def test_where_the_links_are(admin: FlaskClient, hotel: FlaskClient, mia: Driver) -> None:
    post(admin, "/admin/operators/ALPINA/members/D-MIA/grant")
    post(admin, "/admin/stations/G-1/visibility", {"visible": "true"})
    for client, surface in ((admin, "admin"), (hotel, "operator")):
        station = client.get(f"/{surface}/stations/G-1/").text
        assert f'href="/{surface}/why?station=G-1"' in station
        assert f'href="/{surface}/stations/G-1/then"' in station
        audit = client.get("/admin/audit/" if surface == "admin" else "/operator/audit").text
        assert f'href="/{surface}/why?station=G-1"' in audit
        assert f'href="/{surface}/why?driver=D-MIA"' in audit
    assert 'href="/admin/drivers/D-MIA/access"' in admin.get("/admin/drivers/D-MIA/").text
    assert 'href="/operator/why?driver=D-MIA"' in hotel.get("/operator/members/").text
