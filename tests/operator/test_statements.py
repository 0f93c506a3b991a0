"""Statements as an operator has them: its own, to read and to keep, and nothing to change."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import Role
from tests.support.factories import make_account, post, sign_in
from tests.support.statements import Books, issued

HERE = "/operator/statements/ALPINA-2026-09-001"


@pytest.fixture
def hotel(session: Session, client: FlaskClient) -> FlaskClient:
    """A user of ALPINA, which has one statement; BISTRO has another."""
    mine = issued(session)
    issued(session, "BISTRO", name="Bistro")
    account = make_account(session, Role.OPERATOR, operator=mine.operator)
    session.commit()
    return sign_in(client, account.email)


def test_its_own_statements_and_no_others(hotel: FlaskClient) -> None:
    page = hotel.get("/operator/statements/").text
    assert "ALPINA-2026-09-001" in page
    assert "BISTRO" not in page
    assert "Operator code" not in page
    for path in ("/", ".pdf", ".csv"):
        assert hotel.get(f"{HERE}{path}").status_code == 200, path
        assert hotel.get(f"/operator/statements/BISTRO-2026-09-001{path}").status_code == 404, path
    page = hotel.get(f"{HERE}/").text
    assert "Due to the operator: €1.00 + €0.64 = €1.64" in page
    for hidden in ("Record a payment", "Credit…", "portal statements verify", "/admin/"):
        assert hidden not in page, hidden


def test_nothing_can_be_changed(hotel: FlaskClient) -> None:
    for verb in ("pay", "credit"):
        assert post(hotel, f"/admin/statements/ALPINA-2026-09-001/{verb}", {}).status_code == 403, verb
        assert post(hotel, f"{HERE}/{verb}", {}).status_code in (404, 405), verb
    assert post(hotel, "/admin/statements/new", {"month": "2026-09", "operator": "ALPINA"}).status_code == 403


def test_before_the_first_one(session: Session, client: FlaskClient) -> None:
    account = make_account(session, Role.OPERATOR, operator=Books(session).operator)
    session.commit()
    page = sign_in(client, account.email).get("/operator/statements/").text
    assert "No statements yet" in page
    assert "once the operator of the network has issued them" in page
