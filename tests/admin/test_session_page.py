"""The page of one session: curve, rating line by line, doubts, history; for admins, and for its operator."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import ChargingSession, Operator, SessionSample, SessionStatus
from portal.services.doubts import judge
from portal.services.session_changes import accept_doubts, stop_by_hand
from tests.admin.counting import count_statements
from tests.admin.people import admin_client, make_session, operator_client
from tests.services.charging import START, at, begin, charged, feed, fresh, stop
from tests.support.factories import TESTER, make_operator, make_station


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session)


def shown(client: FlaskClient, session: Session, charging: ChargingSession, base: str = "/admin") -> str:
    """The page with its white space taken together."""
    session.commit()
    answer = client.get(f"{base}/sessions/{charging.id}/")
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


def test_the_curve_and_the_same_as_a_table(admin: FlaskClient, session: Session) -> None:
    page = shown(admin, session, charged(session))
    assert 'role="img"' in page
    assert "Energy over time: 10.0 kWh from Sep 30, 2026" in page
    assert "<polyline" in page
    assert "style=" not in page.split("<svg")[1]
    assert "5 readings, at most 24 kW on average" in page
    table = page.split("As a table")[1].split("</table>")[0]
    assert table.count("<tr>") == 1 + 6
    for said in ("12:10:00", "5.0 kWh", "4.0 kWh", "24 kW", "12 kW", "0 kW"):
        assert said in table, said


def test_many_readings_are_thinned_by_the_database(app: Flask, admin: FlaskClient, session: Session) -> None:
    charging = charged(session)
    session.commit()
    url = f"/admin/sessions/{charging.id}/"
    few = count_statements(app, lambda: admin.get(url))
    between = [START + timedelta(seconds=n + 0.5) for n in range(2500)]
    rows = [{"session_id": charging.id, "at": each, "closing": False, "meter_wh": 1000} for each in between]
    session.execute(insert(SessionSample), rows)
    page = shown(admin, session, charging)
    table = page.split("As a table")[1].split("</table>")[0]
    assert 100 < table.count("<tr>") <= 203
    assert "Of the 2,505 readings only some are listed" in page
    assert "12:45:00" in table, "the last reading is always there"
    assert count_statements(app, lambda: admin.get(url)) == few


def test_without_readings_it_says_why(admin: FlaskClient, session: Session) -> None:
    running, silent = begin(session), begin(session)
    stop(session, silent, 10, 0)
    session.execute(delete(SessionSample))
    of_file = make_session(session, make_station(session))
    assert "The curve appears once the meter has reported." in shown(admin, session, running)
    assert "The meter reported nothing between start and end." in shown(admin, session, silent)
    page = shown(admin, session, of_file)
    assert "This session came from a file that holds its totals only" in page
    assert "The amounts came with the file; no tariff of the portal was applied." in page
    assert "€4.88" in page


def test_each_line_is_quantity_times_price(admin: FlaskClient, session: Session) -> None:
    page = shown(admin, session, charged(session))
    for said in (
        *("10.0 kWh × €0.50 per kWh = €5.00", "0:15 h × €6.00 per hour = €1.50"),
        *("20 % of €6.50", "€1.30", "€7.80", "Tariff it started with"),
    ):
        assert said in page, said


def test_a_cap_explains_itself(admin: FlaskClient, session: Session) -> None:
    page = shown(admin, session, charged(session, monetary_session_limit=Decimal(5)))
    for said in (
        "More than €5.00 with VAT is never charged, so €2.33 net is taken off.",
        "Without the highest amount it would cost €7.80 with VAT; €2.80 are taken off.",
        "It reached the monetary limit, and what was beyond was taken off.",
    ):
        assert said in page, said


def test_steps_that_round_up_say_so(admin: FlaskClient, session: Session) -> None:
    charging = charged(session)
    assert charging.rating
    charging.rating = [{**charging.rating[0], "quantity": 12_000, "net": 600}]
    assert "measured 10.0 kWh, rounded up to whole steps" in shown(admin, session, charging)


def test_times_of_a_running_session(admin: FlaskClient, session: Session) -> None:
    charging = begin(session, idle_timeout_min=45)
    feed(session, charging, (10, 4000))
    charging.stop_asked_at = at(12)
    page = shown(admin, session, charging)
    for label, said in (
        ("Last activity", "12:10:00"),
        ("Given up as idle", "12:55:00"),
        ("Stop asked for", "12:12:00"),
    ):
        assert said in page.split(label)[1].split("</dd>")[0].replace("PM", "")[:200], label
    assert f"/admin/sessions/{charging.id}/stop" in page
    assert f"/admin/sessions/{charging.id}/correct" not in page


def test_times_are_those_of_the_operator_even_in_a_repeated_hour(
    admin: FlaskClient, session: Session
) -> None:
    lord = make_operator(session, timezone="Australia/Lord_Howe")
    started = START.replace(month=4, day=4, hour=14, minute=50)
    charging = make_session(session, make_station(session), operator=lord, started_at=started)
    page = shown(admin, session, charging)
    assert "Times are those of Australia/Lord_Howe." in page
    assert "1:50:00" in page
    assert "(+1100)" in page


def test_doubts_say_what_to_do_and_who_accepted_them(
    app: Flask, admin: FlaskClient, session: Session
) -> None:
    station, operator = make_station(session), make_operator(session)
    one, other = (
        make_session(
            session,
            station,
            operator=operator,
            started_at=START + timedelta(minutes=m),
            external_id=f"PAIR-{m}",
        )
        for m in (0, 20)
    )
    judge(session, [one.id, other.id], now())
    page = shown(admin, session, one)
    assert "Another session stood on the same connector at the same time." in page
    assert "Compare the two" in page
    assert f'href="/admin/sessions/{other.id}/"' in page
    assert 'data-accepted="no"' in page
    accept_doubts(session, one, None, actor=TESTER, at=START)
    page = shown(admin, session, one)
    assert "Accepted by tester on Sep 30, 2026" in page
    assert 'data-accepted="yes"' in page
    client = operator_client(app, session, operator)
    read = shown(client, session, other, "/operator")
    assert "Another session stood on the same connector" in read
    for absent in ("Compare the two", "<form", "/accept", "/withdraw", "/correct", "/admin/"):
        assert absent not in read.split("<main")[1], absent


def test_operators_read_what_happened_to_their_own_only(
    app: Flask, session: Session, new_client: Callable[[], FlaskClient]
) -> None:
    charging = begin(session)
    feed(session, charging, (10, 4000))
    stop_by_hand(session, charging, "blocked the fire lane", actor=TESTER, at=at(26))
    operator = fresh(session, charging).operator
    assert isinstance(operator, Operator)
    page = shown(operator_client(app, session, operator), session, charging, "/operator")
    history = page.split('id="history"')[1]
    for said in (
        "Session stopped by hand",
        "Reason: blocked the fire lane",
        "tester",
        "Session started",
        "12:26:00",
    ):
        assert said in history, said
    assert charging.token_uid
    assert charging.token_uid not in page
    foreign = operator_client(app, session, make_operator(session))
    assert foreign.get(f"/operator/sessions/{charging.id}/").status_code == 404
    session.rollback()
    assert charging.status is SessionStatus.CLOSED
