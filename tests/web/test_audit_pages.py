"""The trail's filters, and the page of one entry, for admins and for an operator."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import Area, AuditEvent, Driver, Operator
from portal.services.audit import record_bulk, record_many
from tests.admin.people import HOSTILE, admin_client, operator_client
from tests.admin.test_audit import make_event
from tests.support.factories import TESTER, make_area, make_driver, make_operator


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session)


@pytest.fixture
def hotel(session: Session) -> Operator:
    made = make_operator(session, code="HOTEL")
    session.commit()
    return made


def shown(client: FlaskClient, state: str, base: str = "/admin/audit/") -> str:
    answer = client.get(f"{base}?{state}")
    assert answer.status_code == 200, answer.text
    return answer.text.partition("<tbody>")[2]


@pytest.mark.parametrize(
    "state",
    ["group=access", "group=access&action=members.grant_many", "via=cli", "group=access&via=cli&q=hotel"],
)
def test_groups_and_ways_narrow(admin: FlaskClient, session: Session, state: str) -> None:
    make_event(session, action="members.grant_many", via="cli", subject="HOTEL")
    make_event(session, action="memberships_not", subject="OTHER")
    assert "HOTEL" in shown(admin, state)
    assert "OTHER" not in shown(admin, state)


def test_who_viewed_as_whom(admin: FlaskClient, session: Session) -> None:
    make_event(session, action="map.view_as", subject_type="driver", subject="D-MIA", actor="Ana")
    make_event(session, action="map.view_as", subject_type="request", subject="anonymous", actor="Bor")
    make_event(session, action="driver.update", subject_type="driver", subject="D-MIA", actor="Cene")
    everybody = shown(admin, "action=map.view_as")
    assert [name in everybody for name in ("Ana", "Bor", "Cene")] == [True, True, False]
    mia = shown(admin, "viewed_as=d-mia")
    assert [name in mia for name in ("Ana", "Bor", "Cene")] == [True, False, False]
    assert 'href="/admin/audit/?action=map.view_as"' in admin.get("/admin/audit/").text


@pytest.mark.parametrize("state", ["group=x", "via=x", "parent=x", "parent=" + "9" * 30])
def test_what_is_not_offered(admin: FlaskClient, state: str) -> None:
    assert admin.get(f"/admin/audit/?{state}").status_code == 400


def test_an_entry_in_words(admin: FlaskClient, session: Session, hotel: Operator) -> None:
    mia, area = make_driver(session, number="D-MIA"), make_area(session, hotel, code="GARAGE")
    values = {
        "driver_id": mia.id,
        "operator_id": hotel.id,
        "area_id": area.id,
        "energy_step_wh": 1500,
        "idle_timeout_min": 0,
        "country": "SI",
        "status": "closed_idle",
        "visible": False,
        "valid_to": "2026-10-01T10:00:00+00:00",
        "share_percent": "12.5000",
        "name": HOSTILE,
        "password_hash": "canary",
        "skipped": ["x"],
    }
    event = make_event(session, before={"visible": True}, after=values, request_id="abc")
    page = admin.get(f"/admin/audit/{event.id}/").text
    for words in ("D-MIA", "HOTEL", "GARAGE", "1,500 Wh", "Never", "Slovenia", "Closed as idle", "1 Oct 2026",
                  "12.5", "{{ 7*7 }}", "••••", "abc", "192.0.2.7", "<del><bdi>Yes</bdi></del>"):  # fmt: skip
        assert words in page or words.replace("1 Oct", "Oct 1,") in page, words
    assert "<script>alert" not in page
    assert "canary" not in page
    assert admin.get("/admin/audit/999999/").status_code == 404


def test_a_bulk_change_and_its_parts(admin: FlaskClient, session: Session) -> None:
    whole = record_bulk(session, TESTER, "stations.hide", "station", "3 stations", at=now())
    part = {"action": "station.hide", "subject_type": "station", "parent_id": whole.id}
    record_many(session, TESTER, [part | {"subject": f"ST-{n}"} for n in range(3)], at=now())
    session.commit()
    page = admin.get(f"/admin/audit/{whole.id}/").text
    assert "3 entries" in page
    assert f'href="/admin/audit/?parent={whole.id}"' in page
    parts = shown(admin, f"parent={whole.id}")
    assert [f"ST-{n}" in parts for n in range(3)] == [True] * 3
    assert "3 stations" not in parts
    assert (
        f'<input type="hidden" name="parent" value="{whole.id}">'
        in admin.get(f"/admin/audit/?parent={whole.id}").text
    )
    one = session.query(AuditEvent).filter_by(subject="ST-1").one()
    assert f'href="/admin/audit/{whole.id}/"' in admin.get(f"/admin/audit/{one.id}/").text


def test_an_operator_reads_its_own_entries_without_foreign_names(
    app: Flask, session: Session, hotel: Operator
) -> None:
    cafe = make_operator(session, code="CAFE", name="Cafe")
    foreign: Area = make_area(session, cafe, code="CANARY-AREA")
    mia: Driver = make_driver(session, number="D-MIA")
    values = {"operator_id": cafe.id, "area_id": foreign.id, "driver_id": mia.id}
    whole = record_bulk(session, TESTER, "stations.move", "station", "CANARY of all", at=now())
    own = make_event(session, operator_id=hotel.id, after=values, parent_id=whole.id, request_id="secret-id")
    theirs = make_event(session, operator_id=cafe.id)
    reader = operator_client(app, session, hotel)
    page = reader.get(f"/operator/audit/{own.id}/").text
    assert "D-MIA" in page
    for words in ("CANARY", "CAFE", "192.0.2.7", "secret-id"):
        assert words not in page, words
    for event in (theirs, whole):
        assert reader.get(f"/operator/audit/{event.id}/").status_code == 404
    assert f'href="/operator/audit/{own.id}/"' in reader.get("/operator/audit").text
    assert "secret-id" not in reader.get("/operator/audit?columns=at,via,number").text
    assert reader.get("/operator/audit?columns=at,request_id").status_code == 422
