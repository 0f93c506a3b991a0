"""The pages of an operator's terms: the timeline, adding, changing, removing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.domain.days import next_month
from portal.domain.operator_values import PRICES
from portal.models import Operator, Terms
from portal.services.statements import issue_statements
from tests.support.charging import make_charging, make_terms
from tests.support.factories import TESTER, make_area, make_operator, make_station, post

URL = "/admin/operators/ALPINA"
AGREED = {"price_per_kwh_ac": "0,2", "share_percent": "12.5", "reimbursement_first": "y"}
BLANK = dict.fromkeys((*PRICES, "share_percent"), "") | {"effective_from": "2027-01"}


@pytest.fixture
def operator(session: Session) -> Operator:
    """Terms of January 2025, used by a statement of that month."""
    made = make_operator(session, code="ALPINA")
    make_terms(session, made, date(2025, 1, 1))
    station = make_station(session, make_area(session, made))
    make_charging(session, station, made, datetime(2025, 1, 10, tzinfo=UTC))
    issue_statements(session, made, date(2025, 1, 1), actor=TESTER, at=datetime(2025, 2, 5, tzinfo=UTC))
    session.commit()
    return made


def send(client: FlaskClient, path: str, session: Session, **form: str) -> Any:
    session.rollback()
    session.expire_all()
    version = session.scalars(select(Operator.version)).one()
    return post(client, f"{URL}/terms/{path}", {"version": str(version), **form})


def terms(session: Session) -> list[tuple[date, object]]:
    session.rollback()
    stmt = select(Terms.effective_from, Terms.share_percent).order_by(Terms.effective_from)
    return [tuple(row) for row in session.execute(stmt)]


def test_add_change_and_remove(admin: FlaskClient, session: Session, operator: Operator) -> None:
    coming = next_month(now().date(), 2)
    form = admin.get(f"{URL}/terms/new").text
    assert 'value="0.1"' in form  # from the latest ones
    answer = send(admin, "new", session, **AGREED, effective_from=f"{coming:%Y-%m}")
    assert (answer.status_code, answer.location) == (303, f"{URL}/#terms")
    page = admin.get(f"{URL}/").text
    for said in ("In force", "To come", "Used by statement ALPINA-2025-01-001", "until further notice"):
        assert said in page
    assert f"{URL}/terms/2025-01/" not in page  # what was used is not offered to be changed
    assert f"{URL}/terms/{coming:%Y-%m}/" in page
    changed = AGREED | {"share_percent": "13"}
    assert send(admin, f"{coming:%Y-%m}/", session, **changed).status_code == 303
    assert terms(session)[1] == (coming, 13)
    assert send(admin, f"{coming:%Y-%m}/delete", session).status_code == 303
    assert len(terms(session)) == 1


def test_what_was_used_is_refused_with_everything_kept(
    admin: FlaskClient, session: Session, operator: Operator
) -> None:
    answer = send(admin, "2025-01/", session, **AGREED)
    assert answer.status_code == 409
    assert "used by statement ALPINA-2025-01-001 and stay as they are" in answer.text
    assert 'value="12.5"' in answer.text
    assert send(admin, "2025-01/delete", session).status_code == 409
    answer = send(admin, "new", session, **AGREED, effective_from="2024-12")
    assert answer.status_code == 303  # nothing settled started before January
    environment = {"timezone": "Europe/Ljubljana", "currency": "EUR", **AGREED, "effective_from": "2025-01"}
    answer = post(admin, f"{URL}/edit/environment", environment)
    assert answer.status_code == 409
    assert "used by statement ALPINA-2025-01-001 and stay as they are" in answer.text
    assert [share for _month, share in terms(session)] == [12.5, 20]


def test_errors_stand_at_their_fields(admin: FlaskClient, session: Session, operator: Operator) -> None:
    for over, said in (
        ({"effective_from": "2026-13"}, "Expected the first day of a month"),
        ({"effective_from": "2025-01"}, "There are terms from this month already."),
        ({"effective_from": "2027-01", "share_percent": "101"}, "share_percent-error"),
        (BLANK, "Fill in a price"),
    ):
        answer = send(admin, "new", session, **AGREED | over)
        assert answer.status_code == 422, over
        assert said in answer.text
    stale = post(admin, f"{URL}/terms/new", AGREED | {"effective_from": "2027-01", "version": "0"})
    assert stale.status_code == 409
    assert terms(session) == [(date(2025, 1, 1), 20)]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_month_without_terms_is_absent(admin: FlaskClient, operator: Operator) -> None:
    for month in ("2024-01", "2024", "x", "2025-13"):
        assert admin.get(f"{URL}/terms/{month}/").status_code == 404
    assert admin.get("/admin/operators/NOPE/terms/new").status_code == 404
