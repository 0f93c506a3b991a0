"""Guessing is slow: by account, by address, across workers; and single-use links cannot be guessed."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import create_app
from portal.domain import passwords
from portal.domain.clock import now
from portal.domain.errors import TooMany
from portal.extensions import db
from portal.models import Account, AccountLink
from portal.services import throttle
from portal.services.accounts import RESET_LASTS, issue_link
from tests.support.factories import PASSWORD, TESTER, csrf_token, make_account, sign_in
from tests.support.migrated import make_config

TRIES = 10
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with its smallest figures: many tries are made here, and counted, not timed."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    monkeypatch.setattr(passwords, "_DUMMY", quick.hash("nobody's"))


@pytest.fixture
def admin(session: Session) -> Account:
    account = make_account(session, password_hash=passwords.hash_password(PASSWORD))
    session.commit()
    return account


WRONG, ANOTHER = "wrong", "another good one"


def guess(app: Flask, email: str, password: str = WRONG, address: str = "192.0.2.1") -> TestResponse:
    client = app.test_client()
    data = {"email": email, "password": password, "csrf_token": csrf_token(client)}
    return client.post("/auth/login", data=data, environ_base={"REMOTE_ADDR": address})


def test_one_account_from_many_addresses(app: Flask, admin: Account) -> None:
    statuses = [guess(app, admin.email, address=f"192.0.2.{n}").status_code for n in range(TRIES + 3)]
    assert statuses == [422] * TRIES + [429] * 3


def test_many_accounts_from_one_address(app: Flask) -> None:
    statuses = [guess(app, f"nobody{n}@example.com").status_code for n in range(TRIES + 3)]
    assert statuses == [422] * TRIES + [429] * 3


def test_known_and_unknown_accounts_are_slowed_alike(app: Flask, admin: Account) -> None:
    for n, email in enumerate((admin.email, "nobody@example.com")):
        answers = [guess(app, email, address=f"198.51.100.{n * 50 + i}") for i in range(TRIES + 1)]
        assert answers[-1].status_code == 429
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_the_right_password_waits_too(app: Flask, admin: Account) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(TRIES):
            guess(app, admin.email.upper())
        assert guess(app, admin.email, PASSWORD, "203.0.113.9").status_code == 429
        clock.shift(timedelta(seconds=61))
        assert guess(app, admin.email, PASSWORD, "203.0.113.9").status_code == 303


def test_signing_in_does_not_count(client: FlaskClient, admin: Account) -> None:
    for _ in range(TRIES + 2):
        sign_in(client, admin.email)


def test_no_minute_holds_more_tries_than_allowed(app: Flask, admin: Account) -> None:
    """However they are spread over the edges of windows."""
    let_through: list[datetime] = []
    with time_machine.travel(NOON + timedelta(seconds=31), tick=False) as clock:
        for wait in [1] * 9 + [20, 1, 1, 8] + [1] * 12 + [30, 29, 1, 1, 1, 1]:
            clock.shift(timedelta(seconds=wait))
            if guess(app, admin.email).status_code == 422:
                let_through.append(now())
    for start in let_through:
        assert sum(start <= each < start + timedelta(minutes=1) for each in let_through) <= TRIES


def test_workers_count_together(app: Flask, database_url: str, admin: Account) -> None:
    other = create_app(make_config(database_url))
    statuses = [guess((app, other)[n % 2], admin.email).status_code for n in range(TRIES + 2)]
    assert statuses == [422] * TRIES + [429] * 2
    with other.app_context():
        db.engine.dispose()


def test_searching_goes_on_at_a_steady_pace(session: Session) -> None:
    """A window that is not strict ends a minute after it began, however busy it was."""
    for n in range(100):
        throttle.hit(session, "search", at=NOON + timedelta(seconds=7 * n), limit=10)
    for _ in range(10):
        throttle.hit(session, "other", at=NOON, limit=10)
    with pytest.raises(TooMany) as refused:
        throttle.hit(session, "other", at=NOON, limit=10)
    assert 0 < refused.value.retry_after <= 60


def fresh_link(session: Session, account: Account) -> str:
    secret = issue_link(session, account, actor=TESTER, at=now())
    session.commit()
    return f"/auth/link/{secret}"


def use(client: FlaskClient, url: str, password: str = ANOTHER) -> TestResponse:
    data = {"password": password, "repeat": password, "csrf_token": csrf_token(client)}
    return client.post(url, data=data)


def test_a_link_works_once(client: FlaskClient, session: Session, admin: Account) -> None:
    url = fresh_link(session, admin)
    assert client.get(url).status_code == 200
    assert use(client, url, "too short").status_code == 422
    assert use(client, url).status_code == 303
    assert client.get(url).status_code == 404
    assert use(client, url, "yet another good one").status_code == 404
    sign_in(client, admin.email, "another good one")


def test_a_newer_link_replaces_the_former(client: FlaskClient, session: Session, admin: Account) -> None:
    former, newer = fresh_link(session, admin), fresh_link(session, admin)
    assert client.get(former).status_code == 404
    assert client.get(newer).status_code == 200


def test_a_link_expires(client: FlaskClient, session: Session, admin: Account) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        url = fresh_link(session, admin)
        clock.shift(RESET_LASTS - timedelta(seconds=1))
        assert client.get(url).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert client.get(url).status_code == 404
        assert use(client, url).status_code == 404


def test_a_link_that_is_used_ends_every_sign_in(
    app: Flask, client: FlaskClient, session: Session, admin: Account
) -> None:
    sign_in(client, admin.email)
    assert use(app.test_client(), fresh_link(session, admin)).status_code == 303
    assert client.get("/admin/").status_code == 303


def test_links_are_long_random_and_kept_hashed(client: FlaskClient, session: Session, admin: Account) -> None:
    secret = fresh_link(session, admin).rpartition("/")[2]
    assert len(secret) >= 43
    stored = session.scalars(select(AccountLink.secret_hash)).all()
    assert secret not in stored
    assert client.get(f"/auth/link/{stored[-1]}").status_code == 404


def test_guessing_links_is_slow(client: FlaskClient) -> None:
    statuses = [client.get(f"/auth/link/guess-{n}").status_code for n in range(TRIES + 2)]
    assert statuses == [404] * TRIES + [429] * 2
