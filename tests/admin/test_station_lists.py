"""The list of stations, and who gets to it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import Area, Role, StationStatus
from tests.admin.counting import count_statements
from tests.admin.hardware import NEW, code_of, owner_of, station_of
from tests.support.factories import (
    make_account,
    make_area,
    make_driver,
    make_operator,
    make_station,
    post,
    sign_in,
)


def test_list_search_filters_and_export(admin: FlaskClient, session: Session, area: Area) -> None:
    make_station(
        session, area, code="A1", name="Alpha", search="a1 alpha slovenska cesta 1 ljubljana", visible=False
    )
    make_station(session, make_area(session), "CHADEMO", code="B1", name="Beta", status=StationStatus.CLOSED)
    session.commit()
    for query, shown in {
        "": "AB",
        "q=slovenska+ljubljana": "A",
        f"operator={code_of(session, area)}": "A",
        "area=p1": "A",
        "visible=false": "A",
        "visible=true": "B",
        "status=closed": "B",
        "connector=CHADEMO": "B",
        "q=nothing": "",
    }.items():
        page = admin.get(f"/admin/stations/?{query}").text
        assert ("Alpha" in page, "Beta" in page) == ("A" in shown, "B" in shown), query
    for bad in ("connector=NOPE", "status=x", "visible=x", "sort=connectors", "after=zzz"):
        assert admin.get(f"/admin/stations/?{bad}").status_code == 400, bad
    export = admin.get("/admin/stations/export.csv?visible=false").text
    assert "Alpha,A1,Parking,Hotel Alpina,1 × Type 2,false,available,P1" in export
    assert "Beta" not in export


@pytest.mark.parametrize("sort", ["name", "-code", "area", "operator", "visible", "-status"])
def test_every_order_pages_through_all(admin: FlaskClient, session: Session, area: Area, sort: str) -> None:
    for n in range(27):
        make_station(session, area if n % 2 else None, code=f"S{n:02}", visible=n % 3 == 0)
    session.commit()
    url, seen = f"/admin/stations/?sort={sort}", []
    while url:
        page = admin.get(url).text
        seen += [part.split('"')[0] for part in page.split('<tr id="station-')[1:]]
        url = (
            page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
            if 'rel="next"' in page
            else ""
        )
    assert sorted(seen) == [f"S{n:02}" for n in range(27)]


def test_the_number_of_queries_does_not_grow(admin: FlaskClient, session: Session, app: Flask) -> None:
    make_station(session, make_area(session, make_operator(session)))
    session.commit()
    few = count_statements(app, lambda: admin.get("/admin/stations/"))
    for _ in range(10):
        make_station(session, make_area(session, make_operator(session)))
    session.commit()
    assert count_statements(app, lambda: admin.get("/admin/stations/")) == few


@pytest.mark.parametrize("path", ["", "edit", "chargers/new", "chargers/1/edit", "chargers/1/connectors/new"])
def test_an_absent_station_is_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.get(f"/admin/stations/NOPE/{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["edit", "visibility", "close", "delete", "chargers/new", "chargers/1/delete"]
)
def test_an_absent_station_cannot_be_changed(
    admin: FlaskClient, session: Session, area: Area, path: str
) -> None:
    said = NEW | {"version": "1", "visible": "true"}
    assert post(admin, f"/admin/stations/NOPE/{path}", said).status_code == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.DRIVER])
def test_others_are_refused(client: FlaskClient, session: Session, area: Area, role: Role) -> None:
    owner = owner_of(session, area) if role is Role.OPERATOR else make_driver(session)
    account = make_account(session, role, **{role.value: owner})
    make_station(session, area, code="S1", name="Secret garden")
    session.commit()
    sign_in(client, account.email)
    for path in ("", "S1/", "S1/edit", "NOPE/", "new", "areas", "export.csv"):
        answer = client.get(f"/admin/stations/{path}")
        assert answer.status_code == 403
        assert "Secret garden" not in answer.text
    assert post(client, "/admin/stations/S1/visibility", {"visible": "false"}).status_code == 403
    assert station_of(session, "S1").visible is True
