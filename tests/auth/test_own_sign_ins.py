"""Where one is signed in: listed in words, ended one by one, and when each was last seen."""

import time
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.domain.devices import device
from portal.models import Account, LoginSession
from portal.services.sign_ins import SEEN_EVERY
from tests.admin.counting import count_statements
from tests.auth.browsers import FIREFOX, IPHONE, actions, other_browser
from tests.support.factories import make_account, post, sign_in

ONCE = pytest.mark.parametrize("engine_name", ["sqlite"])


@pytest.fixture
def admin(session: Session) -> Account:
    account = make_account(session, email="ana@example.com", name="Ana")
    session.commit()
    return account


@pytest.fixture
def ana(client: FlaskClient, admin: Account) -> FlaskClient:
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    return sign_in(client, admin.email)


def test_sign_ins_are_listed_in_words_and_end_one_by_one(
    app: Flask, ana: FlaskClient, session: Session, admin: Account
) -> None:
    phone, tablet = other_browser(app, admin), other_browser(app, admin, "")
    page = ana.get("/auth/profile").text
    for words in ("Firefox on Linux", "Safari on iPhone", "Unknown device", "127.0.0.1", "This one"):
        assert words in page, words
    ids = session.scalars(select(LoginSession.id).order_by(LoginSession.id)).all()
    assert f"/sign-ins/{ids[0]}/end" not in page, "the present one has Sign out"
    assert post(ana, f"/auth/profile/sign-ins/{ids[1]}/end").status_code == 303
    assert (phone.get("/admin/").status_code, tablet.get("/admin/").status_code) == (303, 200)
    assert post(ana, "/auth/profile/sign-ins/end-others").status_code == 303
    assert (tablet.get("/admin/").status_code, ana.get("/admin/").status_code) == (303, 200)
    assert actions(session)[-2:] == ["account.sign_out", "account.sign_out_elsewhere"]
    assert "end-others" not in ana.get("/auth/profile").text, "nothing else is left to end"


@ONCE
def test_sign_ins_of_others_do_not_exist(app: Flask, ana: FlaskClient, session: Session) -> None:
    other = make_account(session)
    session.commit()
    theirs = sign_in(app.test_client(), other.email)
    number = session.scalar(select(LoginSession.id).where(LoginSession.account_id == other.id))
    for absent in (number, 999_999, "9" * 30):
        assert post(ana, f"/auth/profile/sign-ins/{absent}/end").status_code == 404
    assert theirs.get("/admin/").status_code == 200


def seen(session: Session) -> list[object]:
    session.rollback()
    return list(session.scalars(select(LoginSession.seen_at)))


def test_last_seen_is_written_every_five_minutes_at_most(
    app: Flask, client: FlaskClient, session: Session, admin: Account
) -> None:
    start = now().replace(microsecond=0)
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client, admin.email)
        assert seen(session) == [start]
        clock.shift(SEEN_EVERY - timedelta(seconds=1))
        client.get("/admin/")
        assert seen(session) == [start]
        clock.shift(timedelta(seconds=1))
        first = count_statements(app, lambda: client.get("/admin/accounts/"))
        assert seen(session) == [start + SEEN_EVERY]
        assert count_statements(app, lambda: client.get("/admin/accounts/")) < first
        assert seen(session) == [start + SEEN_EVERY]
    assert actions(session) == ["account.sign_in"]


def test_a_page_does_not_wait_for_last_seen(client: FlaskClient, session: Session, admin: Account) -> None:
    """Somebody holds what it would write to: it is left out, and done by a later request."""
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client, admin.email)
        before = seen(session)
        session.scalars(select(LoginSession).with_for_update()).one().user_agent = "held"
        session.flush()
        clock.shift(SEEN_EVERY)
        began = time.perf_counter()
        assert client.get("/admin/").status_code == 200
        assert time.perf_counter() - began < 10, "a busy database is waited for 15 seconds elsewhere"
        session.rollback()
        assert seen(session) == before
        assert client.get("/admin/").status_code == 200
        assert seen(session) != before


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (None, (None, None)),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Safari/537.36 Edg/126.0",
            ("Edge", "Windows"),
        ),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/126.0 Mobile Safari/537.36", ("Chrome", "Android")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15", ("Safari", "macOS")),
        (IPHONE, ("Safari", "iPhone")),
        ("<script>alert(1)</script>", (None, None)),
    ],
)
def test_devices_in_words(agent: str | None, words: tuple[str | None, str | None]) -> None:
    assert device(agent) == words
