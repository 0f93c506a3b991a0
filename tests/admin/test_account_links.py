"""Logins are made without a password: a single-use link sets it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import create_app
from portal.domain.clock import now
from portal.models import Account, AccountLink, Operator, Role
from tests.admin.people import admin_client
from tests.support.factories import (
    PASSWORD,
    csrf_token,
    make_account,
    make_operator,
    post,
    sign_in,
)
from tests.support.migrated import make_config

NEW = {"email": "Ana@Example.com", "name": "Ana", "role": "operator", "operator": "alpina", "driver": ""}


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session, email="boss@example.com")


@pytest.fixture
def alpina(session: Session) -> Operator:
    operator = make_operator(session, code="ALPINA", name="Hotel Alpina")
    session.commit()
    return operator


def _account(session: Session, email: str) -> Account:
    session.rollback()
    return session.scalars(
        select(Account).where(Account.email == email).execution_options(populate_existing=True)
    ).one()


def _link(page: str) -> str:
    found = re.search(r'id="link" value="[^"]*?(/auth/link/[^"]+)"', page)
    assert found, page
    return found.group(1)


def test_a_new_login_gets_a_link_that_works_once(
    admin: FlaskClient, session: Session, alpina: Operator, new_client: Callable[[], FlaskClient]
) -> None:
    shown = post(admin, "/admin/accounts/new", NEW)
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    link = _link(shown.text)
    made = _account(session, "ana@example.com")
    assert (made.role, made.operator_id, made.password_hash) == (Role.OPERATOR, alpina.id, None)
    assert link.rsplit("/", 1)[1] not in admin.get(f"/admin/accounts/{made.id}/").text

    owner = new_client()
    password = {"password": PASSWORD, "repeat": PASSWORD}
    token = csrf_token(owner, link)
    assert owner.post(link, data=password | {"csrf_token": token}).status_code == 303
    assert owner.get(link).status_code == 404
    assert owner.post(link, data=password | {"csrf_token": csrf_token(owner)}).status_code == 404
    assert sign_in(owner, "ana@example.com").get("/operator/").status_code == 200


def test_a_newer_link_and_time_end_a_link(
    admin: FlaskClient, session: Session, new_client: Callable[[], FlaskClient]
) -> None:
    other = make_account(session, email="ana@example.com")
    session.commit()
    first = _link(post(admin, f"/admin/accounts/{other.id}/link").text)
    second = _link(post(admin, f"/admin/accounts/{other.id}/link").text)
    stranger = new_client()
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200
    for link in session.scalars(select(AccountLink)):
        link.expires_at = now() - timedelta(seconds=1)
    session.commit()
    assert stranger.get(second).status_code == 404


def test_links_stand_under_the_public_address(session: Session, database_url: str) -> None:
    app = create_app(make_config(database_url, base_url="http://portal.example"))
    admin = admin_client(app, session)
    page = post(admin, "/admin/accounts/new", NEW | {"role": "admin"}).text
    assert 'value="http://portal.example/auth/link/' in page
    from portal.extensions import db

    with app.app_context():
        db.engine.dispose()
