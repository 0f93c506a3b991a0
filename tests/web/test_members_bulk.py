"""Selected members, a page of them, or all that match: granted and revoked at once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Membership, Operator, Role
from tests.support.factories import (
    htmx,
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    post,
    sign_in,
)

URL = "/operator/members/"
ADMIN_URL = "/admin/operators/ALPINA/members/"
NOW = datetime.now(UTC)


@pytest.fixture
def operator(session: Session) -> Operator:
    operator = make_operator(session, code="ALPINA", name="Hotel Alpina")
    make_station(session, make_area(session, operator), visible=False)
    session.commit()
    return operator


@pytest.fixture
def hotel(app: Flask, session: Session, operator: Operator) -> FlaskClient:
    account = make_account(session, Role.OPERATOR, operator=operator)
    session.commit()
    return sign_in(app.test_client(), account.email)


def make_members(session: Session, operator: Operator, count: int, **over: object) -> list[str]:
    drivers = [make_driver(session) for _ in range(count)]
    for driver in drivers:
        make_membership(session, operator, driver, **over)
    session.commit()
    return [driver.number for driver in drivers]


def unrevoked(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Membership.revoked_at.is_(None))) or 0


def actions(session: Session) -> list[str]:
    stmt = select(AuditEvent.action).where(AuditEvent.action.like("member%")).order_by(AuditEvent.id)
    return list(session.scalars(stmt))


def test_the_ticked_ones_are_revoked_with_a_reason(
    hotel: FlaskClient, operator: Operator, session: Session
) -> None:
    numbers = make_members(session, operator, 3)
    page = hotel.get(URL).text
    assert all(f'name="number" value="{number}"' in page for number in numbers)
    form = {"verb": "revoke", "scope": "chosen", "number": numbers[:2], "reason": "moved away"}
    answer = post(hotel, URL + "bulk", form)
    assert (answer.status_code, answer.location) == (303, URL)
    said = hotel.get(URL).text
    assert "Access of 2 members is revoked." in said
    assert "/undo" in said
    assert unrevoked(session) == 1
    assert set(session.scalars(select(Membership.revoke_reason))) == {None, "moved away"}
    assert actions(session) == ["members.revoke_many", "membership.revoke", "membership.revoke"]


def test_with_htmx_the_table_is_fetched_anew_and_says_what_was_done(
    hotel: FlaskClient, operator: Operator, session: Session
) -> None:
    [number] = make_members(session, operator, 1)
    answer = htmx(hotel, URL + "bulk?state=live", {"verb": "revoke", "number": number})
    assert answer.status_code == 204
    assert '"/operator/members/?state=live"' in answer.headers["HX-Location"]
    assert '"#members-table"' in answer.headers["HX-Location"]
    table = hotel.get(URL + "?state=live", headers={"HX-Request": "true"}).text
    assert "<html" not in table
    assert re.search(r'id="members-said"[^>]*hx-swap-oob[^>]*>(.|\n)*Access of 1 member is revoked\.', table)
    assert "0 members" in table


@pytest.mark.parametrize(("count", "asked"), [(20, False), (21, True)])
def test_more_than_twenty_are_asked_about(
    hotel: FlaskClient, operator: Operator, session: Session, count: int, asked: bool
) -> None:
    numbers = make_members(session, operator, count)
    form = {"verb": "revoke", "scope": "page", "on_page": numbers, "reason": "closing"}
    answer = post(hotel, URL + "bulk", form)
    assert answer.status_code == (200 if asked else 303)
    if not asked:
        assert unrevoked(session) == 0
        return
    assert "Revoke the access of 21 members?" in answer.text
    assert "1 hidden station disappears from their maps" in answer.text
    assert 'value="closing"' in answer.text
    assert unrevoked(session) == 21
    assert post(hotel, URL + "bulk", form | {"confirmed": "yes"}).status_code == 303
    assert unrevoked(session) == 0


def test_all_that_match_are_those_that_the_list_would_show(
    hotel: FlaskClient, operator: Operator, session: Session
) -> None:
    make_members(session, operator, 30)
    make_members(session, operator, 2, valid_to=NOW + timedelta(days=3))
    other = make_operator(session)
    make_members(session, other, 2, valid_to=NOW + timedelta(days=3))
    form = {"verb": "revoke", "scope": "all"}
    asked = htmx(hotel, URL + "bulk?expiring=7", form).text
    assert "Revoke the access of 2 members?" in asked
    assert "<html" not in asked
    post(hotel, URL + "bulk?expiring=7", form | {"confirmed": "yes"})
    assert unrevoked(session) == 32
    post(hotel, URL + "bulk", form | {"confirmed": "yes"})
    assert unrevoked(session) == 2


def test_the_revoked_are_granted_again(hotel: FlaskClient, operator: Operator, session: Session) -> None:
    make_members(session, operator, 2, revoked_at=NOW, revoked_by="tester", revoke_reason="by mistake")
    listed = hotel.get(URL + "?state=revoked").text
    assert listed.count('<tr id="driver-') == 2
    assert "by mistake" in listed
    assert "driver" not in re.sub(r"[^@]*@", "@", listed.partition("<tbody>")[2]).partition("@")[0]
    form = {"verb": "grant", "scope": "all", "confirmed": "yes"}
    post(hotel, URL + "bulk?state=revoked", form)
    assert "2 drivers are granted access." in hotel.get(URL).text
    assert unrevoked(session) == 2


def test_a_search_over_all_drivers_is_never_granted_whole(
    hotel: FlaskClient, operator: Operator, session: Session
) -> None:
    for _ in range(3):
        make_driver(session, name="Stranger")
    session.commit()
    assert 'value="all"' not in hotel.get(URL + "?q=stranger").text
    form = {"verb": "grant", "scope": "all", "confirmed": "yes"}
    assert post(hotel, URL + "bulk?q=stranger", form).status_code == 422
    assert unrevoked(session) == 0


def test_nobody_selected_changes_nothing(hotel: FlaskClient, operator: Operator, session: Session) -> None:
    make_members(session, operator, 1)
    for form in ({"verb": "revoke"}, {"verb": "revoke", "number": "NOPE"}):
        assert post(hotel, URL + "bulk", form).status_code == 303
        assert "Nobody is selected" in hotel.get(URL).text
    assert post(hotel, URL + "bulk", {"verb": "delete"}).status_code == 422
    assert unrevoked(session) == 1
    assert actions(session) == []


def test_a_state_and_one_letter_show_no_strangers(
    hotel: FlaskClient, operator: Operator, session: Session
) -> None:
    make_driver(session, name="Stranger")
    make_members(session, operator, 1)
    for query in ("?q=s&state=live", "?q=s", "?q=stranger&state=live", "?q=stranger&expiring=7"):
        assert "Stranger" not in hotel.get(URL + query).text.partition("<tbody>")[2], query


@pytest.mark.parametrize(
    "query", ["?state=live", "?state=future", "?state=expired", "?state=revoked", "?expiring=30"]
)
def test_states_are_told_apart_and_exported(
    hotel: FlaskClient, operator: Operator, session: Session, query: str
) -> None:
    day = timedelta(days=1)
    over = {
        "?state=live": {"valid_to": NOW + 200 * day},
        "?state=future": {"valid_from": NOW + day},
        "?state=expired": {"valid_to": NOW - day},
        "?state=revoked": {"revoked_at": NOW, "revoked_by": "tester"},
        "?expiring=30": {"valid_to": NOW + 29 * day},
    }
    numbers = {
        key: make_members(session, operator, 1, note=f"note {key}", **each)[0] for key, each in over.items()
    }
    wanted = {numbers[query]} | ({numbers["?expiring=30"]} if query == "?state=live" else set())
    assert set(re.findall(r'<tr id="driver-([^"]+)"', hotel.get(URL + query).text)) == wanted
    lines = hotel.get(URL + "export.csv" + query).text.splitlines()
    assert len(lines) == 1 + len(wanted)
    assert "valid_to_at_utc" in lines[0]
    assert any(f"note {query}" in line for line in lines)


@pytest.mark.parametrize("query", ["?state=gone", "?expiring=8"])
def test_filters_that_there_are_not_are_refused(hotel: FlaskClient, query: str) -> None:
    assert hotel.get(URL + query).status_code == 400


def test_days_left_are_shown(hotel: FlaskClient, operator: Operator, session: Session) -> None:
    make_members(session, operator, 1, valid_to=NOW + timedelta(days=11))
    assert re.search(r"until .*\n?\s*\(in 1[12] days\)", hotel.get(URL).text)
