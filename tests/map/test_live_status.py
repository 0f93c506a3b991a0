"""Who charges where is the same in data, list and panel, for every viewer, and nothing of a hidden station gets out."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import (
    Charger,
    ChargingSession,
    Connector,
    CurrentType,
    DriverStatus,
    OperatorStatus,
    SessionStatus,
    Station,
    StationStatus,
)
from tests.api.equipment import make_equipment
from tests.map.networks import Plan, Spot, browser_of, make
from tests.map.test_parity import features_of

WORDS = {"Available": "available", "In use": "charging", "Not available": "unavailable", "Planned": "planned"}
PANEL = re.compile(r'id="station-status"><span class="pill[^>]*><span[^>]*></span>([^<]+)<')
LISTED = re.compile(r'id="at-([^"]+)".*?</a>\s*<span class="pill[^>]*><span[^>]*></span>([^<]+)<', re.DOTALL)
AVAILABLE, UNAVAILABLE = StationStatus.AVAILABLE, StationStatus.UNAVAILABLE


def in_data(client: FlaskClient, **view: object) -> dict[str, str]:
    found = (feature["properties"] for feature in features_of(client, **({"zoom": 22} | view)))
    return {each["code"]: each["status"] for each in found if not each["cluster"]}


def in_list(client: FlaskClient) -> dict[str, str]:
    return {code: WORDS[words] for code, words in LISTED.findall(client.get("/map/").text)}


def in_panels(client: FlaskClient, codes: list[str]) -> dict[str, str]:
    pages = {code: client.get(f"/map/stations/{code}").text for code in codes}
    found = {code: PANEL.search(page) for code, page in pages.items()}
    return {code: WORDS[match[1]] for code, match in found.items() if match}


def test_every_way_shows_the_same_status(app: Flask, session: Session) -> None:
    spots = [
        Spot(owner, lng, 46.0, visible, status)
        for lng, (owner, visible, status) in enumerate(
            (owner, visible, status)
            for owner in (0, 1, None)
            for visible in (True, False)
            for status in (AVAILABLE, UNAVAILABLE)
        )
    ]
    plan = Plan((OperatorStatus.ACTIVE,) * 2, (DriverStatus.ACTIVE,), {(0, 0): "open"}, tuple(spots))
    made = make(session, plan)
    busy = run_at(session, [made.codes[index] for index in (0, 1, 2, 6, 8, 10)])
    seen = {}
    for who, account in made.accounts.items():
        client = browser_of(app, session, account)
        right = in_data(client)
        assert in_list(client) == in_panels(client, list(made.codes)) == right, who
        assert in_data(client, zoom=8, bbox="-0.5,45.5,11.5,46.5") == right
        seen[who] = {code for code, status in right.items() if status == "charging"}
    # Those that are out of order stay so; each viewer is told of what it sees.
    available = {code for code, spot in zip(made.codes, spots, strict=True) if spot.status is AVAILABLE}
    assert seen["admin"] == busy & available
    assert seen["anonymous"] < seen["driver 0"] == seen["operator 0"] < seen["admin"]


def run_at(session: Session, codes: list[str]) -> set[str]:
    """A running session at each of these stations, whoever owns them."""
    at = now() - timedelta(minutes=5)
    for station in session.scalars(select(Station).where(Station.code.in_(codes))):
        values = {"charger_uid": "1", "connector_number": 1, "started_at": at, "currency": "EUR"}
        values |= {"status": SessionStatus.RUNNING, "external_id": "S", "created_at": at, "settings": {}}
        session.add(ChargingSession(station_id=station.id, area_id=station.area_id, **values))
    session.commit()
    return set(codes)


def test_one_of_two_connectors_leaves_a_station_free(client: FlaskClient, session: Session) -> None:
    equipment, _operator, station = make_equipment(session, client, code="TWO")
    charger = Charger(station_id=station.id, uid="2", current_type=CurrentType.DC)
    session.add(charger)
    session.flush()
    session.add(Connector(charger_id=charger.id, number=1, standard="IEC_62196_T2_COMBO", max_w=50_000))
    session.commit()
    assert plugs(client) == ["Free", "Free"]
    equipment.start(connector="1/1")
    assert in_data(client) == {"TWO": "available"}
    assert plugs(client) == ["In use", "Free"]
    equipment.start("S-2", connector="2/1")
    assert in_data(client) == in_list(client) == in_panels(client, ["TWO"]) == {"TWO": "charging"}
    assert plugs(client) == ["In use", "In use"]
    equipment.stop(5, 2000)
    assert in_data(client) == {"TWO": "available"}
    assert plugs(client) == ["Free", "In use"]


def plugs(client: FlaskClient) -> list[str]:
    here = client.get("/map/stations/TWO").text.split('id="station-now"')[1]
    return re.findall(r"(Free|In use)</span>", here)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_nobody_claims_what_no_equipment_can_tell(client: FlaskClient, session: Session) -> None:
    operator = make_equipment(session, client, code="TWO")[1]
    operator.security_key_hash = operator.security_key_last4 = None
    session.commit()
    assert plugs(client) == []
    assert in_data(client) == {"TWO": "available"}
