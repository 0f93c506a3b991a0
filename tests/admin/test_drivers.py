"""Drivers and their tokens, as an admin manages them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Driver, DriverStatus, Role, Token
from tests.admin.people import HOSTILE, admin_client, make_session, operator_client
from tests.support.factories import (
    htmx,
    make_account,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    post,
    sign_in,
)

NOW = datetime.now(UTC)
MIA = {
    "number": " d-mia ",
    "name": "Mia Žagar",
    "email": "Mia@Mail.example.com",
    "phone": "040 123 456",
    "country": "SI",
}


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session)


@pytest.fixture
def mia(session: Session) -> Driver:
    mia = make_driver(session, token_uid="04AB", number="D-MIA", name="Mia Žagar")
    session.commit()
    return mia


def _driver(session: Session, number: str = "D-MIA") -> Driver:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Driver).where(Driver.number == number)).one()


def _actions(session: Session) -> list[str]:
    session.rollback()
    made = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id))
    return [action for action in made if not action.startswith("account.sign")]


def test_create_normalises_and_is_found_by_every_part(admin: FlaskClient, session: Session) -> None:
    answer = post(admin, "/admin/drivers/new", {**MIA, "token_uid": "04:ab:99"})
    assert answer.status_code == 303
    assert answer.location == "/admin/drivers/D-MIA/"
    mia = _driver(session)
    assert (mia.email, mia.phone, mia.phone_e164) == ("mia@mail.example.com", "040 123 456", "+38640123456")
    assert session.scalars(select(Token.uid)).all() == ["04:AB:99"]
    assert _actions(session) == ["driver.create", "token.create"]
    for words in ("zagar", "MAIL.example", "+386 40 123", "d-mia", "04:ab"):
        assert "Mia Žagar" in admin.get("/admin/drivers/", query_string={"q": words}).text, words
    assert "Mia Žagar" not in admin.get("/admin/drivers/?q=nobody").text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("number", "D-MIA", "already a driver"),
        ("number", "x", "2 to 36 characters"),
        ("name", "", "fill this in"),
        ("name", "x" * 10_000, "at most 100"),
        ("email", "not an address", "email address"),
        ("phone", "040 123 456", "needs the country"),
        ("token_uid", "04ab", "already belongs to driver D-MIA"),
        ("token_uid", "0 4", "without blanks"),
        ("token_uid", "é" * 4, "without blanks"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    admin: FlaskClient, session: Session, mia: Driver, field: str, value: str, said: str
) -> None:
    data = {"number": "D-NEW", "name": "New One", "email": "", "phone": "", "country": "", "token_uid": ""}
    answer = post(admin, "/admin/drivers/new", data | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert said in answer.text
    assert 'value="D-NEW"' in answer.text or field == "number"
    assert session.scalars(select(Driver.number)).all() == ["D-MIA"]


def test_hostile_names_are_only_text(admin: FlaskClient, session: Session) -> None:
    assert post(admin, "/admin/drivers/new", {**MIA, "name": HOSTILE}).status_code == 303
    assert _driver(session).name == HOSTILE
    for url in ("/admin/drivers/", "/admin/drivers/D-MIA/", "/admin/drivers/D-MIA/edit", "/admin/audit/"):
        page = admin.get(url).text
        assert "<script>alert" not in page
        assert "49<" not in page
        assert "{{ 7*7 }}" in page


def test_edit_keeps_the_number_and_writes_what_changed(
    admin: FlaskClient, session: Session, mia: Driver
) -> None:
    form = {
        "version": mia.version,
        "name": "Mia Novak",
        "email": "",
        "phone": "+43 1 234 5678",
        "number": "D-HACK",
    }
    assert post(admin, "/admin/drivers/d-mia/edit", form).status_code == 303
    changed = _driver(session)
    assert (changed.name, changed.email, changed.phone_e164) == ("Mia Novak", None, "+4312345678")
    assert "Mia Novak" in admin.get("/admin/drivers/?q=04AB").text
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "driver.update")).one()
    assert event.before["name"] == "Mia Žagar"
    assert event.after["name"] == "Mia Novak"


def test_the_second_of_two_edits_is_told_what_changed(
    admin: FlaskClient, session: Session, mia: Driver
) -> None:
    stale = {"version": mia.version, "name": "Second", "email": "", "phone": ""}
    post(admin, "/admin/drivers/D-MIA/edit", stale | {"name": "First"})
    answer = post(admin, "/admin/drivers/D-MIA/edit", stale)
    assert answer.status_code == 409
    assert "First" in answer.text
    assert 'value="Second"' in answer.text
    fresh = _driver(session).version
    assert f'value="{fresh}"' in answer.text
    assert post(admin, "/admin/drivers/D-MIA/edit", stale | {"version": fresh}).status_code == 303
    assert _driver(session).name == "Second"


def test_a_disabled_driver_is_out_at_the_next_request(
    app: Flask, admin: FlaskClient, session: Session, mia: Driver, new_client: Callable[[], FlaskClient]
) -> None:
    login = make_account(session, Role.DRIVER, driver=mia)
    session.commit()
    driver = sign_in(new_client(), login.email)
    assert login.email in driver.get("/map/").text
    assert post(admin, "/admin/drivers/D-MIA/disable").status_code == 303
    assert login.email not in driver.get("/map/").text
    assert _driver(session).status is DriverStatus.DISABLED
    assert "D-MIA" in admin.get("/admin/drivers/?status=disabled").text
    assert "D-MIA" not in admin.get("/admin/drivers/?status=active").text
    assert post(admin, "/admin/drivers/D-MIA/enable").status_code == 303
    assert login.email not in driver.get("/map/").text  # a new sign-in is needed
    assert _actions(session) == ["driver.disabled", "driver.active"]


def test_the_page_shows_the_state_of_each_membership(
    admin: FlaskClient, session: Session, mia: Driver
) -> None:
    day = timedelta(days=1)
    past = {"valid_from": NOW - 3 * day, "valid_to": NOW - day}
    make_membership(session, make_operator(session, name="Op Live"), mia)
    make_membership(session, make_operator(session, name="Op Future"), mia, valid_from=NOW + day)
    make_membership(session, make_operator(session, name="Op Expired"), mia, **past)
    revoked = {"revoked_at": NOW, "revoked_by": "boss", "revoke_reason": "moved away"}
    make_membership(session, make_operator(session, name="Op Revoked"), mia, **revoked)
    make_membership(session, make_operator(session, name="Op Asleep", status="disabled"), mia)
    make_session(session, make_station(session, name="Lakeside"), mia)
    session.commit()
    page = admin.get("/admin/drivers/D-MIA/").text
    for name, state in (
        ("Live", "Live"),
        ("Future", "Not yet"),
        ("Expired", "Expired"),
        ("Revoked", "Revoked"),
    ):
        row = page.split(f"Op {name}</bdi>")[1].split("</tr>")[0]
        assert f"</span>{state}</span>" in row, name
    assert "moved away" in page
    assert "Lakeside" in page


@pytest.mark.parametrize("path", ["", "edit"])
def test_absent_drivers_are_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.get(f"/admin/drivers/NOBODY/{path}").status_code == 404


@pytest.mark.parametrize("verb", ["enable", "disable", "delete", "tokens/add", "tokens/X/block"])
def test_absent_drivers_cannot_be_changed(admin: FlaskClient, verb: str) -> None:
    data = {"uid": "X1", "kind": "rfid"}
    assert post(admin, f"/admin/drivers/NOBODY/{verb}", data).status_code == 404


def test_only_admins_enter(app: Flask, session: Session, mia: Driver) -> None:
    hotel = operator_client(app, session, make_operator(session))
    for url in (
        "/admin/drivers/",
        "/admin/drivers/D-MIA/",
        "/admin/drivers/export.csv",
        "/admin/drivers/ABSENT/",
    ):
        assert hotel.get(url).status_code == 403, url
        assert app.test_client().get(url).status_code == 303, url
    assert post(hotel, "/admin/drivers/D-MIA/delete").status_code == 403


def test_htmx_gets_the_table_alone(admin: FlaskClient, mia: Driver) -> None:
    fragment = htmx(admin, "/admin/drivers/?token=true", method="GET").text
    assert fragment.strip().startswith("<section")
    assert "D-MIA" in fragment
    assert "D-MIA" not in htmx(admin, "/admin/drivers/?token=false", method="GET").text
