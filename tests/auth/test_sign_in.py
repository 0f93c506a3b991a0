"""Signing in and out: sessions that live on the server, and answers that tell nothing."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.domain import passwords
from portal.domain.clock import now
from portal.models import Account, AccountStatus, AuditEvent, DriverStatus, LoginSession, OperatorStatus, Role
from portal.services.accounts import set_password
from tests.support.factories import (
    PASSWORD,
    TESTER,
    csrf_token,
    make_account,
    make_driver,
    make_operator,
    post,
    sign_in,
)

HOSTILE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "https:evil.example",
    "https://evil.example",
    "http:/\\evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    " //evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/\u0000/evil.example",
    "／／evil.example",
    "?next=//evil.example",
    "#",
    "",
)


def login(client: FlaskClient, email: str, password: str = PASSWORD, next: str | None = None) -> object:
    query = {} if next is None else {"next": next}
    data = {"email": email, "password": password, "csrf_token": csrf_token(client)}
    return client.post("/auth/login", query_string=query, data=data)


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("portal")
    return found.value if found else ""


@pytest.fixture
def admin(session: Session) -> Account:
    account = make_account(session)
    session.commit()
    return account


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_next_never_leaves_the_site(client: FlaskClient, admin: Account) -> None:
    for target in HOSTILE:
        answer = login(client, admin.email, next=target)
        assert answer.status_code == 400 or answer.headers["Location"] == "/admin/", target


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_next_comes_back_to_where_one_was(client: FlaskClient, admin: Account) -> None:
    asked = client.get("/admin/stations/?q=%C5%A0kofja&sort=name")
    answer = client.post(
        asked.headers["Location"],
        data={"email": admin.email, "password": PASSWORD, "csrf_token": csrf_token(client)},
    )
    assert answer.headers["Location"] == "/admin/stations/?q=%C5%A0kofja&sort=name"


def test_the_cookie_changes_and_the_former_one_opens_nothing(
    app: Flask, client: FlaskClient, admin: Account
) -> None:
    client.get("/auth/login")
    planted = cookie(client)
    sign_in(client, admin.email)
    assert cookie(client) != planted
    thief = app.test_client()
    thief.set_cookie("portal", planted)
    assert thief.get("/admin/").status_code == 303


def test_signing_in_again_ends_the_sign_in_before(app: Flask, client: FlaskClient, admin: Account) -> None:
    sign_in(client, admin.email)
    former = cookie(client)
    sign_in(client, admin.email)
    thief = app.test_client()
    thief.set_cookie("portal", former)
    assert thief.get("/admin/").status_code == 303
    assert client.get("/admin/").status_code == 200


def test_signing_out_ends_it_on_the_server(app: Flask, client: FlaskClient, admin: Account) -> None:
    sign_in(client, admin.email)
    stolen = cookie(client)
    assert post(client, "/auth/logout").status_code == 303
    thief = app.test_client()
    thief.set_cookie("portal", stolen)
    assert thief.get("/admin/").status_code == 303


def test_a_sign_in_lasts_twelve_hours_whatever_is_done_in_it(client: FlaskClient, admin: Account) -> None:
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client, admin.email)
        clock.move_to(start + timedelta(hours=11, minutes=59))
        assert client.get("/admin/").status_code == 200
        clock.move_to(start + timedelta(hours=12))
        assert client.get("/admin/").status_code == 303


@pytest.mark.parametrize("ended_by", ["account", "operator", "password", "driver", "deleted"])
def test_a_sign_in_ends_with_the_very_next_answer(
    client: FlaskClient, session: Session, ended_by: str
) -> None:
    operator, driver = make_operator(session), make_driver(session)
    owner = {"driver": driver} if ended_by == "driver" else {"operator": operator}
    account = make_account(session, Role.DRIVER if ended_by == "driver" else Role.OPERATOR, **owner)
    session.commit()
    sign_in(client, account.email)
    assert account.email in client.get("/map/").text
    if ended_by == "account":
        account.status = AccountStatus.DISABLED
    elif ended_by == "operator":
        operator.status = OperatorStatus.DISABLED
    elif ended_by == "driver":
        driver.status = DriverStatus.DISABLED
    elif ended_by == "deleted":
        session.delete(account)
    else:
        set_password(session, account, "another good password", actor=TESTER, at=now())
    session.commit()
    assert account.email not in client.get("/map/").text


def test_an_account_that_is_enabled_again_has_to_sign_in_again_after_a_password_change(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    sign_in(client, admin.email)
    set_password(session, admin, "another good password", actor=TESTER, at=now())
    session.commit()
    assert client.get("/admin/").status_code == 303
    assert login(client, admin.email).status_code == 422
    sign_in(client, admin.email, "another good password")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_unknown_wrong_and_disabled_read_the_same_and_take_the_same_work(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is that of one Argon2 verification, so those are counted instead of milliseconds."""
    ours = passwords.hash_password(PASSWORD)
    active = make_account(session, password_hash=ours)
    disabled = make_account(session, password_hash=ours, status=AccountStatus.DISABLED)
    unset = make_account(session, password_hash=None)
    session.commit()
    work: list[str] = []
    verify = type(passwords._hasher).verify

    def counted(self: object, hashed: str, password: str) -> bool:
        work.append(re.sub(r"\$[^$]*\$[^$]*$", "", hashed))
        return bool(verify(self, hashed, password))

    monkeypatch.setattr(type(passwords._hasher), "verify", counted)
    tries = [
        ("nobody@example.com", PASSWORD),
        (active.email, "wrong"),
        (disabled.email, PASSWORD),
        (unset.email, ""),
    ]
    tries[-1] = (unset.email, "no account has this password")
    answers, works = set(), []
    for email, password in tries:
        work.clear()
        answer = login(app.test_client(), email, password)
        body = re.sub(r'(csrf-token" content|csrf_token" value)="[^"]*"', "", answer.text).replace(email, "")
        answers.add((answer.status_code, body))
        works.append(tuple(work))
    assert len(answers) == 1
    assert {status for status, _ in answers} == {422}
    assert len(set(works)) == 1
    assert len(works[0]) == 1


def test_sign_ins_good_and_refused_are_in_the_trail(client: FlaskClient, session: Session) -> None:
    operator = make_operator(session)
    account = make_account(session, Role.OPERATOR, operator=operator)
    session.commit()
    login(client, account.email, "a wrong password")
    login(client, "Nobody@Example.com ", "a wrong password")
    sign_in(client, account.email)
    post(client, "/auth/logout")
    session.rollback()
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(event.action, event.subject, event.operator_id, event.actor_id) for event in events] == [
        ("account.sign_in_refused", account.email, operator.id, None),
        ("account.sign_in_refused", "nobody@example.com", None, None),
        ("account.sign_in", account.email, operator.id, account.id),
        ("account.sign_out", account.email, operator.id, account.id),
    ]
    assert {event.address for event in events} == {"127.0.0.1"}


def test_expired_sign_ins_open_nothing_even_with_a_live_cookie(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    sign_in(client, admin.email)
    session.execute(update(LoginSession).values(expires_at=now()))
    session.commit()
    assert client.get("/admin/").status_code == 303
    assert session.scalar(select(func.count(LoginSession.id))) == 1


def test_the_bare_address_leads_to_where_one_starts(client: FlaskClient, admin: Account) -> None:
    assert client.get("/").headers["Location"] == "/map/"
    sign_in(client, admin.email)
    assert client.get("/").headers["Location"] == "/admin/"
