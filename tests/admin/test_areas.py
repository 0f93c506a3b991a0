"""Areas in the admin portal: list, create, change, delete."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Area, Role
from tests.admin.counting import count_statements
from tests.admin.hardware import HOSTILE, area_of, events, make_session
from tests.support.factories import (
    make_account,
    make_area,
    make_driver,
    make_operator,
    make_station,
    post,
    sign_in,
)


def create(client: FlaskClient, **over: Any) -> Any:
    return post(client, "/admin/areas/new", {"name": "Harbour", "code": "harbour-1"} | over)


def test_create_list_and_details(admin: FlaskClient, session: Session) -> None:
    operator = make_operator(session, name="Hotel Alpina")
    session.commit()
    answer = create(admin, city="Łódź", country="PL", operator=operator.code)
    assert (answer.status_code, answer.location) == (303, "/admin/areas/HARBOUR-1/")
    area = area_of(session, "HARBOUR-1")
    assert (area.name, area.city, area.country, area.operator_id) == ("Harbour", "Łódź", "PL", operator.id)
    make_station(session, area)
    session.commit()
    page = admin.get("/admin/areas/?q=lodz").text
    assert "Harbour" in page
    assert "Hotel Alpina" in page
    details = admin.get("/admin/areas/harbour-1/").text
    assert "Poland" in details
    assert "1 on the map" in details
    (event,) = events(session, "area.create")
    assert event.operator_id == operator.id
    assert event.after["code"] == "HARBOUR-1"


def test_filters_sort_and_pages(admin: FlaskClient, session: Session) -> None:
    operator = make_operator(session)
    make_area(session, operator, name="Owned")
    for n in range(30):
        make_area(session, name=f"Free {n:02}")
    session.commit()
    assert "31 results" in admin.get("/admin/areas/").text
    owned = admin.get(f"/admin/areas/?operator={operator.code}").text
    assert "Owned" in owned
    assert "Free 00" not in owned
    assert "30 results" in admin.get("/admin/areas/?assigned=false").text
    first = admin.get("/admin/areas/?sort=-name", headers={"HX-Request": "true"}).text
    assert "<html" not in first
    assert "Owned" in first
    assert "Free 00" not in first
    export = admin.get("/admin/areas/export.csv?assigned=false").text
    assert export.count("Free ") == 30
    assert "Owned" not in export


def test_the_number_of_queries_does_not_grow(admin: FlaskClient, session: Session, app: Any) -> None:

    make_station(session, make_area(session, make_operator(session)))
    session.commit()
    few = count_statements(app, lambda: admin.get("/admin/areas/"))
    for _ in range(10):
        make_station(session, make_area(session, make_operator(session)))
    session.commit()
    assert count_statements(app, lambda: admin.get("/admin/areas/")) == few


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_ever_text(admin: FlaskClient, session: Session, name: str) -> None:
    assert create(admin, name=name).status_code == 303
    assert area_of(session, "HARBOUR-1").name == name
    for url in ("/admin/areas/", "/admin/areas/HARBOUR-1/", "/admin/areas/HARBOUR-1/edit"):
        page = admin.get(url).text
        assert "<script>alert" not in page
        assert "49" not in page.split("<main")[1].split("</h1>")[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 10_000),
        ("name", "a\x00b"),
        ("code", "A"),
        ("code", "../etc"),
        ("code", "ẞ-straße"),
        ("country", "XX"),
        ("operator", "NOBODY-HERE"),
        ("city", "c" * 101),
    ],
)
def test_bad_values_are_shown_beside_their_field(
    admin: FlaskClient, session: Session, field: str, value: str
) -> None:
    answer = create(admin, **{field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert session.scalars(select(Area)).all() == []


def test_a_double_submit_makes_one_area(admin: FlaskClient, session: Session) -> None:
    assert create(admin).status_code == 303
    again = create(admin, code="Harbour-1")
    assert again.status_code == 422
    assert "HARBOUR-1 is taken" in again.text
    assert len(session.scalars(select(Area)).all()) == 1


def test_update_all_but_the_code(admin: FlaskClient, session: Session) -> None:
    area = make_area(session, code="P1", name="Old")
    session.commit()
    changed = {"name": "New", "city": "Bled", "country": "SI", "version": "1", "code": "P2"}
    answer = post(admin, "/admin/areas/P1/edit", changed)
    assert answer.status_code == 303
    fresh = area_of(session, "P1")
    assert (fresh.id, fresh.name, fresh.city, fresh.version) == (area.id, "New", "Bled", 2)
    assert "new" in fresh.search
    (event,) = events(session, "area.update")
    assert event.before == {"name": "Old", "city": None, "country": None}


def test_the_second_of_two_editors_loses_nothing(admin: FlaskClient, session: Session) -> None:
    make_area(session, code="P1", name="Old")
    session.commit()
    assert post(admin, "/admin/areas/P1/edit", {"name": "Theirs", "version": "1"}).status_code == 303
    late = post(admin, "/admin/areas/P1/edit", {"name": "Mine", "version": "1"})
    assert late.status_code == 409
    assert "Theirs" in late.text
    assert 'value="Mine"' in late.text
    assert 'name="version" type="hidden" value="2"' in late.text
    assert area_of(session, "P1").name == "Theirs"
    assert post(admin, "/admin/areas/P1/edit", {"name": "Mine", "version": "2"}).status_code == 303
    assert post(admin, "/admin/areas/P1/edit", {"name": "Mine", "version": "0x3"}).status_code == 409


def test_delete_tells_what_is_in_the_way(admin: FlaskClient, session: Session) -> None:
    area = make_area(session, code="P1")
    make_session(session, make_station(session, area))
    make_area(session, code="P2")
    session.commit()
    refused = post(admin, "/admin/areas/P1/delete")
    assert refused.status_code == 409
    assert "1 station" in refused.text
    assert 'href="/admin/stations/?area=P1"' in refused.text
    assert 'href="/admin/sessions/?area=P1"' in refused.text
    assert post(admin, "/admin/areas/P2/delete").status_code == 303
    session.rollback()
    assert session.scalars(select(Area.code)).all() == ["P1"]
    assert [event.subject for event in events(session, "area.delete")] == ["P2"]


@pytest.mark.parametrize("path", ["", "edit", "assign"])
def test_an_absent_area_is_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.get(f"/admin/areas/NOPE/{path}").status_code == 404


@pytest.mark.parametrize("path", ["edit", "assign", "delete"])
def test_an_absent_area_cannot_be_changed(admin: FlaskClient, path: str) -> None:
    answer = post(admin, f"/admin/areas/NOPE/{path}", {"name": "x", "version": "1", "operator": "-"})
    assert answer.status_code == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.DRIVER])
def test_others_are_refused(client: FlaskClient, session: Session, role: Role) -> None:
    owner = make_operator(session) if role is Role.OPERATOR else make_driver(session)
    account = make_account(session, role, **{role.value: owner})
    make_area(session, code="P1", name="Secret garden")
    session.commit()
    sign_in(client, account.email)
    for path in ("", "P1/", "P1/edit", "P1/assign", "NOPE/", "new", "export.csv"):
        answer = client.get(f"/admin/areas/{path}")
        assert answer.status_code == 403
        assert "Secret garden" not in answer.text
