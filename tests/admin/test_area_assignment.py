"""Handing an area to an operator, and what is said before."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import ChargingSession, OperatorStatus
from tests.admin.hardware import (
    area_of,
    events,
    make_session,
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
    assert post(admin, "/admin/areas/P1/assign", {"operator": operator.code}).status_code == 303
    assert post(admin, "/admin/areas/P1/assign", {"operator": "-", "version": "x"}).status_code == 409
    assert area_of(session, "P1").operator_id == operator.id, "a script need not say what it saw"


def test_sessions_stay_with_the_operator_of_their_time(admin: FlaskClient, session: Session) -> None:
    old, new = make_operator(session), make_operator(session)
    station = make_station(session, make_area(session, old, code="P1"))
    make_session(session, station, operator_id=old.id)
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
