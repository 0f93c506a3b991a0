"""The wizard: steps, drafts, code check, security key, final submit."""

from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Operator, OperatorDraft, Role, Terms
from tests.admin.operator_wizard import DETAILS, ENVIRONMENT, draft_of, send, start, stored, version, walk
from tests.support.factories import htmx, make_account, make_operator, post, sign_in

HOSTILE = [
    "{{ 7*191 }}{% raise %}",
    "${alert(1)}",
    '<script>alert("x")</script>',
    "'; DROP TABLE operator; --",
    "شارع \u202eevil",
    "🚗🔌 Čakalnica",
]


@pytest.fixture
def admin(session: Session, client: FlaskClient) -> FlaskClient:
    account = make_account(session)
    session.commit()
    return sign_in(client, account.email)


def test_three_steps_make_one_operator(admin: FlaskClient, session: Session) -> None:
    terms = {"price_per_kwh_ac": "0.1234", "share_percent": "12.5", "effective_from": "2026-12"}
    settings = {"energy_step_wh": "250", "idle_timeout_min": "0", "monetary_session_limit": "99.90"}
    draft = walk(admin, {"phone": "04 123 45 67"}, settings | terms | {"reimbursement_first": "y"})
    summary = admin.get(f"{draft}/summary").text
    for words in ("HOTEL-ALPINA", "250 Wh", "€99.90", "€0.1234", "12.5 %", "December 2026", "set here"):
        assert words in summary
    answer = send(admin, f"{draft}/summary", {})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/admin/operators/HOTEL-ALPINA/"
    operator = stored(session, "HOTEL-ALPINA")
    assert (operator.phone, operator.phone_e164) == ("04 123 45 67", "+38641234567")
    assert (operator.energy_step_wh, operator.idle_timeout_min) == (250, 0)
    assert operator.monetary_session_limit == Decimal("99.90")
    version = session.scalars(select(Terms)).one()
    assert (version.price_per_kwh_ac, version.share_percent) == (Decimal("0.1234"), Decimal("12.5"))
    assert version.effective_from == date(2026, 12, 1)
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.operator_id == operator.id)).all()
    assert sorted(actions) == ["operator.create", "terms.create"]


def test_empty_settings_are_inherited_and_the_summary_says_so(admin: FlaskClient, session: Session) -> None:
    draft = walk(admin)
    summary = admin.get(f"{draft}/summary").text
    assert "100 Wh" in summary
    assert "30 minutes" in summary
    assert summary.count("from the site") == 3
    environment = admin.get(f"{draft}/environment").text
    assert "Empty: 100 Wh, from the site." in environment
    assert 'placeholder="100"' in environment
    send(admin, f"{draft}/summary", {})
    assert stored(session, "HOTEL-ALPINA").energy_step_wh is None


def test_a_double_click_makes_one_operator(admin: FlaskClient, session: Session) -> None:
    draft = walk(admin)
    form = {"version": version(admin, f"{draft}/summary")}
    answers = [post(admin, f"{draft}/summary", form) for _ in range(2)]
    assert [each.headers["Location"] for each in answers] == ["/admin/operators/HOTEL-ALPINA/"] * 2
    assert session.scalar(select(func.count(Operator.id))) == 1
    late = post(admin, f"{draft}/operator", DETAILS | {"name": "Another"})
    assert late.headers["Location"] == "/admin/operators/HOTEL-ALPINA/"
    assert stored(session, "HOTEL-ALPINA").name == DETAILS["name"]


def test_steps_cannot_be_skipped(admin: FlaskClient, session: Session) -> None:
    draft = start(admin)
    for step in ("environment", "summary"):
        assert admin.get(f"{draft}/{step}").headers["Location"] == f"{draft}/operator"
    assert "Please finish this step first." in admin.get(f"{draft}/operator").text
    assert post(admin, f"{draft}/environment", ENVIRONMENT).headers["Location"] == f"{draft}/operator"
    assert send(admin, f"{draft}/operator", DETAILS).headers["Location"] == f"{draft}/environment"
    assert admin.get(f"{draft}/summary").headers["Location"] == f"{draft}/environment"
    refused = post(admin, f"{draft}/summary", {"version": "2"})
    assert refused.status_code == 303
    assert session.scalar(select(func.count(Operator.id))) == 0


def test_each_run_has_its_own_draft(admin: FlaskClient) -> None:
    first, second = start(admin), start(admin)
    send(admin, f"{first}/operator", DETAILS)
    send(admin, f"{second}/operator", DETAILS | {"name": "Harbor Café", "code": "HARBOR"})
    assert 'value="Hôtel Alpina"' in admin.get(f"{first}/operator").text
    assert 'value="Harbor Café"' in admin.get(f"{second}/operator").text


def test_back_keeps_what_was_typed(admin: FlaskClient) -> None:
    draft = start(admin)
    send(admin, f"{draft}/operator", DETAILS)
    typed = ENVIRONMENT | {"timezone": "Mars/Base", "energy_step_wh": "12x", "go": "back"}
    assert send(admin, f"{draft}/environment", typed).headers["Location"] == f"{draft}/operator"
    page = admin.get(f"{draft}/environment").text
    assert 'value="Mars/Base"' in page
    assert 'value="12x"' in page


def test_what_is_typed_is_kept_while_typing(admin: FlaskClient, session: Session) -> None:
    draft = start(admin)
    seen = version(admin, f"{draft}/operator")
    answer = htmx(admin, f"{draft}/operator/keep", {"name": "Half a na", "version": seen})
    assert answer.text.strip() == "Draft saved."
    assert 'value="Half a na"' in admin.get(f"{draft}/operator").text
    assert version(admin, f"{draft}/operator") == seen, "the same tab may go on saving"
    assert "Half a na" in admin.get("/admin/operators/").text
    assert admin.get(f"{draft}/summary").headers["Location"] == f"{draft}/operator"
    old = htmx(admin, f"{draft}/operator/keep", {"name": "Old tab", "version": "0"})
    assert "another tab" in old.text
    assert "Old tab" not in str(draft_of(session, draft).data)


def test_a_stale_tab_is_shown_what_differs(admin: FlaskClient, session: Session) -> None:
    draft = start(admin)
    seen = version(admin, f"{draft}/operator")
    post(admin, f"{draft}/operator", DETAILS | {"version": seen})
    stale = post(admin, f"{draft}/operator", DETAILS | {"version": seen, "city": "Kranj"})
    assert stale.status_code == 409
    assert "<del><bdi>Bled</bdi></del>" in stale.text
    assert "<ins><bdi>Kranj</bdi></ins>" in stale.text
    assert 'value="Kranj"' in stale.text
    assert draft_of(session, draft).data["operator"]["city"] == "Bled"
    same = post(admin, f"{draft}/operator", DETAILS | {"version": seen})
    assert same.status_code == 303, "the same values are no conflict"


def test_a_summary_that_is_no_longer_true_is_shown_again(admin: FlaskClient, session: Session) -> None:
    draft = walk(admin)
    seen = version(admin, f"{draft}/summary")
    send(admin, f"{draft}/operator", DETAILS | {"name": "Changed since"})
    stale = post(admin, f"{draft}/summary", {"version": seen})
    assert stale.status_code == 409
    assert "Changed since" in stale.text
    assert session.scalar(select(func.count(Operator.id))) == 0


def test_drafts_of_others_do_not_exist(admin: FlaskClient, session: Session, app) -> None:
    draft = start(admin)
    other = make_account(session)
    session.commit()
    stranger = sign_in(app.test_client(), other.email)
    for url in (f"{draft}/operator", f"{draft}/environment", f"{draft}/summary"):
        assert stranger.get(url).status_code == 404
        assert post(stranger, url, DETAILS).status_code == 404
    assert post(stranger, f"{draft}/discard").status_code == 404
    assert htmx(stranger, f"{draft}/operator/keep", DETAILS).status_code == 404
    for tampered in ("0" * 32, "x", "{{7*7}}", "%00", "a" * 500):
        assert admin.get(f"/admin/operators/new/{tampered}/operator").status_code == 404
    assert admin.get(f"{draft}/payment").status_code == 404


def test_an_unfinished_draft_is_offered_and_can_be_discarded(admin: FlaskClient, session: Session) -> None:
    start(admin)
    assert "Continue where you stopped" not in admin.get("/admin/operators/").text, "nothing typed"
    draft = start(admin)
    send(admin, f"{draft}/operator", DETAILS)
    assert f"{draft}/summary" in admin.get("/admin/operators/").text
    assert admin.get(f"{draft}/summary").headers["Location"] == f"{draft}/environment"
    assert post(admin, f"{draft}/discard").status_code == 303
    assert admin.get(f"{draft}/operator").status_code == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, None])
def test_only_admins(session: Session, client: FlaskClient, role: Role | None) -> None:
    if role:
        account = make_account(session, role, operator=make_operator(session))
        session.commit()
        sign_in(client, account.email)
    for url in ("/admin/operators/", "/admin/operators/new", "/admin/operators/new/code"):
        assert client.get(url).status_code == (403 if role else 303)
    assert session.scalar(select(func.count(OperatorDraft.id))) == 0


def test_a_script_sends_the_named_fields_only(admin: FlaskClient, session: Session) -> None:
    draft = start(admin)
    assert post(admin, f"{draft}/operator", DETAILS).status_code == 303
    environment = {"timezone": "Europe/Ljubljana", "share_percent": "12.3456", "effective_from": "2026-12"}
    assert post(admin, f"{draft}/environment", environment).headers["Location"] == f"{draft}/summary"
    assert "12.3456 %" in admin.get(f"{draft}/summary").text
    assert post(admin, f"{draft}/summary", {}).status_code == 303
    assert stored(session, "HOTEL-ALPINA").currency == "EUR"
