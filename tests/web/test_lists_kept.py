"""What an account keeps for its lists: the columns it wants to see, and views under a name."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Preference, SavedView
from tests.admin.people import admin_client, operator_client
from tests.support.factories import htmx, make_area, make_driver, make_operator, make_station, post

URL = "/admin/drivers/"


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    make_driver(session, name="Mia", number="D-MIA", email="mia@example.com")
    make_driver(session, name="Rex", number="D-REX", email="rex@example.com")
    return admin_client(app, session)


def heads(page: str) -> list[str]:
    """The columns of the table in words."""
    row = page.partition("<thead>")[2].partition("</thead>")[0]
    return [part.partition("</th>")[0].rpartition("<svg")[0].rpartition(">")[2]
            or part.partition("</th>")[0].rpartition(">")[2] for part in row.split("<th ")[1:]]  # fmt: skip


def test_columns_by_address(admin: FlaskClient) -> None:
    assert "mia@example.com" in admin.get(URL).text
    page = admin.get(f"{URL}?columns=updated_at,number&q=mia").text
    assert heads(page) == ["Name", "Driver number", "Changed"]  # the first one names the row and stays
    assert "mia@example.com" not in page
    assert "columns=name,number,updated_at" in page.partition('id="drivers-sort-number"')[2].partition(">")[0]
    assert 'name="columns" value="name,number,updated_at" form="drivers-filter"' in page


def test_a_column_that_there_is_not(admin: FlaskClient) -> None:
    for answer in (
        admin.get(f"{URL}?columns=name,shoe_size"),
        post(admin, URL, {"keep": "columns", "columns": "shoe"}),
    ):
        assert answer.status_code == 422
        assert "name, number, email" in answer.text
        assert "updated_at" in answer.text
    assert admin.get(f"{URL}?columns=search").status_code == 422  # what no list offers stays unoffered


def test_the_account_remembers(app: Flask, admin: FlaskClient, session: Session) -> None:
    answer = post(admin, f"{URL}?q=mia", {"keep": "columns", "columns": ["number", "phone_e164"]})
    assert answer.status_code == 303
    state = parse_qs(urlsplit(answer.location).query)
    assert state == {"q": ["mia"], "columns": ["name,number,phone_e164"]}
    wanted = ["Name", "Driver number", "Phone, international"]
    assert heads(admin.get(answer.location).text) == wanted
    assert heads(admin.get(URL).text) == wanted
    assert heads(admin_client(app, session).get(URL).text) != wanted  # nobody else's
    assert heads(admin.get("/admin/accounts/").text)[:2] == ["Email", "Name"]  # and of no other list
    assert post(admin, URL, {"keep": "usual-columns"}).status_code == 303
    assert "Email" in heads(admin.get(URL).text)
    session.rollback()
    assert session.scalars(select(Preference.columns)).one() == {}
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action == "list.columns")).all()


def test_files_hold_what_they_always_held(admin: FlaskClient) -> None:
    whole = admin.get(f"{URL}export.csv").data
    post(admin, URL, {"keep": "columns", "columns": "number"})
    assert admin.get(f"{URL}export.csv").data == whole
    assert b"phone_e164" in whole.splitlines()[0]


def test_an_unreadable_choice_is_none(admin: FlaskClient, session: Session) -> None:
    post(admin, URL, {"keep": "columns", "columns": "number"})
    session.rollback()
    kept = session.scalars(select(Preference)).one()
    kept.columns = {"admin.drivers": ["number", "gone", 7], "admin.accounts": "x"}
    session.commit()
    assert heads(admin.get(URL).text) == ["Name", "Driver number"]
    assert "Role" in heads(admin.get("/admin/accounts/").text)


def test_a_granted_row_keeps_its_shape(admin: FlaskClient, session: Session) -> None:
    make_operator(session, code="HOTEL")
    session.commit()
    post(admin, "/admin/operators/HOTEL/members/", {"keep": "columns", "columns": ["number", "granted_at"]})
    row = htmx(admin, "/admin/operators/HOTEL/members/D-MIA/grant").text.partition("</tr>")[0]
    assert row.count("<td") == 4  # with that of the buttons


def views(session: Session) -> list[SavedView]:
    session.rollback()
    return list(session.scalars(select(SavedView).order_by(SavedView.id)))


def test_a_view_brings_everything_back(admin: FlaskClient, session: Session) -> None:
    state = "q=mia&status=active&sort=-number&columns=name,number"
    assert post(admin, f"{URL}?{state}", {"keep": "view", "name": " My  drivers "}).status_code == 303
    page = admin.get(URL).text
    link = (
        page.partition('<ul class="views">')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    assert parse_qs(urlsplit(link).query) == {
        "q": ["mia"],
        "status": ["active"],
        "sort": ["-number"],
        "columns": ["name,number"],
    }
    shown = admin.get(link).text
    assert heads(shown) == ["Name", "Driver number"]
    assert 'aria-current="true"' in shown.partition('<ul class="views">')[2].partition("</ul>")[0]
    assert 'aria-current="true"' not in page.partition('<ul class="views">')[2].partition("</ul>")[0]


def test_the_same_name_replaces(admin: FlaskClient, session: Session) -> None:
    post(admin, f"{URL}?q=mia", {"keep": "view", "name": "One"})
    answer = post(admin, f"{URL}?q=rex", {"keep": "view", "name": "One"}, follow_redirects=True)
    assert "The view “One” is replaced." in answer.text
    [view] = views(session)
    assert view.query.startswith("q=rex")


def test_twenty_are_enough_and_a_name_is_needed(admin: FlaskClient, session: Session) -> None:
    post(admin, URL, {"keep": "view", "name": "View 0"})
    first = views(session)[0]
    for number in range(1, 20):
        copy = {"account_id": first.account_id, "endpoint": first.endpoint, "created_at": first.created_at}
        session.add(SavedView(**copy, name=f"View {number}", query="q=x"))
    session.commit()
    for name, words in (("One more", "at most 20 views"), ("", "1 to 60"), ("x" * 61, "60")):
        answer = post(admin, f"{URL}?q=mia", {"keep": "view", "name": name})
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{name}"' in answer.text
        assert "Mia" in answer.text
    assert post(admin, URL, {"keep": "view", "name": "View 7"}).status_code == 303
    assert post(admin, "/admin/areas/", {"keep": "view", "name": "One more"}).status_code == 303


def test_only_what_the_list_knows_is_read(admin: FlaskClient, session: Session) -> None:
    post(admin, URL, {"keep": "view", "name": "One"})
    view = views(session)[0]
    view.query = "q=mia&evil=1&sort=shoe&columns=gone,number&next=//evil.example&_external=1&code=X"
    session.commit()
    page = admin.get(URL).text
    link = (
        page.partition('<ul class="views">')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    assert link.startswith(f"{URL}?")
    assert parse_qs(urlsplit(link).query) == {"q": ["mia"], "columns": ["name,number"]}


def test_views_are_ones_own(app: Flask, admin: FlaskClient, session: Session) -> None:
    post(admin, URL, {"keep": "view", "name": "Mine"})
    [view] = views(session)
    other = admin_client(app, session)
    assert "Mine" not in other.get(URL).text
    for url, number in ((URL, str(view.id)), (URL, "x"), (URL, "9" * 30), ("/admin/areas/", str(view.id))):
        assert post(other, url, {"keep": "forget-view", "view": number}).status_code == 404
    assert post(admin, "/admin/areas/", {"keep": "forget-view", "view": str(view.id)}).status_code == 404
    assert len(views(session)) == 1
    assert post(admin, URL, {"keep": "forget-view", "view": str(view.id)}).status_code == 303
    assert views(session) == []
    assert post(admin, URL, {"keep": "something"}).status_code == 404


def test_a_view_of_one_operators_page_serves_that_of_every_other(
    app: Flask, admin: FlaskClient, session: Session
) -> None:
    """It belongs to the endpoint and holds parameters only."""
    hotel, cafe = make_operator(session, code="HOTEL"), make_operator(session, code="CAFE")
    make_station(session, make_area(session, hotel))
    session.commit()
    post(admin, "/admin/operators/HOTEL/members/?state=expired", {"keep": "view", "name": "Gone"})
    page = admin.get("/admin/operators/CAFE/members/").text
    assert 'href="/admin/operators/CAFE/members/?state=expired"' in page
    own = operator_client(app, session, cafe)
    assert "Gone" not in own.get("/operator/members/").text
    assert post(own, "/operator/stations/", {"keep": "view", "name": "Ours"}).status_code == 303
    assert "View of a list saved" in own.get("/operator/audit").text
    assert 'id="stations-column-operator' not in own.get("/operator/stations/").text


def test_nothing_yet_and_no_hits_read_differently(app: Flask, session: Session) -> None:
    admin = admin_client(app, session)
    nothing = admin.get("/admin/areas/").text
    assert "No areas yet" in nothing
    assert 'href="/admin/areas/new"' in nothing
    missed = admin.get("/admin/areas/?q=zzz&sort=-code").text
    assert "Nothing matches" in missed
    assert 'href="/admin/areas/?sort=-code"' in missed
