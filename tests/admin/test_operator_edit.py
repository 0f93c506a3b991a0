"""Update of an operator: both steps, key rotation, terms, two people at once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.secrets import seal
from portal.models import AuditEvent, Operator, Terms
from tests.admin.operator_wizard import KEY, send, version
from tests.support.factories import make_account, make_operator, post, sign_in

URL = "/admin/operators/HOTEL/edit"
PEPPER = "only-for-tests-0123456789"
OTHER_KEY = "another-Key-9876543210"
ENVIRONMENT = {"timezone": "Europe/Ljubljana", "currency": "EUR"}


@pytest.fixture
def admin(session: Session, client: FlaskClient) -> FlaskClient:
    account = make_account(session)
    make_operator(session, code="HOTEL", name="Hotel", city="Bled")
    session.commit()
    return sign_in(client, account.email)


def stored(session: Session) -> Operator:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Operator).where(Operator.code == "HOTEL")).one()


def test_all_but_the_code_can_change(admin: FlaskClient, session: Session) -> None:
    assert 'name="code"' not in admin.get(f"{URL}/operator").text
    changed = {"name": "Grand Hotel", "code": "OTHER", "country": "US", "state": "ny", "city": "Žiri"}
    assert send(admin, f"{URL}/operator", changed).status_code == 303
    operator = stored(session)
    assert (operator.name, operator.code, operator.state) == ("Grand Hotel", "HOTEL", "New York")
    assert "ziri" in operator.search
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "operator.update")).one()
    assert (event.before["name"], event.after["name"]) == ("Hotel", "Grand Hotel")
    assert event.operator_id == operator.id


def test_saving_nothing_new_leaves_no_trace(admin: FlaskClient, session: Session) -> None:
    assert send(admin, f"{URL}/operator", {"name": "Hotel", "city": "Bled"}).status_code == 303
    assert stored(session).version == 1
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "operator.update")).all() == []


def test_the_second_of_two_people_is_told_what_changed(admin: FlaskClient, session: Session) -> None:
    seen = version(admin, f"{URL}/operator")
    post(admin, f"{URL}/operator", {"name": "Theirs", "city": "Bled", "version": seen})
    stale = post(
        admin, f"{URL}/operator", {"name": "Mine", "city": "Bled", "phone": "+38641234567", "version": seen}
    )
    assert stale.status_code == 409
    assert "<del><bdi>Theirs</bdi></del>" in stale.text
    assert "<ins><bdi>Mine</bdi></ins>" in stale.text
    assert 'value="Mine"' in stale.text
    assert stored(session).name == "Theirs"
    decided = post(admin, f"{URL}/operator", {"name": "Mine", "city": "Bled", "version": "2"})
    assert decided.status_code == 303
    assert stored(session).name == "Mine"
    for tampered in ("", "x", "99", "²"):
        assert post(admin, f"{URL}/operator", {"name": "No", "version": tampered}).status_code == 409


def test_a_field_that_is_not_sent_stays_as_it_is(admin: FlaskClient, session: Session) -> None:
    assert post(admin, f"{URL}/operator", {"name": "From a script", "code": "OTHER"}).status_code == 303
    assert post(admin, f"{URL}/environment", {"energy_step_wh": "250"}).status_code == 303
    operator = stored(session)
    assert (operator.name, operator.city, operator.energy_step_wh) == ("From a script", "Bled", 250)


def test_a_key_is_rotated_with_a_period_of_grace(admin: FlaskClient, session: Session) -> None:
    assert send(admin, f"{URL}/environment", ENVIRONMENT | {"security_key": KEY}).status_code == 303
    page = admin.get(f"{URL}/environment").text
    assert "ends in 6789" in page
    assert KEY not in page
    rotated = ENVIRONMENT | {"security_key": OTHER_KEY, "key_grace_hours": "24"}
    assert send(admin, f"{URL}/environment", rotated).status_code == 303
    operator = stored(session)
    assert operator.security_key_hash == seal(OTHER_KEY, PEPPER)
    assert operator.former_key_hash == seal(KEY, PEPPER)
    assert operator.former_key_until is not None
    left = operator.former_key_until - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    assert "the former key works until" in admin.get("/admin/operators/HOTEL/").text
    assert send(admin, f"{URL}/environment", ENVIRONMENT | {"remove_key": "y"}).status_code == 303
    operator = stored(session)
    assert (operator.security_key_hash, operator.former_key_hash, operator.security_key_last4) == (None,) * 3
    trail = str([(e.before, e.after) for e in session.scalars(select(AuditEvent))])
    assert seal(KEY, PEPPER) not in trail
    assert KEY not in trail


@pytest.mark.parametrize("hours", ["-1", "5", "x", "999999"])
def test_tampered_grace_changes_nothing(admin: FlaskClient, session: Session, hours: str) -> None:
    wrong = ENVIRONMENT | {"security_key": KEY, "key_grace_hours": hours, "energy_step_wh": "7"}
    answer = send(admin, f"{URL}/environment", wrong)
    assert answer.status_code == 422
    assert KEY not in answer.text
    assert "Type the key again" in answer.text
    assert (stored(session).security_key_hash, stored(session).energy_step_wh) == (None, None)


def test_terms_are_versions_by_month(admin: FlaskClient, session: Session) -> None:
    first = {"price_per_kwh_ac": "0.25", "share_percent": "10", "effective_from": "2026-12-01"}
    send(admin, f"{URL}/environment", ENVIRONMENT | first)
    page = admin.get(f"{URL}/environment").text
    assert 'value="0.25"' in page
    assert 'value="2026-12-01"' in page
    send(admin, f"{URL}/environment", ENVIRONMENT | first | {"share_percent": "11.1111"})
    send(admin, f"{URL}/environment", ENVIRONMENT | first | {"effective_from": "2027-01"})
    session.rollback()
    versions = session.scalars(select(Terms).order_by(Terms.effective_from)).all()
    assert [(each.effective_from, each.share_percent) for each in versions] == [
        (date(2026, 12, 1), Decimal("11.1111")),
        (date(2027, 1, 1), Decimal(10)),
    ]
    assert [each.reimbursement_first for each in versions] == [False, False]
    seen = str(stored(session).version - 1)
    stale = ENVIRONMENT | first | {"effective_from": "2027-01", "share_percent": "99", "version": seen}
    answer = post(admin, f"{URL}/environment", stale)
    assert answer.status_code == 409
    assert "<ins><bdi>99" in answer.text


def test_generate_shows_a_key_and_keeps_the_form(admin: FlaskClient, session: Session) -> None:
    answer = send(admin, f"{URL}/environment", ENVIRONMENT | {"energy_step_wh": "77", "go": "generate"})
    assert answer.status_code == 200
    assert 'value="77"' in answer.text
    assert "Copy this key now" in answer.text
    assert stored(session).security_key_hash is None
