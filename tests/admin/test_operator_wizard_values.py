"""What the wizard's fields take and refuse: codes, places, hostile text, security keys."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.secrets import seal
from portal.models import AuditEvent, Operator, OperatorCode
from tests.admin.operator_wizard import DETAILS, ENVIRONMENT, KEY, draft_of, send, start, stored, walk
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
        ("monetary_session_limit", "1,500"),
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
