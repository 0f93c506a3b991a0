"""A hidden station does not exist, and access to it ends with the very next answer."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import DriverStatus, Membership, OperatorStatus
from tests.security.asking import HTMX, fingerprint, visitor
from tests.security.world import World, make_world
from tests.support.factories import post

EVERYWHERE = "/map/stations.json?bbox=-180,-90,180,90&zoom=18"
OUTSIDERS = ("anonymous", "revoked", "stranger")
ASKED = (
    ("GET", "/map/stations/{code}", {}),
    ("GET", "/map/stations/{lower}", {}),
    ("GET", "/map/stations/{code}", HTMX),
    ("HEAD", "/map/stations/{code}", {}),
    ("OPTIONS", "/map/stations/{code}", {}),
    ("GET", "/map/stations/{code}", {"If-None-Match": "*"}),
    ("GET", "/map/stations/{code}", {"If-None-Match": '"x"'}),
    ("GET", "/map/stations/{code}", {"Range": "bytes=0-3"}),
    ("POST", "/map/stations/{code}", {}),
    ("PUT", "/map/stations/{code}", {}),
    ("GET", "/map/stations/{code}/", {}),
    ("GET", "/map/?station={code}", {}),
    ("GET", "/map/?station={code}", HTMX),
    ("GET", "/map/?q={code}", {}),
    ("GET", "/map/?q={code}", HTMX),
    ("GET", EVERYWHERE + "&q={code}", {}),
    ("GET", "/map/stations.json?bbox=-180,-90,180,90&zoom=0&q={code}", {}),
    ("POST", "/operator/stations/{code}/visibility", {}),
    ("GET", "/operator/stations/{code}/", {}),
    ("GET", "/admin/stations/{code}/", {}),
)


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


@pytest.mark.parametrize("role", [*OUTSIDERS, "driver", "operator"])
def test_hidden_and_absent_are_the_same(app: Flask, world: World, role: str) -> None:
    """Status, body and headers, whatever is asked; the one of another network for those who have one."""
    client = visitor(app, world, role).client
    code = world.b.hidden.code
    absent = "ABSENT0" + "-" * (len(code) - 7)  # no shorter and no longer
    for method, address, headers in ASKED:
        answers = [
            client.open(address.format(code=each, lower=each.lower()), method=method, headers=headers)
            for each in (code, absent)
        ]
        hidden, none = (_without(fingerprint(answer), code, absent) for answer in answers)
        assert hidden == none, f"{method} {address} {headers}"
        assert hidden[0] != 500


def _without(found: tuple[int, str, tuple[tuple[str, str], ...]], *codes: str) -> tuple[object, ...]:
    status, body, headers = found
    for code in codes:
        for each in (code, code.lower()):
            body = body.replace(each, "CODE")
            headers = tuple((name, value.replace(each, "CODE")) for name, value in headers)
    return status, body, headers


def test_a_hidden_station_moves_no_count_no_bounds_no_size(
    app: Flask, session: Session, world: World
) -> None:
    """The bytes of map and data are the same before and after one more hidden station stands far away."""
    addresses = (
        "/map/",
        EVERYWHERE,
        "/map/stations.json?bbox=-180,-90,180,90&zoom=1",
        "/map/?connector=IEC_62196_T2",
    )
    clients = {role: visitor(app, world, role).client for role in OUTSIDERS}
    before = {role: [fingerprint(client.get(url)) for url in addresses] for role, client in clients.items()}
    world.b.hidden.latitude, world.b.hidden.longitude = -77.0, 166.0
    session.commit()
    after = {role: [fingerprint(client.get(url)) for url in addresses] for role, client in clients.items()}
    assert after == before
    world.b.hidden.visible = True
    session.commit()
    assert all(fingerprint(clients[role].get(addresses[0])) != before[role][0] for role in OUTSIDERS)


def sees(client: FlaskClient, code: str) -> bool:
    """Asked of the data, the panel and the list, which agree."""
    answers = {
        code in client.get(EVERYWHERE).text,
        client.get(f"/map/stations/{code}").status_code == 200,
        code in client.get(f"/map/?q={code}", headers=HTMX).text.replace(f"q={code}", ""),
    }
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.parametrize(
    "how", ["revoked", "by the operator", "expired", "driver", "operator", "area", "closed"]
)
def test_access_ends_with_the_very_next_answer(app: Flask, session: Session, world: World, how: str) -> None:
    member = visitor(app, world, "driver").client
    code = world.a.hidden.code
    assert sees(member, code)
    membership = session.scalars(select(Membership).where(Membership.driver_id == world.a.member.id)).one()
    if how == "by the operator":
        hotel = visitor(app, world, "operator").client
        assert post(hotel, f"/operator/members/{world.a.member.number}/revoke").status_code == 303
        session.rollback()
    elif how == "revoked":
        membership.revoked_at = now()
    elif how == "expired":
        membership.valid_to = now()
    elif how == "driver":
        world.a.member.status = DriverStatus.DISABLED
    elif how == "operator":
        world.a.operator.status = OperatorStatus.DISABLED
    elif how == "area":
        world.a.hidden.area.operator_id = world.b.operator.id
    else:
        admin = visitor(app, world, "admin").client
        assert post(admin, f"/admin/stations/{code}/close").status_code == 303
        session.rollback()
    session.commit()
    assert not sees(member, code)


def test_access_begins_and_ends_at_its_instants(app: Flask, session: Session, world: World) -> None:
    membership = session.scalars(select(Membership).where(Membership.driver_id == world.a.member.id)).one()
    start = now().replace(microsecond=0)
    membership.valid_from, membership.valid_to = start + timedelta(minutes=5), start + timedelta(minutes=6)
    session.commit()
    member, code = visitor(app, world, "driver").client, world.a.hidden.code
    with time_machine.travel(start, tick=False) as clock:
        for minutes, seconds, seen in ((4, 59, False), (5, 0, True), (5, 59, True), (6, 0, False)):
            clock.move_to(start + timedelta(minutes=minutes, seconds=seconds))
            assert sees(member, code) is seen
