"""Areas in the admin portal: list, create, change, assign, delete."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Area, AuditEvent, ChargingSession, OperatorStatus, Role, SessionStatus
from tests.admin.counting import count_statements
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

HOSTILE = [
    "{{ 7*7 }}{% raise %}",
    "${alert(1)}",
    '<script>alert("x")</script>',
    "'; DROP TABLE area; --",
    "شارع \u202eevil",
    "🚗🔌 Čakalnica",
]


@pytest.fixture
def admin(session: Session, client: FlaskClient) -> FlaskClient:
    account = make_account(session)
    session.commit()
    return sign_in(client, account.email)


def area_of(session: Session, code: str) -> Area:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Area).where(Area.code == code)).one()


def events(session: Session, *actions: str) -> list[AuditEvent]:
    session.rollback()
    return list(
        session.scalars(select(AuditEvent).where(AuditEvent.action.in_(actions)).order_by(AuditEvent.id))
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
    from tests.admin.counting import count_statements

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


def test_assign_says_the_consequence_first(admin: FlaskClient, session: Session) -> None:
    old, new = make_operator(session, name="Old Inn"), make_operator(session, name="New Inn")
    area = make_area(session, old, code="P1")
    make_station(session, area)
    make_station(session, area, visible=False)
    both, stays = make_driver(session), make_driver(session)
    for operator, driver in ((old, both), (new, both), (old, stays), (new, make_driver(session))):
        make_membership(session, operator, driver)
    make_membership(session, new, make_driver(session), revoked_at=datetime(2026, 2, 1, tzinfo=UTC))
    session.commit()
    for answer in (
        admin.get(f"/admin/areas/P1/assign?operator={new.code}"),
        htmx(admin, f"/admin/areas/P1/assign?operator={new.code}", method="GET"),
    ):
        assert "2 stations; 1 is hidden." in answer.text
        assert "1 member of Old Inn stops seeing" in answer.text
        assert "1 member of New Inn sees them" in answer.text
    assert "<html" not in answer.text
    chosen = {"operator": new.code, "version": str(area.version)}
    assert post(admin, "/admin/areas/P1/assign", chosen).status_code == 303
    assert area_of(session, "P1").operator_id == new.id
    left, came = events(session, "area.assign", "area.unassign")
    assert (left.operator_id, left.before, left.after) == (old.id, {"operator": old.code}, {})
    assert (came.operator_id, came.before, came.after) == (new.id, {}, {"operator": new.code})


def test_take_an_area_from_its_operator(admin: FlaskClient, session: Session) -> None:
    operator = make_operator(session)
    make_station(session, make_area(session, operator, code="P1"), visible=False)
    session.commit()
    assert "Nobody but CPO admins" in admin.get("/admin/areas/P1/assign?operator=-").text
    assert post(admin, "/admin/areas/P1/assign", {"operator": "-", "version": "1"}).status_code == 303
    assert area_of(session, "P1").operator_id is None


def test_sessions_stay_with_the_operator_of_their_time(admin: FlaskClient, session: Session) -> None:
    old, new = make_operator(session), make_operator(session)
    station = make_station(session, make_area(session, old, code="P1"))
    make_session(session, station, old.id)
    session.commit()
    post(admin, "/admin/areas/P1/assign", {"operator": new.code, "version": "1"})
    session.rollback()
    assert session.scalars(select(ChargingSession.operator_id)).all() == [old.id]


@pytest.mark.parametrize("status", [OperatorStatus.DISABLED, OperatorStatus.ARCHIVED])
def test_only_active_operators_get_areas(
    admin: FlaskClient, session: Session, status: OperatorStatus
) -> None:
    operator = make_operator(session, status=status)
    make_area(session, code="P1")
    session.commit()
    assert operator.code not in admin.get("/admin/areas/P1/assign").text
    answer = post(admin, "/admin/areas/P1/assign", {"operator": operator.code, "version": "1"})
    assert answer.status_code == 422
    assert "is not active" in answer.text
    assert area_of(session, "P1").operator_id is None


def test_an_assignment_that_somebody_overtook_is_asked_again(admin: FlaskClient, session: Session) -> None:
    first, second = make_operator(session), make_operator(session)
    make_area(session, code="P1")
    session.commit()
    for chosen, status in ((first, 303), (second, 409)):
        answer = post(admin, "/admin/areas/P1/assign", {"operator": chosen.code, "version": "1"})
        assert answer.status_code == status
    assert 'name="version" value="2"' in answer.text
    assert area_of(session, "P1").operator_id == first.id
    # The same again is done already, whatever was looked at.
    repeated = post(admin, "/admin/areas/P1/assign", {"operator": first.code, "version": "1"})
    assert repeated.status_code == 303
    assert len(events(session, "area.assign")) == 1


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


def make_session(session: Session, station: Any, operator_id: int | None = None) -> ChargingSession:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    made = ChargingSession(
        external_id="S1",
        operator_id=operator_id,
        area_id=station.area_id,
        station_id=station.id,
        charger_uid="1",
        connector_number=1,
        started_at=at,
        ended_at=at,
        currency="EUR",
        status=SessionStatus.CLOSED,
        created_at=at,
    )
    session.add(made)
    session.flush()
    return made
