"""One's own login, whatever its role: name, language, theme, password, and where it is signed in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Account, LoginSession, Preference, Role, Theme
from tests.auth.browsers import FIREFOX, actions, other_browser
from tests.support.factories import (
    PASSWORD,
    csrf_token,
    make_account,
    make_driver,
    make_operator,
    post,
    sign_in,
)

ONCE = pytest.mark.parametrize("engine_name", ["sqlite"])
NEW = "a brand new password"


@pytest.fixture
def admin(session: Session) -> Account:
    account = make_account(session, email="ana@example.com", name="Ana")
    session.commit()
    return account


@pytest.fixture
def ana(client: FlaskClient, admin: Account) -> FlaskClient:
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    return sign_in(client, admin.email)


def change(client: FlaskClient, present: str = PASSWORD, password: str = NEW, repeat: str = NEW) -> object:
    form = {"present": present, "password": password, "repeat": repeat}
    return post(client, "/auth/profile/password", form)


@ONCE
@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_its_profile_and_the_way_to_it(
    client: FlaskClient, session: Session, role: Role
) -> None:
    owner = {Role.OPERATOR: make_operator, Role.DRIVER: make_driver}.get(role)
    account = make_account(session, role, **({role.value: owner(session)} if owner else {}))
    session.commit()
    sign_in(client, account.email)
    start = {"admin": "/admin/", "operator": "/operator/", "driver": "/map/"}[role.value]
    assert 'href="/auth/profile"' in client.get(start).text
    page = client.get("/auth/profile").text
    assert page.count("<h1") == 1
    assert account.email in page
    assert post(client, "/auth/profile", {"name": "New", "locale": "", "theme": "dark"}).status_code == 303
    assert 'data-bs-theme="dark"' in client.get(start).text


@ONCE
def test_who_is_not_signed_in_has_none(client: FlaskClient) -> None:
    assert client.get("/auth/profile").headers["Location"] == "/auth/login?next=/auth/profile"
    assert post(client, "/auth/profile/theme", {"theme": "dark"}).status_code == 303


def test_name_language_and_theme_are_kept_with_the_login(
    app: Flask, ana: FlaskClient, session: Session, admin: Account
) -> None:
    form = {"name": "Ana Novak", "locale": "de", "theme": "dark", "email": "other@example.com"}
    assert post(ana, "/auth/profile", form).status_code == 303
    elsewhere = other_browser(app, admin)
    page = elsewhere.get("/admin/", headers={"Accept-Language": "en"}).text
    assert '<html lang="de"' in page
    assert 'data-bs-theme="dark"' in page
    assert "Ana Novak" in page
    session.expire_all()
    assert admin.email == "ana@example.com"
    assert actions(session)[1:3] == ["account.update", "account.preferences"]
    assert post(ana, "/auth/profile", form | {"locale": "", "theme": "auto"}).status_code == 303
    page = elsewhere.get("/admin/", headers={"Accept-Language": "en"}).text
    assert '<html lang="en"' in page
    assert "data-bs-theme" not in page


@ONCE
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "x" * 101, "at most 100"),
        ("locale", "xx", "from the list"),
        ("theme", "pink", "from the list"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(ana: FlaskClient, field: str, value: str, said: str) -> None:
    answer = post(ana, "/auth/profile", {"name": "Kept", "locale": "", "theme": "auto", field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert said in answer.text
    assert "Kept" in answer.text or field == "name"


@ONCE
def test_the_button_keeps_the_theme_with_the_login(
    app: Flask, ana: FlaskClient, session: Session, admin: Account
) -> None:
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(ana)}
    answer = ana.post("/auth/profile/theme", data={"theme": "dark"}, headers=headers)
    assert (answer.status_code, answer.data) == (204, b"")
    assert 'data-bs-theme="dark"' in other_browser(app, admin).get("/admin/").text
    assert ana.post("/auth/profile/theme", data={"theme": "?"}, headers=headers).status_code == 422
    assert session.scalars(select(Preference.theme)).all() == [Theme.DARK]
    ana.set_cookie("theme", "light")
    assert 'data-bs-theme="dark"' in ana.get("/admin/").text, "the login's choice wins over the browser's"
    guest = app.test_client()
    guest.set_cookie("theme", "light")
    assert 'data-bs-theme="light"' in guest.get("/auth/login").text


def test_a_new_password_ends_the_other_sign_ins_and_changes_the_cookie(
    app: Flask, ana: FlaskClient, session: Session, admin: Account
) -> None:
    elsewhere = other_browser(app, admin)
    former = ana.get_cookie("portal")
    thief = app.test_client()
    assert former is not None
    assert change(ana).status_code == 303
    assert "Your password is changed" in ana.get("/auth/profile").text
    assert elsewhere.get("/admin/").status_code == 303
    thief.set_cookie("portal", former.value)
    assert thief.get("/admin/").status_code == 303, "the former secret of this sign-in opens nothing"
    assert len(session.scalars(select(LoginSession).where(LoginSession.ended_at.is_(None))).all()) == 1
    assert "account.password" in actions(session)
    sign_in(app.test_client(), admin.email, NEW)


@ONCE
def test_a_new_password_needs_the_present_one(ana: FlaskClient, session: Session) -> None:
    answer = change(ana, present="wrong")
    assert (answer.status_code, 'id="present-error"' in answer.text) == (422, True)
    assert "not your present password" in answer.text
    assert "wrong" not in answer.text.replace("something went wrong", "").replace("Something went wrong", "")
    for password, repeat, field in (("short", "short", "password"), (NEW, "another", "repeat")):
        answer = change(ana, password=password, repeat=repeat)
        assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True)
    answer = change(ana, password="aaaaaaaaaaaa", repeat="aaaaaaaaaaaa")
    assert (answer.status_code, "five different" in answer.text) == (422, True)
    assert "account.password" not in actions(session)
    assert actions(session).count("account.password_refused") == 1
    assert ana.get("/admin/").status_code == 200


@ONCE
def test_guessing_the_present_password_is_slow(ana: FlaskClient) -> None:
    statuses = [change(ana, present=f"guess {n}").status_code for n in range(12)]
    assert statuses == [422] * 10 + [429] * 2
