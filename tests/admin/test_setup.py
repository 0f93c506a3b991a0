"""From an empty database to the first private network, and what the dashboard tells of growth."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.viewer import Viewer
from portal.models import Role
from portal.queries import growth
from tests.admin.people import admin_client
from tests.support.factories import make_area, make_driver, make_membership, make_operator, make_station


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session)


def test_a_portal_without_logins_says_how_to_begin(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "portal account create" in page.text


def test_with_a_login_the_bare_address_leads_to_the_map(admin: FlaskClient, client: FlaskClient) -> None:
    assert client.get("/").location == "/map/"
    assert admin.get("/").location == "/admin/"


def test_the_set_up_leads_from_step_to_step(admin: FlaskClient, session: Session) -> None:
    assert "Lead me through" in admin.get("/admin/").text
    page = admin.get("/admin/setup").text
    assert 'href="/admin/operators/new"' in page
    operator = make_operator(session, code="LODGE")
    session.commit()
    assert 'href="/admin/areas/new?operator=LODGE"' in admin.get("/admin/operators/LODGE/").text
    area = make_area(session, operator, code="YARD")
    session.commit()
    assert 'href="/admin/stations/new?area=YARD&amp;hidden=true"' in admin.get("/admin/areas/YARD/").text
    form = admin.get("/admin/stations/new?area=YARD&hidden=true").text
    assert 'value="YARD"' in form
    assert "checked" not in form.split('name="visible"')[1].split(">")[0]
    make_station(session, area, visible=False)
    session.commit()
    assert 'href="/admin/drivers/new"' in admin.get("/admin/setup").text
    driver = make_driver(session, number="D-7")
    session.commit()
    assert 'href="/admin/operators/LODGE/members/?q=D-7"' in admin.get("/admin/drivers/D-7/").text
    make_membership(session, operator, driver)
    session.commit()
    last = admin.get("/admin/setup").text
    assert 'action="/map/as"' in last
    assert 'value="D-7"' in last


def test_a_visible_station_or_a_revoked_member_is_no_private_network(
    admin: FlaskClient, session: Session
) -> None:
    operator = make_operator(session, code="LODGE")
    area = make_area(session, operator)
    make_station(session, area)
    session.commit()
    assert "hidden=true" in admin.get("/admin/setup").text
    make_station(session, area, visible=False)
    make_membership(session, operator, make_driver(session), revoked_at=datetime.now(UTC))
    session.commit()
    assert "/admin/operators/LODGE/members/" in admin.get("/admin/setup").text


def test_the_notice_goes_when_the_set_up_is_ended(admin: FlaskClient) -> None:
    assert "Set-up, step" not in admin.get("/admin/areas/").text
    admin.get("/admin/setup")
    page = admin.get("/admin/areas/").text
    assert "Set-up, step 1 of 6" in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert admin.post("/admin/setup/end", data={"csrf_token": token}).location == "/admin/"
    assert "Set-up, step" not in admin.get("/admin/areas/").text


def test_growth_counts_local_months(session: Session) -> None:
    at = datetime(2026, 11, 15, tzinfo=UTC)
    boundary = datetime(2026, 9, 30, 22, tzinfo=UTC)  # midnight of the first of October in Ljubljana
    for when in (boundary - timedelta(seconds=1), boundary, boundary + timedelta(days=3), at):
        make_driver(session, created_at=when)
    make_driver(session, created_at=datetime(2025, 10, 1, tzinfo=UTC))
    session.commit()
    months = growth.last_months("Europe/Ljubljana", at)
    assert [f"{month.first:%Y-%m}" for month in (months[0], months[-1])] == ["2025-12", "2026-11"]
    counted = session.execute(growth.new_drivers(Viewer(Role.ADMIN), months)).one()
    assert list(counted) == [0] * 9 + [1, 2, 1]
    assert list(session.execute(growth.new_drivers(Viewer(Role.DRIVER), months)).one()) == [0] * 12


def test_the_dashboard_shows_growth_as_a_table_too(admin: FlaskClient, session: Session) -> None:
    make_driver(session, created_at=datetime.now(UTC))
    session.commit()
    page = " ".join(admin.get("/admin/").text.split())
    assert "As a table" in page
    assert page.count("<svg viewBox=") == 4


def test_members_that_lose_access_soon_need_attention(admin: FlaskClient, session: Session) -> None:
    soon = datetime.now(UTC) + timedelta(days=3)
    make_membership(session, make_operator(session, name="Op Soon"), make_driver(session), valid_to=soon)
    make_membership(
        session,
        make_operator(session, name="Op Later"),
        make_driver(session),
        valid_to=soon + timedelta(days=30),
    )
    session.commit()
    page = " ".join(admin.get("/admin/").text.split())
    assert "Memberships of 1 operator end within 7 days." in page
