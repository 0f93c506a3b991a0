"""Dates, notes and history of one membership."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Driver, Membership, Operator, Role
from tests.support.factories import (
    htmx,
    make_account,
    make_driver,
    make_membership,
    make_operator,
    post,
    sign_in,
)

URL = "/operator/members/D-MIA/"
ZONE = ZoneInfo("America/New_York")
SOON = datetime.now(UTC) + timedelta(days=40)


@pytest.fixture
def operator(session: Session) -> Operator:
    return make_operator(session, code="HARBOR", timezone="America/New_York")


@pytest.fixture
def mia(session: Session) -> Driver:
    return make_driver(session, number="D-MIA", name="Mia")


@pytest.fixture
def cafe(app: Flask, session: Session, operator: Operator, mia: Driver) -> FlaskClient:
    account = make_account(session, Role.OPERATOR, operator=operator)
    session.commit()
    return sign_in(app.test_client(), account.email)


def history(session: Session) -> list[Membership]:
    session.rollback()
    stmt = select(Membership).order_by(Membership.id).execution_options(populate_existing=True)
    return list(session.scalars(stmt))


def midnight_after(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=ZONE) + timedelta(days=1)


def test_a_hit_is_granted_until_the_end_of_a_day(cafe: FlaskClient, session: Session) -> None:
    day = f"{SOON:%Y-%m-%d}"
    assert 'name="valid_to"' in cafe.get("/operator/members/?q=mia").text
    answer = htmx(cafe, URL + "grant", {"valid_to": day, "note": "Room 7"})
    assert 'data-member="yes"' in answer.text
    assert "Room 7" in answer.text
    [made] = history(session)
    assert (made.valid_to, made.note) == (midnight_after(day).astimezone(UTC), "Room 7")


@pytest.mark.parametrize("swapped", [True, False])
def test_dates_that_are_refused_stay_in_the_form(cafe: FlaskClient, session: Session, swapped: bool) -> None:
    send = htmx if swapped else post
    answer = send(cafe, URL + "grant", {"valid_to": "2020-01-01", "note": "Room 7"})
    assert answer.status_code == 422
    assert "an end in the future" in answer.text
    assert 'value="2020-01-01"' in answer.text
    assert 'value="Room 7"' in answer.text
    assert ("<html" in answer.text) is not swapped
    assert history(session) == []


def test_other_dates_replace_the_row_and_a_note_does_not(
    cafe: FlaskClient, session: Session, operator: Operator, mia: Driver
) -> None:
    odd = SOON.replace(second=17)
    make_membership(session, operator, mia, valid_to=odd)
    session.commit()
    form = sent(cafe.get(URL + "dates").text)
    assert post(cafe, URL + "dates", form | {"note": "Suite"}).status_code == 303
    [only] = history(session)
    assert (only.note, only.valid_to) == ("Suite", odd)
    form = sent(cafe.get(URL + "dates").text)
    assert post(cafe, URL + "dates", form | {"valid_to": "", "valid_to_time": ""}).status_code == 303
    old, new = history(session)
    assert (old.revoke_reason, new.valid_to, new.note) == ("replaced", None, "Suite")
    assert "saved" in cafe.get("/operator/members/").text


def test_a_form_that_is_out_of_date_is_a_conflict(
    cafe: FlaskClient, session: Session, operator: Operator, mia: Driver
) -> None:
    make_membership(session, operator, mia)
    session.commit()
    form = sent(cafe.get(URL + "dates").text)
    post(cafe, URL + "dates", form | {"valid_to": f"{SOON:%Y-%m-%d}"})
    answer = post(cafe, URL + "dates", form | {"note": "mine"})
    assert answer.status_code == 409
    assert 'value="mine"' in answer.text
    assert post(cafe, URL + "dates", sent(answer.text)).status_code == 303


def test_the_history_tells_every_membership_newest_first(cafe: FlaskClient, session: Session) -> None:
    post(cafe, URL + "grant", {"note": "first stay"})
    post(cafe, URL + "revoke", {"reason": "left"})
    post(cafe, URL + "grant", {"note": "second stay"})
    assert f'href="{URL}history"' in cafe.get("/operator/members/").text
    page = cafe.get(URL + "history").text
    assert page.index("second stay") < page.index("first stay")
    assert "left" in page


def test_who_was_never_a_member_has_no_history_here(
    cafe: FlaskClient, session: Session, mia: Driver, operator: Operator
) -> None:
    make_membership(session, make_operator(session), mia, note="elsewhere")
    session.commit()
    assert cafe.get(URL + "history").status_code == 404
    assert cafe.get("/operator/members/NOPE/history").status_code == 404


def sent(page: str) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    found = re.findall(r'<input[^>]*name="(valid_\w+|note|seen)"[^>]*>', page)
    tags = {name: re.search(rf'<input[^>]*name="{name}"[^>]*>', page) for name in found}
    values = {name: re.search(r'value="([^"]*)"', tag.group()) for name, tag in tags.items() if tag}
    return {name: value.group(1) if value else "" for name, value in values.items()}
