"""The wizard: steps, drafts, code check, security key, final submit."""

from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.secrets import seal
from portal.models import AuditEvent, Operator, OperatorCode, OperatorDraft, Role, Terms
from tests.admin.operator_wizard import DETAILS, ENVIRONMENT, KEY, send, start, version, walk
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


def stored(session: Session, code: str) -> Operator:
    session.rollback()
    return session.scalars(select(Operator).where(Operator.code == code)).one()


def draft_of(session: Session, url: str) -> OperatorDraft:
    session.rollback()
    session.expire_all()
    return session.get_one(OperatorDraft, url.rsplit("/", 1)[1])


def test_three_steps_make_one_operator(admin: FlaskClient, session: Session) -> None:
    terms = {"price_per_kwh_ac": "0.1234", "share_percent": "12.5", "effective_from": "2026-12"}
    settings = {"energy_step_wh": "250", "idle_timeout_min": "0", "monetary_session_limit": "99.90"}
    draft = walk(admin, {"phone": "04 123 45 67"}, settings | terms | {"reimbursement_first": "y"})
    summary = admin.get(f"{draft}/summary").text
    for words in ("HOTEL-ALPINA", "250 Wh", "€99.90", "€0.1234", "12.5 %", "2026-12-01", "set here"):
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


def test_an_empty_code_is_suggested_and_shown_for_review(admin: FlaskClient, session: Session) -> None:
    make_operator(session, code="HOTEL-ALPINA")
    session.commit()
    draft = start(admin)
    answer = send(admin, f"{draft}/operator", DETAILS | {"code": ""})
    assert answer.status_code == 422
    assert 'value="HOTEL-ALPINA-2"' in answer.text
    assert "suggested from the name" in answer.text


def test_the_code_is_suggested_and_checked_live(admin: FlaskClient, session: Session) -> None:
    make_operator(session, code="TAKEN")
    session.add(OperatorCode(code="GONE", taken_at=make_account(session).created_at))
    session.commit()
    url = "/admin/operators/new/code"

    def ask(**query: str) -> str:
        return admin.get(url, query_string=query, headers={"HX-Request": "true"}).text

    assert 'value="CAFE-Z"' in ask(name="Café Ž")
    assert 'value="CAFE-ZU"' in ask(name="Café Žu", code="CAFE-Z", suggested="CAFE-Z")
    assert 'value="MINE"' in ask(name="Café Žu", code="MINE", suggested="CAFE-Z"), "typed codes stay"
    assert "MINE is free" in ask(code=" mine ", typed="1")
    assert "TAKEN is taken" in ask(code="taken", typed="1")
    assert "GONE is taken" in ask(code="gone", typed="1"), "a deleted operator's code stays taken"
    assert "letters A to Z" in ask(code="Ünï", typed="1")
    assert "<html" not in ask(code="x", typed="1")
    assert admin.get(url).status_code == 303


def test_a_taken_code_is_refused_in_any_case(admin: FlaskClient, session: Session) -> None:
    draft = walk(admin)
    make_operator(session, code="HOTEL-ALPINA")
    session.commit()
    assert admin.get(f"{draft}/summary").headers["Location"] == f"{draft}/operator"
    late = post(admin, f"{draft}/summary", {"version": str(draft_of(session, draft).version)})
    assert late.status_code == 303
    assert session.scalar(select(func.count(Operator.id))) == 1
    refused = send(admin, f"{draft}/operator", DETAILS | {"code": "Hotel-Alpina"})
    assert refused.status_code == 422
    assert "is taken or was in use before" in refused.text


def test_states_follow_the_country(admin: FlaskClient) -> None:
    live = admin.get("/admin/operators/states?country=US&state=Bled", headers={"HX-Request": "true"}).text
    assert '<option value="Nevada">' in live
    assert "Bled" not in live
    draft = start(admin)
    plain = send(admin, f"{draft}/operator", {"name": "A", "country": "US", "go": "states"})
    assert plain.status_code == 200
    assert '<option value="Nevada">' in plain.text
    refused = send(admin, f"{draft}/operator", DETAILS | {"country": "US"})
    assert refused.status_code == 422
    assert "no state of the chosen country" in refused.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("country", "XX", "Choose a country"),
        ("country", "{{", "Choose a country"),
        ("state", "Atlantis", "no state"),
        ("phone", "call me", "Expected a number such as"),
        ("code", "a b", "A code has 2 to 36"),
        ("code", "-A", "A code has 2 to 36"),
        ("code", "x", "A code has 2 to 36"),
        ("name", "", "Expected 1 to 100"),
        ("name", "a\x00b", "control character"),
        ("name", "x" * 10_000, "at most 100"),
        ("zip", "9" * 21, "at most 20"),
    ],
)
def test_first_step_refuses(admin: FlaskClient, field: str, value: str, words: str) -> None:
    draft = start(admin)
    answer = send(admin, f"{draft}/operator", DETAILS | {field: value})
    assert answer.status_code == 422
    assert words in answer.text
    assert admin.get(f"{draft}/environment").headers["Location"] == f"{draft}/operator"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", ""),
        ("timezone", "Mars/Base"),
        ("timezone", "../../etc/passwd"),
        ("timezone", "localtime"),
        ("currency", "XXZ"),
        ("energy_step_wh", "0"),
        ("energy_step_wh", "1.5"),
        ("energy_step_wh", "99999999999"),
        ("idle_timeout_min", "-1"),
        ("monetary_session_limit", "0"),
        ("monetary_session_limit", "0.00001"),
        ("monetary_session_limit", "NaN"),
        ("monetary_session_limit", "1,5"),
        ("share_percent", "100.0001"),
        ("share_percent", "-1"),
        ("share_percent", "12.34567"),
        ("price_per_kwh_dc", "1e400"),
        ("effective_from", "2026-12-02"),
        ("effective_from", "2026-13"),
        ("effective_from", ""),
    ],
)
def test_second_step_refuses(admin: FlaskClient, field: str, value: str) -> None:
    draft = start(admin)
    send(admin, f"{draft}/operator", DETAILS)
    good = ENVIRONMENT | {"share_percent": "10", "effective_from": "2026-12-01"}
    answer = send(admin, f"{draft}/environment", good | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert admin.get(f"{draft}/summary").headers["Location"] == f"{draft}/environment"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_text(admin: FlaskClient, session: Session, name: str) -> None:
    draft = walk(admin, {"name": name, "code": "HOSTILE", "organization": name})
    pages = [admin.get(f"{draft}/operator"), admin.get(f"{draft}/summary")]
    send(admin, f"{draft}/summary", {})
    assert stored(session, "HOSTILE").name == name
    base = "/admin/operators/HOSTILE/"
    paths = ("", "edit/operator", "edit/environment", "delete", "audit")
    pages += [admin.get(base + path) for path in paths] + [admin.get("/admin/operators/")]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "1337" not in page.text


def test_a_typed_key_is_only_ever_kept_sealed(admin: FlaskClient, session: Session, caplog) -> None:
    draft = start(admin)
    send(admin, f"{draft}/operator", DETAILS)
    wrong = send(admin, f"{draft}/environment", ENVIRONMENT | {"security_key": KEY, "timezone": "Mars"})
    assert wrong.status_code == 422
    assert KEY not in wrong.text
    assert "ends in 6789" in wrong.text, "a good key is kept although the rest has to be mended"
    assert send(admin, f"{draft}/environment", ENVIRONMENT).status_code == 303
    assert KEY not in str(draft_of(session, draft).data)
    texts = [admin.get(f"{draft}/{step}").text for step in ("environment", "summary")]
    send(admin, f"{draft}/summary", {})
    operator = stored(session, "HOTEL-ALPINA")
    assert operator.security_key_hash == seal(KEY, "only-for-tests-0123456789")
    assert operator.security_key_last4 == "6789"
    base = "/admin/operators/HOTEL-ALPINA/"
    texts += [admin.get(base + path).text for path in ("", "edit/environment", "audit")]
    texts += [str((e.before, e.after)) for e in session.scalars(select(AuditEvent))]
    texts += [admin.get("/admin/operators/export.csv").text, caplog.text]
    for text in texts:
        assert KEY not in text
        assert operator.security_key_hash not in text
    assert "•••• 6789" in texts[2]
    assert draft_of(session, draft).data == {}


@pytest.mark.parametrize("key", ["short", "x" * 41, "with a blank in the middle", "schlüssel-mit-umlaut"])
def test_damaged_keys_are_refused_without_repeating_them(admin: FlaskClient, key: str) -> None:
    draft = start(admin)
    send(admin, f"{draft}/operator", DETAILS)
    answer = send(admin, f"{draft}/environment", ENVIRONMENT | {"security_key": key})
    assert answer.status_code == 422
    assert "Expected 16 to 40" in answer.text
    assert key not in answer.text


def test_generated_keys_are_shown_once(admin: FlaskClient, session: Session) -> None:
    import re

    draft = start(admin)
    send(admin, f"{draft}/operator", DETAILS)
    plain = send(admin, f"{draft}/environment", ENVIRONMENT | {"city": "x", "go": "generate"})
    live = htmx(admin, "/admin/operators/new-key")
    keys = []
    for answer in (plain, live):
        assert answer.status_code == 200
        tag = re.search(r'<input[^>]*name="security_key"[^>]*>', answer.text)[0]
        keys.append(re.search(r'value="([A-Za-z0-9]{32})"', tag)[1])
    assert keys[0] != keys[1]
    assert "<html" not in live.text
    assert 'value="Europe/Ljubljana"' in plain.text
    assert keys[0] not in admin.get(f"{draft}/environment").text
    send(admin, f"{draft}/environment", ENVIRONMENT | {"security_key": keys[0]})
    send(admin, f"{draft}/summary", {})
    assert stored(session, "HOTEL-ALPINA").security_key_last4 == keys[0][-4:]


@pytest.mark.parametrize("role", [Role.OPERATOR, None])
def test_only_admins(session: Session, client: FlaskClient, role: Role | None) -> None:
    if role:
        account = make_account(session, role, operator=make_operator(session))
        session.commit()
        sign_in(client, account.email)
    for url in ("/admin/operators/", "/admin/operators/new", "/admin/operators/new/code"):
        assert client.get(url).status_code == (403 if role else 303)
    assert session.scalar(select(func.count(OperatorDraft.id))) == 0
