"""Chargers and connectors on a station's page."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.models import AuditEvent, Charger, ChargingSession, Connector, CurrentType, SessionStatus, Station
from tests.support.factories import make_area, make_operator, make_station, post

CONNECTOR = {"number": "2", "standard": "IEC_62196_T2", "max_kw": "11"}


@pytest.fixture
def station(session: Session) -> Station:
    """S1 with charger "1" (AC), which has connector 1 (Type 2, 22 kW)."""
    made = make_station(session, make_area(session, make_operator(session)), code="S1")
    session.commit()
    return made


def chargers(session: Session) -> list[Charger]:
    session.rollback()
    session.expire_all()
    return list(
        session.scalars(select(Charger).order_by(Charger.id).options(selectinload(Charger.connectors)))
    )


def address(session: Session, verb: str = "edit", connector: bool = False) -> str:
    (charger,) = chargers(session)
    way = f"/admin/stations/S1/chargers/{charger.id}/"
    return f"{way}connectors/{charger.connectors[0].id}/{verb}" if connector else way + verb


def actions(session: Session) -> list[tuple[str, str, int | None]]:
    session.rollback()
    found = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [
        (e.action, e.subject, e.operator_id) for e in found if e.action.startswith(("charger", "connector"))
    ]


def test_add_a_charger_with_a_connector(admin: FlaskClient, session: Session, station: Station) -> None:
    answer = post(admin, "/admin/stations/S1/chargers/new", {"uid": "East/2 *", "current_type": "DC"})
    assert (answer.status_code, answer.location) == (303, "/admin/stations/S1/#hardware")
    charger = chargers(session)[1]
    assert (charger.uid, charger.current_type) == ("East/2 *", CurrentType.DC)
    url = f"/admin/stations/S1/chargers/{charger.id}/connectors/new"
    assert 'value="1"' in admin.get(url).text
    said = {"number": "1", "standard": "CHADEMO", "max_kw": "62.501"}
    assert post(admin, url, said).status_code == 303
    ((plug,),) = [chargers(session)[1].connectors]
    assert (plug.standard, plug.max_w) == ("CHADEMO", 62_501)
    assert [told[:2] for told in actions(session)] == [
        ("charger.create", "S1/East/2 *"),
        ("connector.create", "S1/East/2 */1"),
    ]
    page = admin.get("/admin/stations/S1/").text
    assert "CHAdeMO" in page
    assert "62.501 kW" in page


def test_change_both(admin: FlaskClient, session: Session, station: Station) -> None:
    url = address(session, connector=True)
    assert 'value="22"' in admin.get(url).text
    said = {"number": "7", "standard": "DOMESTIC_F", "max_kw": ""}
    assert post(admin, url, said).status_code == 303
    assert post(admin, address(session), {"uid": "West", "current_type": "AC"}).status_code == 303
    (charger,) = chargers(session)
    assert charger.uid == "West"
    assert [(c.number, c.standard, c.max_w) for c in charger.connectors] == [(7, "DOMESTIC_F", None)]
    assert [told[0] for told in actions(session)] == ["connector.update", "charger.update"]


def test_remove_both(admin: FlaskClient, session: Session, station: Station) -> None:
    assert post(admin, address(session, "delete", connector=True)).status_code == 303
    assert chargers(session)[0].connectors == []
    assert "No connector yet" in admin.get("/admin/stations/S1/").text
    assert post(admin, address(session, "delete")).status_code == 303
    assert chargers(session) == []
    assert [told[:2] for told in actions(session)] == [
        ("connector.delete", "S1/1/1"),
        ("charger.delete", "S1/1"),
    ]
    assert {told[2] for told in actions(session)} != {None}


@pytest.mark.parametrize("connector", [False, True])
def test_nothing_is_removed_under_a_running_session(
    admin: FlaskClient, session: Session, station: Station, connector: bool
) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    running = ChargingSession(
        external_id="X",
        area_id=station.area_id,
        station_id=station.id,
        charger_uid="1",
        connector_number=1,
        started_at=at,
        currency="EUR",
        status=SessionStatus.RUNNING,
        created_at=at,
    )
    session.add(running)
    session.commit()
    answer = post(admin, address(session, "delete", connector))
    assert answer.status_code == 409
    assert "A session is running here" in answer.text
    assert len(chargers(session)[0].connectors) == 1


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"number": "1"}, "number"),
        ({"number": "0"}, "number"),
        ({"number": ""}, "number"),
        ({"number": "1e3"}, "number"),
        ({"number": "9" * 30}, "number"),
        ({"standard": ""}, "standard"),
        ({"standard": "{{ 7*7 }}"}, "standard"),
        ({"standard": "CHADEMO"}, "standard"),
        ({"max_kw": "-1"}, "max_kw"),
        ({"max_kw": "0.0005"}, "max_kw"),
        ({"max_kw": "inf"}, "max_kw"),
        ({"max_kw": "10000.001"}, "max_kw"),
    ],
)
def test_bad_connectors(
    admin: FlaskClient, session: Session, station: Station, over: dict[str, str], field: str
) -> None:
    answer = post(admin, address(session, "connectors/new"), CONNECTOR | over)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert len(chargers(session)[0].connectors) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"uid": "1", "current_type": "AC"}, "uid"),
        ({"uid": "", "current_type": "AC"}, "uid"),
        ({"uid": "x" * 37, "current_type": "AC"}, "uid"),
        ({"uid": "2", "current_type": "XX"}, "current_type"),
        ({"uid": "a\x00", "current_type": "AC"}, "uid"),
    ],
)
def test_bad_chargers(
    admin: FlaskClient, session: Session, station: Station, said: dict[str, str], field: str
) -> None:
    answer = post(admin, "/admin/stations/S1/chargers/new", said)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert len(chargers(session)) == 1


def test_a_charger_keeps_a_current_that_its_plugs_need(
    admin: FlaskClient, session: Session, station: Station
) -> None:
    post(admin, address(session, connector=True), {"number": "1", "standard": "IEC_62196_T1"})
    answer = post(admin, address(session), {"uid": "9", "current_type": "DC"})
    assert answer.status_code == 422
    assert (chargers(session)[0].uid, chargers(session)[0].current_type) == ("1", CurrentType.AC)


def test_hardware_of_another_station_is_absent(
    admin: FlaskClient, session: Session, station: Station
) -> None:
    make_station(session, code="S2")
    session.commit()
    charger, foreign = chargers(session)
    plug = foreign.connectors[0].id
    ways: list[tuple[str, Any]] = [
        (f"chargers/{foreign.id}/edit", {"uid": "x", "current_type": "AC"}),
        (f"chargers/{foreign.id}/delete", {}),
        (f"chargers/{foreign.id}/connectors/new", CONNECTOR),
        (f"chargers/{charger.id}/connectors/{plug}/edit", CONNECTOR),
        (f"chargers/{charger.id}/connectors/{plug}/delete", {}),
        (f"chargers/{10**30}/edit", {}),
        ("chargers/9007199254740991/edit", {}),
    ]
    for way, said in ways:
        assert post(admin, f"/admin/stations/S1/{way}", said).status_code == 404, way
    assert len(chargers(session)) == 2
    assert session.scalars(select(Connector.max_w)).all() == [22_000, 22_000]
