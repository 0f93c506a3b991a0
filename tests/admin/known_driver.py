"""A driver with all that the portal can know of one, for the tests of its rights."""

import json

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.models import Driver, Operator, Role
from tests.admin.people import make_session
from tests.support.factories import make_account, make_area, make_membership, make_station, post, sign_in

NUMBER, URL = "D-MIA", "/admin/drivers/D-MIA"
PERSON = ("Mia Müller", "mia@example.com", "+386 40 999 888", "+38640999888", "CARD-77", "mia.login@example.com",
          "Mia Login", "room 12", "OLD-CARD", "Mia Maiden")  # fmt: skip


def make_known_driver(app: Flask, session: Session, admin: FlaskClient, hotel: Operator) -> Driver:
    """With a former name and token, a membership with a note, a session, a login that was used, and traces in the trail."""
    form = {"number": NUMBER, "name": "Mia Maiden", "email": "mia@example.com", "token_uid": "old-card"}
    assert post(admin, "/admin/drivers/new", form).status_code == 303
    change = {"version": "1", "name": "Mia Müller", "email": "mia@example.com", "phone": "+386 40 999 888"}
    assert post(admin, f"{URL}/edit", change).status_code == 303
    assert post(admin, f"{URL}/tokens/add", {"uid": "card-77", "kind": "rfid"}).status_code == 303
    assert post(admin, f"{URL}/tokens/old-card/remove").status_code == 303
    admin.get("/admin/drivers/export.csv?q=mia%20m%C3%BCller")
    session.rollback()
    driver = session.scalars(select(Driver).where(Driver.number == NUMBER)).one()
    make_membership(session, hotel, driver, note="room 12")
    station = make_station(session, make_area(session, hotel), code="LAKE")
    make_session(session, station, driver, hotel, token_uid="CARD-77", external_id="=1+1")
    account = make_account(
        session, Role.DRIVER, driver=driver, email="mia.login@example.com", name="Mia Login"
    )
    session.commit()
    sign_in(app.test_client(), account.email)
    app.test_client().get("/auth/login")
    guest = app.test_client()
    assert post(guest, "/auth/login", {"email": account.email, "password": "wrong"}).status_code == 422
    return driver


def dump(session: Session) -> str:
    """Every row of every table, as text."""
    session.rollback()
    tables = ("driver", "token", "membership", "charging_session", "account", "login_session", "audit_event")
    rows = (session.execute(text(f"SELECT * FROM {name}")).all() for name in tables)
    return "\n".join(str(list(map(plain, row))) for found in rows for row in found)


def plain(cell: object) -> object:
    """JSON as people read it, whichever way the engine keeps its accents."""
    if isinstance(cell, str) and cell[:1] in "{[":
        return json.loads(cell)
    return cell
