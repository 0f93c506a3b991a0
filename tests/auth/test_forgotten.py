"""A forgotten password: a mail to who has a login, and for everybody the same answer."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.models import (
    Account,
    AccountLink,
    AccountStatus,
    AuditEvent,
    OperatorStatus,
    Preference,
    Role,
    Theme,
)
from portal.services.accounts import RESET_LASTS
from tests.auth.conftest import BASE, MailingPortal, link_in
from tests.security.asking import fingerprint
from tests.support.factories import PASSWORD, csrf_token, make_account, make_operator, post

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
NEW = "a brand new password"
ONCE = pytest.mark.parametrize("engine_name", ["sqlite"])  # what the database makes no difference to


@pytest.fixture
def admin(session: Session) -> Account:
    account = make_account(session, email="ana@example.com", name="Ana")
    session.commit()
    return account


def ask(client: FlaskClient, email: str, address: str = "192.0.2.1", **headers: str) -> TestResponse:
    data = {"email": email, "csrf_token": csrf_token(client)}
    where = {"REMOTE_ADDR": address, "wsgi.url_scheme": "https"}
    headers = {"Referer": f"{BASE}/auth/forgot", **headers}
    return client.post("/auth/forgot", data=data, environ_base=where, headers=headers, buffered=True)


def use(client: FlaskClient, url: str) -> TestResponse:
    data = {"password": NEW, "repeat": NEW, "csrf_token": csrf_token(client)}
    return client.post(url, data=data, headers={"Referer": f"{BASE}{url}"})


def signed_in(mailing: MailingPortal, email: str, password: str = PASSWORD) -> FlaskClient:
    client = mailing.client()
    data = {"email": email, "password": password, "csrf_token": csrf_token(client)}
    answer = client.post("/auth/login", data=data, headers={"Referer": f"{BASE}/auth/login"})
    assert answer.status_code == 303, answer.text
    return client


def test_the_way_to_a_new_password(mailing: MailingPortal, session: Session, admin: Account) -> None:
    elsewhere = signed_in(mailing, admin.email)
    guest = mailing.client()
    assert "/auth/forgot" in guest.get("/auth/login").text
    assert ask(guest, " Ana@Example.COM ").status_code == 303
    assert "is on its way" in guest.get("/auth/login").text
    [mail] = mailing.mails()
    assert mail["To"] == "ana@example.com"
    assert "Hello Ana," in mail.get_content()
    link = link_in(mail)
    assert use(guest, link).status_code == 303
    assert elsewhere.get("/admin/").status_code == 303, "other sign-ins have ended"
    assert guest.get(link).status_code == 404, "it works once"
    signed_in(mailing, admin.email, NEW)
    trail = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    wanted = ["account.sign_in", "account.forgot", "account.link", "account.password", "account.sign_in"]
    assert list(trail) == wanted


def test_known_unknown_and_disabled_logins_get_the_same_answer(
    mailing: MailingPortal, session: Session, admin: Account
) -> None:
    make_account(session, email="off@example.com", status=AccountStatus.DISABLED)
    gone = make_operator(session, status=OperatorStatus.DISABLED)
    make_account(session, Role.OPERATOR, operator=gone, email="hotel@example.com")
    session.commit()
    emails = ("ana@example.com", "nobody@example.com", "off@example.com", "hotel@example.com")
    prints = set()
    for email in emails:
        guest = mailing.client()
        prints.add(fingerprint(ask(guest, email)))
        prints.add(fingerprint(guest.get("/auth/login")))
    assert len(prints) == 2
    assert [mail["To"] for mail in mailing.mails()] == ["ana@example.com"]


@ONCE
def test_nothing_is_looked_up_before_the_answer_is_out(mailing: MailingPortal, admin: Account) -> None:
    """Whatever it takes to find, write and send happens afterwards: until then nothing has been mailed."""
    guest = mailing.client()
    data = {"email": admin.email, "csrf_token": csrf_token(guest)}
    answer = guest.post("/auth/forgot", data=data, headers={"Referer": f"{BASE}/auth/forgot"})
    assert answer.status_code == 303
    assert mailing.mails() == []
    answer.close()
    assert len(mailing.mails()) == 1


@ONCE
def test_a_link_lasts_an_hour(mailing: MailingPortal, session: Session, admin: Account) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        guest = mailing.client()
        ask(guest, admin.email)
        [mail] = mailing.mails()
        assert "1 Sept 2026, 13:00" in mail.get_content() or "Sep 1, 2026, 1:00" in mail.get_content()
        assert timedelta(hours=1) == RESET_LASTS
        clock.shift(timedelta(minutes=59))
        assert guest.get(link_in(mail)).status_code == 200
        clock.shift(timedelta(minutes=1))
        assert guest.get(link_in(mail)).status_code == 404


@ONCE
def test_the_address_that_a_request_names_is_in_no_mail(mailing: MailingPortal, admin: Account) -> None:
    ask(mailing.client(), admin.email, Host="evil.example", Referer="https://evil.example/auth/forgot")
    for mail in mailing.mails():
        assert "evil" not in mail.as_string()
        link_in(mail)


@ONCE
def test_asking_is_slowed_by_address_and_by_client(mailing: MailingPortal, admin: Account) -> None:
    for email in (admin.email, "nobody@example.com"):
        statuses = [ask(mailing.client(), email, f"198.51.100.{n}").status_code for n in range(7)]
        assert statuses == [303] * 5 + [429] * 2
    statuses = [ask(mailing.client(), f"n{n}@example.com").status_code for n in range(12)]
    assert statuses == [303] * 10 + [429] * 2
    assert len(mailing.mails()) == 5


def test_a_password_that_was_set_ends_the_links_that_are_open(
    mailing: MailingPortal, session: Session, admin: Account
) -> None:
    client = signed_in(mailing, admin.email)
    ask(mailing.client(), admin.email)
    [mail] = mailing.mails()
    form = {"present": PASSWORD, "password": NEW, "repeat": NEW, "csrf_token": csrf_token(client)}
    referer = {"Referer": f"{BASE}/auth/profile"}
    assert client.post("/auth/profile/password", data=form, headers=referer).status_code == 303
    assert mailing.client().get(link_in(mail)).status_code == 404
    assert session.scalars(select(AccountLink.used_at)).all() != [None]


@ONCE
def test_mails_speak_the_language_of_their_reader(
    mailing: MailingPortal, session: Session, admin: Account
) -> None:
    session.add(Preference(account_id=admin.id, locale="de", theme=Theme.AUTO, columns={}))
    session.commit()
    ask(mailing.client(), admin.email, **{"Accept-Language": "en"})
    [mail] = mailing.mails()
    assert mail["Subject"] != "A new password for Charge Portal"


@ONCE
def test_without_mail_it_says_whom_to_ask(client: FlaskClient, session: Session, admin: Account) -> None:
    assert "ask whoever gave you your login" in client.get("/auth/forgot").text
    answer = post(client, "/auth/forgot", {"email": admin.email})
    assert answer.status_code == 409
    assert session.scalars(select(AccountLink)).all() == []


@ONCE
def test_nothing_typed_is_said_beside_the_field(mailing: MailingPortal) -> None:
    answer = ask(mailing.client(), "")
    assert (answer.status_code, "Enter your email address." in answer.text) == (422, True)
