"""Several areas at once: to an operator or to nobody, after a look at what that means."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import OperatorStatus
from tests.admin.hardware import area_of, events
from tests.support.factories import (
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    post,
)


def apply(client: FlaskClient, url: str) -> Any:
    page = client.get(url).text
    seen = re.findall(r'name="seen" value="([^"]*)"', page)
    return post(client, url, {"seen": seen[0]} if seen else {})


def test_areas_of_several_operators_go_to_one(admin: FlaskClient, session: Session) -> None:
    old, older, new = (make_operator(session, name=name) for name in ("Old Inn", "Older Inn", "New Inn"))
    for code, owner in (("A1", old), ("A2", older), ("A3", None), ("A4", new)):
        make_station(session, make_area(session, owner, code=code), visible=False)
    shared = make_driver(session)
    for operator, driver in ((old, shared), (new, shared), (older, make_driver(session))):
        make_membership(session, operator, driver)
    session.commit()
    url = f"/admin/areas/bulk?scope=all&to={new.code}"
    page = admin.get(url).text
    assert "3 areas change; 1 is so already." in page
    assert "0 members of Old Inn stop seeing the hidden ones." in page
    assert "1 member of Older Inn stops seeing the hidden ones." in page
    assert "Without an operator so far" in page
    assert "seen by nobody" not in page
    assert apply(admin, url).status_code == 303
    assert {area_of(session, code).operator_id for code in ("A1", "A2", "A3", "A4")} == {new.id}
    assert area_of(session, "A4").version == 1
    [summary] = events(session, "areas.assign")
    told = events(session, "area.assign", "area.unassign")
    assert [(each.action, each.subject, each.operator_id) for each in told] == [
        ("area.unassign", "A1", old.id),
        ("area.assign", "A1", new.id),
        ("area.unassign", "A2", older.id),
        ("area.assign", "A2", new.id),
        ("area.assign", "A3", new.id),
    ]
    assert {each.parent_id for each in told} == {summary.id}
    assert post(admin, f"/admin/audit/{summary.id}/undo").status_code == 303
    owners = [area_of(session, code).operator_id for code in ("A1", "A2", "A3", "A4")]
    assert owners == [old.id, older.id, None, new.id]


def test_areas_without_an_operator_leave_hidden_stations_unseen(admin: FlaskClient, session: Session) -> None:
    operator = make_operator(session)
    make_station(session, make_area(session, operator, code="A1"), visible=False, name="Lonely")
    session.commit()
    page = admin.get("/admin/areas/bulk?code=a1&to=-").text
    assert "1 station will then be seen by nobody" in page
    assert "Lonely" in page
    assert apply(admin, "/admin/areas/bulk?code=a1&to=-").status_code == 303
    assert area_of(session, "A1").operator_id is None


def test_what_is_refused(admin: FlaskClient, session: Session) -> None:
    asleep = make_operator(session, status=OperatorStatus.DISABLED)
    make_area(session, asleep, code="A1")
    session.commit()
    url = "/admin/areas/bulk?code=A1&to=-"
    assert post(admin, url, {"seen": "0" * 32}).status_code == 409
    assert post(admin, f"/admin/areas/bulk?code=A1&to={asleep.code}").status_code == 422
    assert admin.get("/admin/areas/bulk?code=A1&to=NOPE").status_code == 400
    assert admin.get("/admin/areas/bulk?code=NOPE&to=-").status_code == 404
    assert admin.get("/admin/areas/bulk?to=-").status_code == 303
    assert area_of(session, "A1").operator_id == asleep.id
