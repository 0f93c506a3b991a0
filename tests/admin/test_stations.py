"""Stations in the admin portal: hide, move, close, delete."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Area, Charger, OperatorStatus, Station, StationStatus
from tests.admin.hardware import (
    code_of,
    events,
    form_of,
    make_session,
    owner_of,
    station_of,
)
from tests.support.factories import (
    htmx,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    post,
)


def test_a_move_to_another_tenant_tells_each_its_own(
    admin: FlaskClient, session: Session, area: Area
) -> None:
    other = make_area(session, make_operator(session), code="P2")
    station = make_station(session, area, code="S1", name="Alpina garage")
    session.commit()
    said = form_of(station, other, name="Harbour garage")
    assert post(admin, "/admin/stations/S1/edit", said).status_code == 303
    left, came = events(session, "station.move", "station.update")
    assert (left.operator_id, left.after) == (area.operator_id, {})
    assert (came.operator_id, came.before) == (other.operator_id, {})
    assert "Alpina garage" not in str(came.after)
    assert "Harbour garage" not in str(left.before)


def test_hide_and_show(admin: FlaskClient, session: Session, area: Area) -> None:
    make_station(session, area, code="S1")
    operator = area.operator_id
    for _ in range(2):
        make_membership(session, owner_of(session, area), make_driver(session))
    make_membership(
        session, owner_of(session, area), make_driver(session), valid_to=datetime(2026, 2, 1, tzinfo=UTC)
    )
    session.commit()
    block = htmx(admin, "/admin/stations/s1/visibility", {"visible": "false"})
    assert block.status_code == 200
    assert "<html" not in block.text
    assert "Hidden. 2 members still see it." in block.text
    assert 'name="visible" value="true"' in block.text
    assert station_of(session, "S1").visible is False
    plain = post(admin, "/admin/stations/S1/visibility", {"visible": "false"})
    assert (plain.status_code, plain.location) == (303, "/admin/stations/S1/")
    assert "Hidden. 2 members still see it." in admin.get(plain.location).text
    assert "Visible to everybody." in htmx(admin, "/admin/stations/S1/visibility", {"visible": "true"}).text
    told = events(session, "station.hide", "station.show")
    assert [(event.action, event.operator_id) for event in told] == [
        ("station.hide", operator),
        ("station.show", operator),
    ]
    assert (told[0].before, told[0].after) == ({"visible": True}, {"visible": False})


def test_the_consequence_in_every_case(admin: FlaskClient, session: Session, area: Area) -> None:
    make_station(session, make_area(session), code="FREE", visible=False)
    make_station(session, area, code="ALONE", visible=False)
    make_station(session, area, code="GONE", visible=False, status=StationStatus.CLOSED)
    asleep = make_operator(session, status=OperatorStatus.DISABLED)
    make_membership(session, asleep, make_driver(session))
    make_station(session, make_area(session, asleep), code="ASLEEP", visible=False)
    session.commit()
    for code, words in {
        "FREE": "Hidden. Nobody but CPO admins sees it.",
        "ALONE": "Hidden. No member sees it yet:",
        "GONE": "Closed: it is on no map",
        "ASLEEP": "Hidden. No member sees it, because the operator is not active.",
    }.items():
        assert words in admin.get(f"/admin/stations/{code}/").text
    assert (
        f'href="/admin/operators/{code_of(session, area)}/members/"'
        in admin.get("/admin/stations/ALONE/").text
    )


@pytest.mark.parametrize("value", ["", "yes", "True", "1"])
def test_visibility_takes_true_and_false_only(admin: FlaskClient, session: Session, value: str) -> None:
    make_station(session, code="S1")
    session.commit()
    assert post(admin, "/admin/stations/S1/visibility", {"visible": value}).status_code == 422
    assert station_of(session, "S1").visible is True


def test_close_keeps_the_station_and_is_done_once(admin: FlaskClient, session: Session, area: Area) -> None:
    make_station(session, area, code="S1")
    session.commit()
    for _ in range(2):
        assert post(admin, "/admin/stations/S1/close").status_code == 303
    assert station_of(session, "S1").status is StationStatus.CLOSED
    assert len(events(session, "station.close")) == 1


def test_delete_tells_what_is_in_the_way(admin: FlaskClient, session: Session, area: Area) -> None:
    make_session(session, make_station(session, area, code="S1"))
    make_station(session, area, code="S2")
    session.commit()
    refused = post(admin, "/admin/stations/S1/delete")
    assert refused.status_code == 409
    assert "1 charging session" in refused.text
    assert 'href="/admin/sessions/?station=S1"' in refused.text
    assert post(admin, "/admin/stations/S2/delete").status_code == 303
    session.rollback()
    assert session.scalars(select(Station.code)).all() == ["S1"]
    assert len(session.scalars(select(Charger)).all()) == 1
