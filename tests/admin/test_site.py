"""The settings of the site: each is checked, holds from the next request on, and leaves its row in the trail."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import create_app
from portal.domain.tiles import attribution_value, tile_url_value
from portal.extensions import db
from portal.map.folium_map import MapOptions
from portal.models import AuditEvent
from tests.admin.people import HOSTILE, admin_client, operator_client
from tests.admin.site import URL, row, save
from tests.support.factories import make_area, make_operator, make_station, post
from tests.support.migrated import make_config
from tests.support.smtp import mail_server

ONCE = pytest.mark.parametrize("engine_name", ["sqlite"])
TILES = "https://{s}.tiles.example:8443/{z}/{x}/{y}{r}.png"


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session, email="boss@example.com")


def test_everything_is_saved_and_said(admin: FlaskClient, session: Session) -> None:
    changes = {
        "name": "Küste Laden",
        "locale": "de",
        "timezone": "asia/kathmandu",
        "currency": "npr",
        "energy_step_wh": "250",
        "idle_timeout_min": "0",
        "monetary_session_limit": "12.50",
        "mail_host": "smtp.example.com",
        "mail_port": "2525",
        "mail_security": "tls",
        "mail_user": "me",
        "mail_from": "Portal@Example.com",
        "tile_url": TILES,
        "tile_attribution": "© Somebody & Co",
    }
    assert save(admin, **changes).status_code == 303
    stored = row(session)
    wanted = changes | {
        "timezone": "Asia/Kathmandu", "currency": "NPR", "mail_from": "portal@example.com",
        "monetary_session_limit": "12.5000",
    }  # fmt: skip
    assert {name: str(getattr(stored, name)) for name in wanted} == wanted
    page = admin.get(URL).text
    for value in ("Küste Laden", "Asia/Kathmandu", "smtp.example.com", 'value="12.5"', 'value="250"'):
        assert value in page, value
    [event] = session.scalars(select(AuditEvent).where(AuditEvent.action == "site.update"))
    assert event.after["mail_user"] == "me"
    assert (event.before["name"], event.after["name"]) == ("Charge Portal", "Küste Laden")
    assert "idle_timeout_min" in event.after
    assert save(admin, **changes).status_code == 303
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "site.update")).all()) == 1


WRONG = (
    ("name", "", "1 to 100 characters"),
    ("name", "x" * 101, "at most 100"),
    ("locale", "xx", "from the list"),
    ("timezone", "Mars/Olympus", "time zone such as"),
    ("currency", "EURO", "three letters"),
    ("energy_step_wh", "", "fill this in"),
    ("energy_step_wh", "0", "from 1 to"),
    ("energy_step_wh", "1.5", "whole number"),
    ("idle_timeout_min", "-1", "whole number"),
    ("monetary_session_limit", "0", "from 0.01"),
    ("mail_host", "evil host", "name of a server"),
    ("mail_port", "70000", "from 1 to 65535"),
    ("mail_from", "nonsense", "email address"),
    ("mail_security", "rot13", "from the list"),
    ("tile_url", "http://tiles.example/{z}/{x}/{y}.png", "https://"),
    ("tile_url", "https://tiles.example/{z}/{x}.png", "{z}, {x} and {y}"),
    ("tile_url", "https://tiles.example; script-src *//{z}/{x}/{y}", "https://"),
    ("tile_url", "https://tiles.example/{z}/{x}/{y}?{{ 7*7 }}", "https://"),
)


@ONCE
def test_what_is_wrong_stands_beside_its_field(admin: FlaskClient, session: Session) -> None:
    for field, value, said in WRONG:
        answer = save(admin, **{"name": "Typed", field: value})
        assert answer.status_code == 422, field
        assert f'id="{field}-error"' in answer.text, field
        assert said in answer.text, field
        assert field == "name" or 'value="Typed"' in answer.text
    assert (row(session).name, row(session).version) == ("Charge Portal", 1)


@ONCE
def test_what_belongs_together_comes_together(admin: FlaskClient) -> None:
    assert 'id="mail_from-error"' in save(admin, mail_host="smtp.example.com").text
    assert 'id="mail_security-error"' in save(admin, mail_user="me", mail_security="none").text
    assert 'id="tile_attribution-error"' in save(admin, tile_url=TILES).text
    hostile = save(admin, tile_url=TILES, tile_attribution=HOSTILE)
    assert 'id="tile_attribution-error"' in hostile.text


def test_two_who_change_the_settings_at_once(admin: FlaskClient, session: Session) -> None:
    assert save(admin, name="First", version="1").status_code == 303
    late = save(admin, name="Second", version="1")
    assert late.status_code == 409
    assert "First" in late.text
    assert 'value="Second"' in late.text
    assert save(admin, name="Second", version="2").status_code == 303
    assert row(session).name == "Second"


def test_the_name_is_everywhere_from_the_next_request_on(app: Flask, admin: FlaskClient) -> None:
    save(admin, name=HOSTILE[:90])
    for url in ("/auth/login", "/map/", "/nowhere"):
        page = app.test_client().get(url).text
        assert "<script>alert" not in page, url
        assert "&lt;script&gt;alert" in page.split("</title>")[0], url
    save(admin, name="Küste Laden")
    assert "Küste Laden</title>" in app.test_client().get("/map/").text


def policy(client: FlaskClient, url: str) -> str:
    return client.get(url).headers["Content-Security-Policy"]


def test_tiles_hold_for_map_and_policy_from_the_next_request_on(app: Flask, admin: FlaskClient) -> None:
    guest = app.test_client()
    assert "img-src 'self' data:;" in policy(guest, "/map/")
    save(admin, tile_url=TILES, tile_attribution="© Somebody & Co")
    for url in ("/map/", "/auth/login", "/nowhere"):
        assert "img-src 'self' data: https://*.tiles.example:8443;" in policy(guest, url), url
    for name in ("folium-1", "mini", "picker"):
        script = guest.get(f"/map/{name}.js").text
        assert "PortalMap.tiles" in script
        assert "Somebody" in script
    save(admin, tile_url="")
    assert "img-src 'self' data:;" in policy(guest, "/map/")
    assert "PortalMap.world" in guest.get("/map/mini.js").text


@pytest.mark.parametrize("attribution", ["© OpenStreetMap", "a & b 'c' \"d\" ${e} {{ f }}"])
def test_whatever_is_accepted_makes_a_map(attribution: str) -> None:
    url = tile_url_value("tile_url", TILES)
    assert url is not None
    text = attribution_value("tile_attribution", attribution, url)
    assert MapOptions(tile_url=url, tile_attribution=text or "").tile_url == TILES


def test_defaults_hold_where_nothing_else_says_so(admin: FlaskClient, session: Session) -> None:
    station = make_station(session, make_area(session))
    session.commit()
    new = "/admin/operators/new"
    assert "UTC" in admin.get("/admin/").text
    changes = {"timezone": "Asia/Kathmandu", "currency": "NPR", "monetary_session_limit": "777"}
    save(admin, locale="de", **changes)
    assert "Asia/Kathmandu" in admin.get("/admin/", headers={"Accept-Language": "en"}).text
    assert '<html lang="de"' in admin.get("/admin/").text
    assert "NPR" in admin.get(f"/admin/stations/{station.code}/", headers={"Accept-Language": "en"}).text
    wizard = admin.get(new).headers["Location"].removesuffix("/operator")
    post(admin, f"{wizard}/operator", {"name": "New", "code": "NEW-ONE", "version": "1"})
    page = admin.get(f"{wizard}/environment").text
    assert 'value="Asia/Kathmandu"' in page
    assert 'value="NPR"' in page
    assert 'placeholder="777' in page


@ONCE
def test_it_says_what_the_environment_says(database_url: str, session: Session) -> None:
    config = make_config(
        database_url, default_timezone="Europe/Vienna", default_currency="CHF", default_locale="de"
    )
    app = create_app(config)
    page = admin_client(app, session).get(URL, headers={"Accept-Language": "en"}).text
    for value in ("Europe/Vienna", "CHF", "Deutsch", "the built-in map"):
        assert f"Empty: {value}, from the environment." in page, value
    assert "No mail is set up" in page
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def secretive(database_url: str) -> Any:
    app = create_app(make_config(database_url, mail_password="the-servers-password"))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_a_test_mail_goes_to_who_asks(secretive: Flask, session: Session) -> None:
    admin = admin_client(secretive, session, email="boss@example.com")
    with mail_server() as mailbox:
        mail = {"mail_host": "127.0.0.1", "mail_port": str(mailbox.port), "mail_security": "none"}
        assert save(admin, mail_from="portal@example.com", **mail).status_code == 303
        assert post(admin, f"{URL}/test-mail", {"to": "all@example.com"}).status_code == 303
    page = admin.get(URL).text
    assert "A test mail is on its way to boss@example.com." in page
    assert [each["To"] for each in mailbox.received] == ["boss@example.com"]
    assert "PORTAL_BASE_URL" in page, "mails with links would not be sent"
    assert "it is set" in page
    assert "the-servers-password" not in page
    assert "cannot be reached" in post(admin, f"{URL}/test-mail", follow_redirects=True).text
    trail = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert trail[-2:] == ["site.test_mail", "site.test_mail"]


@ONCE
def test_a_test_mail_lies_in_the_folder(database_url: str, session: Session, tmp_path: Path) -> None:
    app = create_app(make_config(database_url, mail_folder=str(tmp_path)))
    admin = admin_client(app, session)
    assert str(tmp_path) in admin.get(URL).text
    page = post(admin, f"{URL}/test-mail", follow_redirects=True).text
    [file] = tmp_path.glob("*.eml")
    assert str(file) in page
    with app.app_context():
        db.engine.dispose()


@ONCE
def test_only_admins_enter(app: Flask, admin: FlaskClient, session: Session) -> None:
    operator = make_operator(session)
    session.commit()
    hotel = operator_client(app, session, operator)
    assert (hotel.get(URL).status_code, save(hotel, name="Mine").status_code) == (403, 403)
    assert URL in admin.get("/admin/").text
    assert row(session).name == "Charge Portal"
