"""Tokens of drivers, and what keeps a driver from being deleted."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict
from portal.models import AuditEvent, Driver, Role, Token, TokenKind
from portal.services.drivers import add_token
from portal.web.transaction import transaction
from tests.admin.people import admin_client, make_session
from tests.support.factories import (
    TESTER,
    make_account,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    post,
)

NOW = datetime.now(UTC)


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


def test_tokens_are_added_blocked_and_removed(admin: FlaskClient, session: Session, mia: Driver) -> None:
    url = "/admin/drivers/D-MIA/tokens"
    assert post(admin, f"{url}/add", {"uid": "app-7", "kind": "app"}).status_code == 303
    token = session.scalars(select(Token).where(Token.uid == "APP-7")).one()
    assert (token.kind, token.blocked) == (TokenKind.APP, False)
    assert "Mia" in admin.get("/admin/drivers/?q=app-7").text
    session.rollback()
    assert post(admin, f"{url}/app-7/block").status_code == 303
    session.refresh(token)
    assert token.blocked
    session.rollback()
    assert post(admin, f"{url}/APP-7/unblock").status_code == 303
    assert post(admin, f"{url}/APP-7/remove").status_code == 303
    assert "Mia" not in admin.get("/admin/drivers/?q=app-7").text
    assert _actions(session) == ["token.create", "token.block", "token.unblock", "token.delete"]


def test_a_token_has_one_driver(admin: FlaskClient, session: Session, mia: Driver) -> None:
    make_driver(session, number="D-REX")
    session.commit()
    answer = post(admin, "/admin/drivers/D-REX/tokens/add", {"uid": "04ab", "kind": "rfid"})
    assert answer.status_code == 422
    assert "already belongs to driver D-MIA" in answer.text
    assert post(admin, "/admin/drivers/D-REX/tokens/04AB/remove").status_code == 404
    assert post(admin, "/admin/drivers/D-REX/tokens/add", {"uid": "X1", "kind": "chip"}).status_code == 422


def test_a_race_for_a_token_ends_in_a_conflict(
    app: Flask, session: Session, mia: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.services.drivers._check_token_free", lambda *args: None)

    def take() -> None:
        with transaction() as writing:
            subject = writing.scalars(select(Driver)).one()
            add_token(writing, subject, "04AB", TokenKind.RFID, actor=TESTER, at=NOW)

    with app.app_context(), pytest.raises(Conflict):
        take()
    session.rollback()
    assert session.scalars(select(Token.uid)).all() == ["04AB"]


def test_delete_names_every_blocker(admin: FlaskClient, session: Session, mia: Driver) -> None:
    operator, station = make_operator(session), make_station(session)
    make_membership(session, operator, mia, revoked_at=NOW, revoked_by="x")
    make_membership(session, operator, mia)
    make_session(session, station, mia)
    make_account(session, Role.DRIVER, driver=mia)
    session.commit()
    answer = post(admin, "/admin/drivers/D-MIA/delete")
    assert answer.status_code == 409
    for said in ("2 memberships", "1 charging session", "1 login", "disable the driver instead"):
        assert said in answer.text
    assert _driver(session)


def test_delete_takes_the_tokens_along_and_leaves_a_trace(
    admin: FlaskClient, session: Session, mia: Driver
) -> None:
    answer = post(admin, "/admin/drivers/D-MIA/delete")
    assert (answer.status_code, answer.location) == (303, "/admin/drivers/")
    assert session.scalars(select(Token)).all() == []
    assert admin.get("/admin/drivers/D-MIA/").status_code == 404
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "driver.delete")).one()
    assert event.subject == "D-MIA"
    assert event.before["tokens"] == ["04AB"]
