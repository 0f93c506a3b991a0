"""Undo through the trail: single and bulk, in time, by the right one, and only what nobody changed since."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Forbidden
from portal.domain.viewer import Actor, Viewer
from portal.models import (
    Area,
    AuditEvent,
    Operator,
    OperatorStatus,
    Role,
    Station,
    StationPast,
    StationStatus,
)
from portal.queries.areas import areas
from portal.queries.stations import stations
from portal.services.area_bulk import area_fingerprint, assign_many
from portal.services.areas import assign_area
from portal.services.station_bulk import change_many, station_fingerprint
from portal.services.stations import close_station, set_visibility
from tests.services.undoing import ADMIN, AT, SOON, parts, take_back
from tests.support.factories import (
    TESTER,
    make_account,
    make_area,
    make_operator,
    make_station,
)


def loaded(session: Session, code: str) -> Station:
    session.expire_all()
    return session.scalars(stations(ADMIN).where(Station.code == code)).one()


def bulk(session: Session, codes: list[str], at: datetime = AT, **wanted: Any) -> AuditEvent | None:
    stmt = stations(ADMIN).where(Station.code.in_(codes))
    seen = station_fingerprint(session, stmt)
    return change_many(session, stmt, wanted, seen=seen, actor=TESTER, at=at)


def test_a_hidden_station_is_shown_again(session: Session) -> None:
    area = make_area(session, make_operator(session))
    make_station(session, area, code="S1")
    event = set_visibility(session, loaded(session, "S1"), False, actor=TESTER, at=AT)
    done = take_back(session, event)
    station = loaded(session, "S1")
    assert (station.visible, station.version, station.updated_at) == (True, 3, SOON)
    assert (done.event.action, done.event.after["undo_of"]) == ("audit.undo", event.id if event else 0)
    assert done.event.operator_id == area.operator_id
    assert parts(session, done.event) == [("station.show", "S1")]
    assert [past.until for past in session.scalars(select(StationPast))] == [AT, SOON]
    for again in (event, done.event):  # neither twice nor back and forth
        with pytest.raises(Conflict):
            take_back(session, again)


@pytest.mark.parametrize("minutes", [15, 600])
def test_after_a_quarter_of_an_hour_it_is_too_late(session: Session, minutes: int) -> None:
    make_station(session, code="S1")
    event = set_visibility(session, loaded(session, "S1"), False, actor=TESTER, at=AT)
    with pytest.raises(Conflict, match="15 minutes"):
        take_back(session, event, at=AT + timedelta(minutes=minutes))
    assert loaded(session, "S1").visible is False


def test_what_somebody_changed_since_stays(session: Session) -> None:
    make_station(session, code="S1")
    event = close_station(session, loaded(session, "S1"), actor=TESTER, at=AT)
    loaded(session, "S1").status = StationStatus.PLANNED
    session.flush()
    with pytest.raises(Conflict, match="S1 has been changed since"):
        take_back(session, event)
    assert loaded(session, "S1").status is StationStatus.PLANNED


def test_a_bulk_undo_leaves_what_was_changed_and_says_so(session: Session) -> None:
    area = make_area(session, make_operator(session))
    for n in range(4):
        make_station(session, area, code=f"S{n}", visible=n != 3)
    event = bulk(session, ["S0", "S1", "S2", "S3"], visible=False)
    assert event is not None
    assert parts(session, event) == [("station.hide", f"S{n}") for n in range(3)]
    set_visibility(session, loaded(session, "S1"), True, actor=TESTER, at=AT)
    done = take_back(session, event)
    assert (done.changed, [each.subject for each in done.skipped]) == (2, ["S1"])
    assert done.event.after["not_undone"] == ["S1"]
    assert [loaded(session, f"S{n}").visible for n in range(4)] == [True, True, True, False]


def test_stations_move_back_to_where_each_came_from(session: Session) -> None:
    first, second = make_operator(session), make_operator(session)
    here, there, goal = make_area(session, first), make_area(session), make_area(session, second)
    make_station(session, here, code="S1")
    make_station(session, there, code="S2")
    event = bulk(session, ["S1", "S2"], area_id=goal.id)
    assert event is not None
    assert event.operator_id is None, "it tells of two tenants"
    told = session.scalars(select(AuditEvent).where(AuditEvent.parent_id == event.id)).all()
    assert all(not (each.before and each.after) for each in told), "neither tenant reads the other's words"
    done = take_back(session, event)
    assert done.changed == 2
    assert (loaded(session, "S1").area_id, loaded(session, "S2").area_id) == (here.id, there.id)


def test_an_area_goes_back_to_its_operator_unless_that_is_gone(session: Session) -> None:
    old, new = make_operator(session, code="OLD"), make_operator(session, code="NEW")
    for code in ("A1", "A2"):
        make_area(session, old, code=code)
    one = session.scalars(areas(ADMIN).where(Area.code == "A1")).one()
    single = assign_area(session, one, new, actor=TESTER, at=AT)
    done = take_back(session, single)
    assert parts(session, done.event) == [("area.assign", "A1"), ("area.unassign", "A1")]
    assert owners(session) == ["OLD", "OLD"]
    stmt = areas(ADMIN)
    seen = area_fingerprint(session, stmt, None)
    event = assign_many(session, stmt, None, seen=seen, actor=TESTER, at=AT)
    old.status = OperatorStatus.DISABLED
    session.flush()
    with pytest.raises(Conflict, match="None of the 2"):
        take_back(session, event)
    assert owners(session) == [None, None]


def owners(session: Session) -> list[str | None]:
    session.expire_all()
    stmt = select(Operator.code).select_from(Area).outerjoin(Area.operator).order_by(Area.code)
    return list(session.scalars(stmt))


def test_operators_undo_their_own_and_nothing_else(session: Session) -> None:
    operator = make_operator(session)
    account = make_account(session, Role.OPERATOR, operator=operator)
    own = Viewer(Role.OPERATOR, account_id=account.id, operator_id=operator.id)
    area = make_area(session, operator)
    for code in ("S1", "S2", "S3"):
        make_station(session, area, code=code)
    me, colleague = Actor("me", account_id=account.id), Actor("other", account_id=account.id + 1)
    mine = set_visibility(session, loaded(session, "S1"), False, actor=me, at=AT)
    others = set_visibility(session, loaded(session, "S2"), False, actor=colleague, at=AT)
    closed = close_station(session, loaded(session, "S3"), actor=me, at=AT)
    for event in (others, closed):
        with pytest.raises(Forbidden):
            take_back(session, event, viewer=own)
    foreign = Viewer(Role.OPERATOR, account_id=account.id, operator_id=operator.id + 1)
    for stranger in (foreign, Viewer(Role.DRIVER, account_id=account.id), Viewer()):
        with pytest.raises(Forbidden):
            take_back(session, mine, viewer=stranger)
    loaded(session, "S1").area_id = make_area(session).id
    session.flush()
    with pytest.raises(Conflict):  # no longer its own
        take_back(session, mine, viewer=own)
    assert take_back(session, others).changed == 1, "admins undo what anybody did"
