"""The audit trail as a list, for admins and for operators."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Operator
from tests.admin.people import HOSTILE, admin_client, operator_client
from tests.support.factories import make_account, make_operator, post

WHEN = datetime(2026, 9, 30, 10, 0, tzinfo=UTC)


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session)


@pytest.fixture
def alpina(session: Session) -> Operator:
    operator = make_operator(session, code="ALPINA", name="Hotel Alpina")
    session.commit()
    return operator


def make_event(session: Session, **over: Any) -> AuditEvent:
    values = {
        "at": WHEN,
        "actor": "Boss",
        "via": "web",
        "address": "192.0.2.7",
        "action": "station.update",
        "subject_type": "station",
        "subject_id": 1,
        "subject": "LAKE",
        "before": {},
        "after": {},
    } | over
    event = AuditEvent(**values)
    session.add(event)
    session.commit()
    return event


def _table(client: FlaskClient, state: str = "", base: str = "/admin/audit/") -> str:
    page = client.get(f"{base}?{state}")
    assert page.status_code == 200, page.text
    return page.text.split("<tbody>", 1)[1] if "<tbody>" in page.text else ""


def test_changes_read_as_before_and_after(admin: FlaskClient, session: Session) -> None:
    before = {"visible": True, "name": HOSTILE, "idle_timeout_min": None}
    make_event(session, before=before, after={"visible": False, "name": "Lake", "idle_timeout_min": 30})
    table = _table(admin)
    assert "Station changed" in table
    assert "3 fields" in table
    assert "<del><bdi>Yes</bdi></del>" in table
    assert "<ins><bdi>No</bdi></ins>" in table
    assert "<script>alert" not in table
    assert "{{ 7*7 }}" in table


def test_an_action_without_words_is_still_readable(admin: FlaskClient, session: Session) -> None:
    make_event(
        session, action="tariff.price_rise", subject_type="tariff_plan", after={"steps": [1, {"a": True}]}
    )
    table = _table(admin)
    assert "Tariff: price rise" in table
    assert "Tariff plan" in table
    assert "A: Yes" in table


def test_each_filter_narrows(admin: FlaskClient, session: Session, alpina: Operator) -> None:
    make_event(session, operator_id=alpina.id, actor="Ana Novak", subject="D-MIA", action="membership.grant",
               subject_type="membership")  # fmt: skip
    make_event(session, at=datetime(2026, 10, 3, tzinfo=UTC), subject="OTHER")
    for state in ("q=d-mia", "actor=novak", "action=membership.grant", "subject_type=membership", "operator=alpina",
                  "from=2026-09-30&to=2026-09-30"):  # fmt: skip
        table = _table(admin, state)
        assert "D-MIA" in table, state
        assert "OTHER" not in table, state
    assert "D-MIA" not in _table(admin, "actor=%25")
    assert admin.get("/admin/audit/?from=x").status_code == 400
    assert admin.get("/admin/audit/?subject_type=x").status_code == 400


def test_an_operator_reads_its_own_events_only_and_no_address(
    app: Flask, session: Session, alpina: Operator
) -> None:
    harbor = make_operator(session, code="HARBOR")
    make_event(session, operator_id=alpina.id, subject="MINE")
    make_event(session, operator_id=harbor.id, subject="CANARY-FOREIGN")
    make_event(session, operator_id=None, subject="CANARY-NOBODY")
    client = operator_client(app, session, alpina)
    for url in ("/operator/audit", "/operator/audit?operator=HARBOR", "/operator/audit?q=canary"):
        answer = client.get(url)
        assert answer.status_code == 200
        assert ">CANARY" not in answer.text
        assert "192.0.2.7" not in answer.text
    assert "MINE" in client.get("/operator/audit").text
    assert client.get("/admin/audit/").status_code == 403


def test_secrets_neither_enter_nor_leave(app: Flask, admin: FlaskClient, session: Session) -> None:
    user = make_account(session, email="ana@example.com")
    session.commit()
    secret = post(admin, f"/admin/accounts/{user.id}/link").text.split("/auth/link/")[1].split('"')[0]
    make_event(session, before={}, after={"password_hash": "$argon2id$canary", "security_key_hash": "canary"})
    answer = admin.get("/admin/audit/export.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    export = answer.text
    for text_ in (_table(admin), export):
        assert "Link to set a password issued" in text_ or "account.link" in text_
        assert "canary" not in text_
        assert "argon2" not in text_
        assert secret not in text_


def test_the_file_holds_all_in_utc_and_local_time(admin: FlaskClient, session: Session) -> None:
    for number in range(60):
        make_event(session, subject=f"=S{number}", after={"name": "=1+1"})
    answer = admin.get("/admin/audit/export.csv?q=%3Ds").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(answer)))
    assert {row["subject"] for row in rows} == {f"'=S{number}" for number in range(60)}
    assert rows[0]["occurred_at_utc"] == "2026-09-30T10:00:00Z"
    assert json.loads(rows[0]["after"]) == {"name": "=1+1"}


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET actor = 'nobody'", "DELETE FROM audit_event"])
def test_the_trail_cannot_be_edited(session: Session, statement: str) -> None:
    make_event(session)
    with pytest.raises(DBAPIError):
        session.execute(text(statement))


def test_a_refused_sign_in_is_told(app: Flask, admin: FlaskClient, session: Session) -> None:
    post(app.test_client(), "/auth/login", {"email": "ana@example.com", "password": "wrong wrong"})
    table = _table(admin, "action=account.sign_in_refused")
    assert "Sign-in refused" in table
    assert "ana@example.com" in table
