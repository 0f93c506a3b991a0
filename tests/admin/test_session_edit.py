"""Admins accept, stop and correct one session: forms, refusals, roles, plain and with HTMX."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import ChargingSession, SessionStatus
from portal.services.doubts import judge
from tests.admin.people import HOSTILE, admin_client, make_session, operator_client
from tests.services.charging import begin, charged, doubts, events, feed
from tests.support.factories import htmx, make_driver, make_operator, make_station, post


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session, name="Ada Admin")


def kept(session: Session, charging: ChargingSession) -> ChargingSession:
    session.rollback()
    session.expire_all()
    return session.get_one(ChargingSession, charging.id)


def form_of(page: str) -> dict[str, str]:
    """What the correction form would send if nothing was typed."""
    sent = {}
    for piece in page.split("<input")[1:]:
        tag = piece.split(">")[0]
        named = {
            key: tag.split(f'{key}="')[1].split('"')[0]
            for key in ("name", "value", "type")
            if f' {key}="' in tag
        }
        if named.get("name") and (named.get("type") != "radio" or "checked" in tag):
            sent[named["name"]] = named.get("value", "")
    return sent


def flagged(session: Session, **over: Any) -> ChargingSession:
    charging = make_session(session, make_station(session), ended_at=None, energy_wh=None, **over)
    judge(session, [charging.id], now())
    session.commit()
    return charging


def test_doubts_are_accepted_and_withdrawn(admin: FlaskClient, session: Session) -> None:
    charging = flagged(session)
    url = f"/admin/sessions/{charging.id}"
    answer = post(admin, f"{url}/accept", {"doubt": "no_end"})
    assert (answer.status_code, answer.location) == (303, f"{url}/")
    assert "1 doubt is accepted." in admin.get(f"{url}/").text
    assert doubts(session, charging) == {"no_end": True, "no_energy": False}
    swapped = htmx(admin, f"{url}/accept")
    assert (swapped.status_code, swapped.headers["HX-Redirect"]) == (204, f"{url}/")
    assert "Accepted by Ada Admin" in admin.get(f"{url}/").text
    assert post(admin, f"{url}/withdraw", {"doubt": "no_energy"}).status_code == 303
    session.rollback()
    assert doubts(session, charging) == {"no_end": True, "no_energy": False}
    assert post(admin, f"{url}/withdraw", {"doubt": "no_energy"}).status_code == 303
    assert "Nothing of this was accepted any more." in admin.get(f"{url}/").text
    assert post(admin, f"{url}/accept", {"doubt": "rubbish"}).status_code == 404
    told = [event.actor for event in events(session, "session.accept")]
    assert told == ["Ada Admin", "Ada Admin"]


def test_a_running_session_is_stopped_with_a_reason(admin: FlaskClient, session: Session) -> None:
    charging = begin(session, idle_timeout_min=0)
    feed(session, charging, (10, 4000))
    session.commit()
    url = f"/admin/sessions/{charging.id}"
    assert "It ends now with what its meter has shown so far" in admin.get(f"{url}/stop").text
    assert admin.get(f"{url}/correct").status_code == 409
    refused = post(admin, f"{url}/stop", {"reason": "x" * 201})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert post(admin, f"{url}/stop").status_code == 422
    assert kept(session, charging).status is SessionStatus.RUNNING
    answer = htmx(admin, f"{url}/stop", {"reason": HOSTILE[:12]})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"{url}/")
    stored = kept(session, charging)
    assert (stored.status, stored.energy_wh, stored.end_reason) == (SessionStatus.CLOSED, 4000, "admin")
    page = admin.get(f"{url}/").text
    for said in ("By the CPO", "Session stopped by hand", "Reason: {{ 7*7 }}&lt;s"):
        assert said in page, said
    late = post(admin, f"{url}/stop", {"reason": "again"})
    assert late.status_code == 409
    assert "has ended already" in late.text


def test_a_correction_shows_before_and_after_beside_the_original(
    admin: FlaskClient, session: Session
) -> None:
    charging = charged(session)
    session.commit()
    url = f"/admin/sessions/{charging.id}"
    opened = form_of(admin.get(f"{url}/correct").text)
    assert (opened["ended_at"], opened["energy"], opened["pricing"], opened["net"]) == (
        *("2026-09-30T12:45", "10", "tariff", "6.50"),
    )
    answer = admin.post(f"{url}/correct", data=opened | {"energy": "8.5", "reason": "the log"})
    assert (answer.status_code, answer.location) == (303, f"{url}/")
    again = form_of(admin.get(f"{url}/correct").text) | {"energy": "8", "reason": "the photo"}
    assert htmx(admin, f"{url}/correct", again).status_code == 204
    stored = kept(session, charging)
    assert (stored.energy_wh, stored.net_minor, stored.vat_minor) == (8000, 550, 110)
    page = " ".join(admin.get(f"{url}/").text.split())
    for said in (
        "originally 10.0 kWh",
        "originally €6.50",
        "Reason: the log",
        "Reason: the photo",
        "Rated anew by its tariff",
    ):
        assert said in page, said
    assert page.index("Reason: the photo") < page.index("Reason: the log"), "the latest first"
    assert "Ada Admin" in page.split('id="history"')[1]


def test_an_amount_by_hand_says_so(admin: FlaskClient, session: Session) -> None:
    charging = charged(session)
    session.commit()
    url = f"/admin/sessions/{charging.id}"
    typed = form_of(admin.get(f"{url}/correct").text) | {
        "pricing": "typed",
        "net": "5,00",
        "vat": "1",
        "reason": "agreed",
    }
    assert admin.post(f"{url}/correct", data=typed).status_code == 303
    page = " ".join(admin.get(f"{url}/").text.split())
    assert "Entered by hand by Ada Admin: agreed" in page
    assert "€6.00" in page
    assert "×" not in page.split('id="amount"')[1].split("</section>")[0]


def test_an_end_in_the_repeated_hour_is_asked_for(admin: FlaskClient, session: Session) -> None:
    before = datetime(2025, 10, 25, 22, tzinfo=UTC)
    operator = make_operator(session, timezone="Europe/Ljubljana")
    charging = make_session(session, make_station(session), operator=operator, started_at=before)
    session.commit()
    url = f"/admin/sessions/{charging.id}/correct"
    opened = admin.get(url).text
    assert "ended_which" not in opened
    typed = form_of(opened) | {"ended_at": "2025-10-26T02:30", "reason": "the log"}
    asked = admin.post(url, data=typed)
    assert asked.status_code == 422
    for said in (
        "The first one (UTC+02:00)",
        "The second one (UTC+01:00)",
        "Which one?",
        'value="2025-10-26T02:30"',
    ):
        assert said in asked.text, said
    assert admin.post(url, data=typed | {"ended_which": "second"}).status_code == 303
    assert kept(session, charging).ended_at == before + timedelta(hours=3, minutes=30)
    assert form_of(admin.get(url).text)["ended_which"] == "second"
    assert "(+0100)" in admin.get(f"/admin/sessions/{charging.id}/").text


def test_refusals_stand_at_their_fields_and_lose_nothing(admin: FlaskClient, session: Session) -> None:
    charging = charged(session)
    session.commit()
    url = f"/admin/sessions/{charging.id}/correct"
    typed = form_of(admin.get(url).text)
    wrong = {
        "ended_at": "2026-09-30T11:00",
        "energy": "lots",
        "pricing": "typed",
        "net": "1.234",
        "driver": HOSTILE[:30],
    }
    answer = admin.post(url, data=typed | wrong)
    assert answer.status_code == 422
    for field in ("ended_at", "energy", "net", "reason"):
        assert f'id="{field}-error"' in answer.text, field
    assert 'value="lots"' in answer.text
    unknown = admin.post(url, data=typed | {"driver": "D-NOBODY", "reason": "x"})
    assert 'id="driver-error"' in unknown.text
    same = admin.post(url, data=typed | {"reason": "x"})
    assert (same.status_code, "Nothing is different" in same.text) == (422, True)
    assert kept(session, charging).updated_at != now()
    assert events(session, "session.correct") == []


def test_of_two_corrections_the_second_compares(admin: FlaskClient, session: Session) -> None:
    charging = charged(session)
    make_driver(session, number="D-MIA")
    session.commit()
    url = f"/admin/sessions/{charging.id}/correct"
    first = form_of(admin.get(url).text)
    second = first | {"energy": "7", "reason": "second"}
    changed = first | {"driver": "D-MIA", "energy": "9", "reason": "first"}
    assert admin.post(url, data=changed).status_code == 303
    answer = admin.post(url, data=second)
    assert answer.status_code == 409
    assert "<del><bdi>D-MIA</bdi></del>" in answer.text
    assert kept(session, charging).energy_wh == 9000
    decided = form_of(answer.text)
    assert (decided["energy"], decided["version"] != first["version"]) == ("7", True)
    assert admin.post(url, data=decided).status_code == 303
    assert kept(session, charging).energy_wh == 7000


def test_operators_do_none_of_it(app: Flask, session: Session) -> None:
    charging = flagged(session)
    client = operator_client(app, session, make_operator(session))
    for action in ("accept", "withdraw", "stop", "correct"):
        assert post(client, f"/admin/sessions/{charging.id}/{action}").status_code == 403
        assert post(client, f"/operator/sessions/{charging.id}/{action}").status_code == 404
    assert doubts(session, charging) == {"no_end": False, "no_energy": False}
