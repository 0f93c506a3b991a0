"""Whose address counts behind reverse proxies."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import create_app
from portal.extensions import db
from portal.models import AuditEvent
from tests.support.factories import csrf_token
from tests.support.migrated import make_config

FORWARDED = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}


@pytest.fixture
def behind(database_url: str) -> Iterator[Callable[[int], FlaskClient]]:
    """Makes clients of a portal that stands behind so many proxies."""
    made: list[Flask] = []

    def make(proxies: int) -> FlaskClient:
        made.append(create_app(make_config(database_url, trusted_proxies=proxies)))
        return made[-1].test_client()

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")])
def test_only_entries_of_our_own_proxies_are_believed(
    behind: Callable[[int], FlaskClient], session: Session, proxies: int, seen: str
) -> None:
    client = behind(proxies)
    form = {"email": "nobody@example.com", "password": "wrong", "csrf_token": csrf_token(client)}
    assert client.post("/auth/login", data=form, headers=FORWARDED).status_code == 422
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.address) == ("account.sign_in_refused", seen)


def test_a_forwarded_host_is_never_believed(behind: Callable[[int], FlaskClient]) -> None:
    answer = behind(1).get("/admin/", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.headers["Location"]
