"""Logins are made without a password: a single-use link sets it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import create_app
from portal.domain.clock import now
from portal.extensions import db
from portal.models import Account, AccountLink, MailSecurity, Operator, Role, SiteSettings
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
from tests.support.smtp import mail_server

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
    assert "No mail is set up" in page
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def mailing(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The portal with a folder for mails."""
    app = create_app(make_config(database_url, base_url="http://portal.example", mail_folder=str(tmp_path)))
    yield app
    with app.app_context():
        db.engine.dispose()


def _mailed(folder: Path) -> list[EmailMessage]:
    files = sorted(folder.glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[misc]


def _path(mail: EmailMessage) -> str:
    found = re.search(r"http://portal.example(/auth/link/\S+)", mail.get_content())
    assert found, mail.get_content()
    return found.group(1)


def test_an_invitation_goes_by_mail_and_again(
    mailing: Flask, session: Session, alpina: Operator, tmp_path: Path
) -> None:
    admin = admin_client(mailing, session)
    answer = post(admin, "/admin/accounts/new", NEW)
    made = _account(session, "ana@example.com")
    assert answer.headers["Location"] == f"/admin/accounts/{made.id}/"
    page = admin.get(answer.headers["Location"]).text
    assert "/auth/link/" not in page, "the link is in the mail alone"
    assert "An invitation is on its way to ana@example.com." in page
    assert str(tmp_path) in page, "where mails are is said"
    [mail] = _mailed(tmp_path)
    assert (mail["To"], mail["Subject"]) == ("ana@example.com", "Your login for Charge Portal")
    guest = mailing.test_client()
    assert guest.get(_path(mail)).status_code == 200
    [link] = session.scalars(select(AccountLink))
    assert link.expires_at - link.created_at == timedelta(days=7)
    assert post(admin, f"/admin/accounts/{made.id}/link").status_code == 303
    newer = _mailed(tmp_path)[-1]
    assert newer["Subject"] == mail["Subject"]
    assert [guest.get(_path(each)).status_code for each in (mail, newer)] == [404, 200]
    form = {"password": PASSWORD, "repeat": PASSWORD, "csrf_token": csrf_token(guest)}
    assert guest.post(_path(newer), data=form).status_code == 303
    sign_in(guest, "ana@example.com")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_without_a_public_address_no_mail_is_sent(
    session: Session, database_url: str, tmp_path: Path, alpina: Operator
) -> None:
    """Who sends the request could else choose where the link leads."""
    app = create_app(make_config(database_url, mail_folder=str(tmp_path)))
    page = post(admin_client(app, session), "/admin/accounts/new", NEW).text
    assert "PORTAL_BASE_URL is not set" in page
    assert _link(page)
    assert _mailed(tmp_path) == []
    with app.app_context():
        db.engine.dispose()


def test_a_mail_server_that_fails_loses_no_login(mailing: Flask, session: Session, alpina: Operator) -> None:
    settings = session.get_one(SiteSettings, 1)
    settings.mail_security, settings.mail_from = MailSecurity.NONE, "portal@example.com"
    with mail_server(refuse=("RCPT",)) as mailbox:
        settings.mail_host, settings.mail_port = "127.0.0.1", mailbox.port
        session.commit()
        admin = admin_client(mailing, session)
        answer = post(admin, "/admin/accounts/new", NEW)
        assert answer.status_code == 200
        assert "refuses the address of the receiver" in answer.text
        assert mailing.test_client().get(_link(answer.text)).status_code == 200
        assert _account(session, "ana@example.com").operator_id == alpina.id
        mailbox.refuse = ()
        assert (
            post(admin, f"/admin/accounts/{_account(session, 'ana@example.com').id}/link").status_code == 303
        )
    assert [mail["To"] for mail in mailbox.received] == ["ana@example.com"]
