"""The CPO's dashboard: what it counts, what it points to, where it leads on an empty database."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import Role
from tests.admin.counting import count_statements
from tests.admin.people import HOSTILE, admin_client
from tests.support.factories import (
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
)


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session)


def _words(page: str) -> str:
    return " ".join(page.split())


def test_an_empty_portal_leads_to_the_first_steps(admin: FlaskClient) -> None:
    page = admin.get("/admin/").text
    assert "Set up your first private network" in page
    for url in ("/admin/operators/new", "/admin/areas/new", "/admin/drivers/new", "/admin/setup"):
        assert f'href="{url}"' in page, url
    assert "Nothing at present." in page


def test_it_counts_and_says_what_needs_attention(admin: FlaskClient, session: Session) -> None:
    full = make_operator(session, name="Op Full")
    make_account(session, Role.OPERATOR, operator=full)
    seen = make_area(session, full)
    make_membership(session, full, make_driver(session))
    make_station(session, seen, visible=False, name="Seen Hidden")
    make_station(session, seen, name="Plain Visible")
    make_station(session, seen, status="closed", visible=False, name="Closed Hidden")
    lapsed = make_operator(session, name="Op Lapsed")
    past = datetime.now(UTC) - timedelta(days=1)
    make_membership(session, lapsed, make_driver(session), valid_to=past)
    make_station(session, make_area(session, lapsed), visible=False, name="Unseen Hidden")
    make_operator(session, name=HOSTILE)
    make_operator(session, name="Op Archived", status="archived")
    make_station(session, visible=False, name="Nobody's Hidden")
    session.commit()
    page = _words(admin.get("/admin/").text)
    attention = page.split("Needs attention")[1].split("Latest changes")[0]
    assert "2 visible" not in page
    assert "1 visible, 3 hidden, 1 closed" in page
    assert "1 live membership" in page
    assert "1 hidden station has no operator" in attention
    assert "Nobody&#39;s Hidden" in attention
    assert "1 hidden station is seen by no driver" in attention
    assert "Unseen Hidden" in attention
    assert ">Seen Hidden" not in attention
    assert "Closed Hidden" not in attention
    assert "1 operator has no area." in attention
    assert "2 operators have no active login." in attention
    assert "Op Archived" not in attention
    assert "<script>alert" not in page
    assert "Lead me through" not in page


def test_it_costs_the_same_however_much_there_is(app: Flask, admin: FlaskClient, session: Session) -> None:
    before = count_statements(app, lambda: admin.get("/admin/"))
    for _ in range(8):
        operator = make_operator(session)
        make_station(session, make_area(session, operator), visible=False)
        make_station(session, visible=False)
        make_membership(session, make_operator(session), make_driver(session))
    session.commit()
    assert count_statements(app, lambda: admin.get("/admin/")) == before
    assert "…" in admin.get("/admin/").text
