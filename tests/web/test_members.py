"""The members page, as the CPO and as the operator itself: the shape that other lists imitate."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Driver, DriverStatus, Membership, Operator, OperatorStatus, Role
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

NOW = datetime.now(UTC)


@pytest.fixture
def operator(session: Session) -> Operator:
    operator = make_operator(session, code="ALPINA", name="Hotel Alpina")
    make_station(session, make_area(session, operator), visible=False)
    session.commit()
    return operator


@pytest.fixture
def mia(session: Session) -> Driver:
    mia = make_driver(
        session, token_uid="04AB99", number="D-MIA", name="Mia Žagar", email="mia@mail.example", phone="+386 40 123 456",
        phone_e164="+38640123456",
    )  # fmt: skip
    session.commit()
    return mia


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    account = make_account(session)
    session.commit()
    return sign_in(app.test_client(), account.email)


@pytest.fixture
def hotel(app: Flask, session: Session, operator: Operator) -> FlaskClient:
    account = make_account(session, Role.OPERATOR, operator=operator)
    session.commit()
    return sign_in(app.test_client(), account.email)


ADMIN_URL = "/admin/operators/ALPINA/members/"
OWN_URL = "/operator/members/"


def row(html: str, number: str) -> str:
    """The table row of a driver."""
    return html.partition(f'<tr id="driver-{number}"')[2].partition("</tr>")[0]


@pytest.mark.parametrize(
    "q", ["mia", "ZAGAR", "mail.ex", "40 123", "40123456", "d-mia", "04ab99", "mia zagar"]
)
def test_admins_find_drivers_by_any_part(admin: FlaskClient, operator: Operator, mia: Driver, q: str) -> None:
    html = admin.get(ADMIN_URL, query_string={"q": q}).text
    found = row(html, "D-MIA")
    assert 'data-member="no"' in found
    assert "mia@mail.example" in found
    assert "/members/D-MIA/grant" in found


def test_grant_then_revoke_by_plain_forms(admin: FlaskClient, operator: Operator, mia: Driver) -> None:
    answer = post(admin, ADMIN_URL + "D-MIA/grant")
    assert (answer.status_code, answer.location) == (303, ADMIN_URL)
    assert 'data-member="yes"' in row(admin.get(ADMIN_URL).text, "D-MIA")
    post(admin, ADMIN_URL + "D-MIA/revoke")
    assert row(admin.get(ADMIN_URL).text, "D-MIA") == ""
    assert 'data-member="no"' in row(admin.get(ADMIN_URL, query_string={"q": "mia"}).text, "D-MIA")


def test_htmx_gets_the_row_in_its_new_state_and_the_consequence(
    admin: FlaskClient, operator: Operator, mia: Driver
) -> None:
    html = htmx(admin, ADMIN_URL + "D-MIA/grant").text
    assert "<html" not in html
    assert 'data-member="yes"' in row(html, "D-MIA")
    assert 'hx-swap-oob="true"' in html
    assert "1 member" in html
    assert 'data-member="no"' in row(htmx(admin, ADMIN_URL + "D-MIA/revoke").text, "D-MIA")


def test_the_table_alone_answers_a_live_search(admin: FlaskClient, operator: Operator, mia: Driver) -> None:
    answer = htmx(admin, ADMIN_URL + "?q=mia", method="GET")
    assert "<html" not in answer.text
    assert 'id="members-table"' in answer.text
    assert "HX-Request" in answer.headers["Vary"]


def test_operators_see_strangers_masked(hotel: FlaskClient, mia: Driver) -> None:
    found = row(hotel.get(OWN_URL, query_string={"q": "mia"}).text, "D-MIA")
    assert "m•••@m•••.example" in found
    assert "••• 56" in found
    assert "mia@mail" not in found
    assert "123" not in found


@pytest.mark.parametrize(
    ("q", "shown"), [("mia@mail.example", "mia@mail.example"), ("+386 40 123 456", "+386 40 123 456")]
)
def test_what_was_typed_in_full_is_shown(hotel: FlaskClient, mia: Driver, q: str, shown: str) -> None:
    assert shown in row(hotel.get(OWN_URL, query_string={"q": q}).text, "D-MIA")


def test_members_are_not_masked(hotel: FlaskClient, mia: Driver) -> None:
    post(hotel, OWN_URL + "D-MIA/grant")
    assert "mia@mail.example" in row(hotel.get(OWN_URL).text, "D-MIA")


def test_operators_get_twenty_hits_and_no_more(hotel: FlaskClient, session: Session) -> None:
    for _ in range(25):
        make_driver(session, name="Common Name")
    session.commit()
    for extra in ("", "&after=WyJhIiwxXQ", "&sort=-name"):
        html = hotel.get(OWN_URL + "?q=common" + extra).text
        assert html.count('<tr id="driver-') == 20
        assert "after=" not in html.partition('id="members-table"')[2]
    assert "More than 20" in html


def test_one_letter_searches_nobody(hotel: FlaskClient, mia: Driver) -> None:
    html = hotel.get(OWN_URL + "?q=m").text
    assert "D-MIA" not in html
    assert "at least 2 characters" in html


def test_operators_cannot_search_without_end(hotel: FlaskClient, mia: Driver) -> None:
    statuses = [hotel.get(OWN_URL + "?q=mia").status_code for _ in range(61)]
    assert statuses.count(200) in (60, 61)  # 61 only if a minute turned
    if statuses[-1] == 429:
        assert int(hotel.get(OWN_URL + "?q=mia").headers["Retry-After"]) <= 60


def test_disabled_drivers_are_not_found(admin: FlaskClient, operator: Operator, session: Session) -> None:
    make_driver(session, number="D-OFF", name="Gone", status=DriverStatus.DISABLED)
    session.commit()
    assert "D-OFF" not in admin.get(ADMIN_URL + "?q=gone").text
    assert post(admin, ADMIN_URL + "D-OFF/grant").status_code == 404


def test_expired_is_no_member_and_future_says_when(
    admin: FlaskClient, operator: Operator, session: Session
) -> None:
    old, new = (
        make_driver(session, number="D-OLD", name="Pair A"),
        make_driver(session, number="D-NEW", name="Pair B"),
    )
    make_membership(session, operator, old, valid_to=NOW - timedelta(days=1))
    make_membership(session, operator, new, valid_from=NOW + timedelta(days=1))
    session.commit()
    html = admin.get(ADMIN_URL + "?q=pair").text
    assert 'data-member="no"' in row(html, "D-OLD")
    assert "Expired" in row(html, "D-OLD")
    assert "/D-NEW/revoke" in row(html, "D-NEW")
    listed = admin.get(ADMIN_URL).text
    assert row(listed, "D-OLD") == ""
    assert "From" in row(listed, "D-NEW")


@pytest.mark.parametrize(
    "url", ["/admin/operators/NOPE/members/", "/admin/operators/ALPINA/members/NOPE/grant"]
)
def test_what_does_not_exist_is_404(admin: FlaskClient, operator: Operator, url: str) -> None:
    answer = post(admin, url) if url.endswith("grant") else admin.get(url)
    assert answer.status_code == 404


def test_a_disabled_operator_takes_no_grants(
    admin: FlaskClient, operator: Operator, mia: Driver, session: Session
) -> None:
    session.get_one(Operator, operator.id).status = OperatorStatus.DISABLED
    session.commit()
    assert post(admin, ADMIN_URL + "D-MIA/grant").status_code == 409
    assert session.scalar(select(Membership)) is None


def test_the_operators_page_belongs_to_its_own_network(
    hotel: FlaskClient, operator: Operator, mia: Driver, session: Session
) -> None:
    other = make_operator(session, code="OTHER", name="Other Inn")
    make_membership(session, other, mia)
    session.commit()
    assert row(hotel.get(OWN_URL).text, "D-MIA") == ""
    post(hotel, OWN_URL + "D-MIA/revoke")
    session.expire_all()
    assert session.scalars(select(Membership)).one().revoked_at is None
    assert hotel.get("/admin/operators/ALPINA/members/").status_code == 403


def test_hostile_names_stay_text(admin: FlaskClient, operator: Operator, session: Session) -> None:
    hostile = "{{7*7}}<script>alert(1)</script>${x}"
    make_membership(session, operator, make_driver(session, number="D-BAD", name=hostile))
    session.commit()
    html = admin.get(ADMIN_URL).text
    assert "<script>alert" not in html
    assert "{{7*7}}&lt;script&gt;" in html


def test_export_holds_all_members_beyond_one_page(
    hotel: FlaskClient, operator: Operator, session: Session
) -> None:
    for _ in range(60):
        make_membership(session, operator, make_driver(session))
    session.commit()
    lines = hotel.get(OWN_URL + "export.csv").text.splitlines()
    assert len(lines) == 61
    assert "granted_at_utc,granted_at_local" in lines[0]
