"""The cookie of a sign-in: its flags, what is in it, and where it never rides."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import create_app
from portal.models import Account, LoginSession
from tests.support.factories import PASSWORD, make_account, sign_in
from tests.support.migrated import make_config


@pytest.fixture
def admin(session: Session) -> Account:
    account = make_account(session)
    session.commit()
    return account


def test_what_is_in_the_cookie_is_not_what_is_in_the_database(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    sign_in(client, admin.email)
    session.rollback()
    stored = session.scalars(select(LoginSession.secret_hash)).one()
    with client.session_transaction() as held:
        assert held["_user_id"] != stored
        held["_user_id"] = stored
    assert client.get("/admin/").status_code == 303


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_flags_of_the_cookie(database_url: str, session: Session, admin: Account) -> None:
    for base_url, name in (("", "portal"), ("https://portal.example", "__Host-portal")):
        app = create_app(make_config(database_url, base_url=base_url))
        client = app.test_client()
        origin = base_url or "http://localhost"
        token = re.search(r'csrf-token" content="([^"]+)', client.get("/auth/login", base_url=origin).text)
        assert token
        data = {"email": admin.email, "password": PASSWORD, "csrf_token": token.group(1)}
        answer = client.post(
            "/auth/login", data=data, base_url=origin, headers={"Referer": f"{origin}/auth/login"}
        )
        assert answer.status_code == 303, answer.text
        flags = answer.headers["Set-Cookie"]
        assert flags.startswith(f"{name}=")
        assert "HttpOnly" in flags
        assert "SameSite=Lax" in flags
        assert "Path=/" in flags
        assert "Domain" not in flags
        assert ("Secure" in flags) is bool(base_url)
        assert ("max-age" in answer.headers.get("Strict-Transport-Security", "")) is bool(base_url)
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_no_cookie_rides_on_an_answer_that_a_cache_may_keep(client: FlaskClient, admin: Account) -> None:
    sign_in(client, admin.email)
    for url in ("/static/favicon.svg", "/map/folium-1.js", "/map/mini.js", "/map/picker.js"):
        with client.get(url) as answer:
            assert "Set-Cookie" not in answer.headers, url
    assert client.get("/admin/").headers["Cache-Control"] == "no-store"
