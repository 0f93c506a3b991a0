"""Stations in the admin portal: create and change."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Area, CurrentType, Station
from tests.admin.hardware import (
    HOSTILE,
    NEW,
    create_station,
    events,
    form_of,
    station_of,
)
from tests.support.factories import make_area, make_operator, make_station, post


def test_create_with_first_charger_and_connector(admin: FlaskClient, session: Session, area: Area) -> None:
    answer = create_station(admin, city="Łódź", energy_step_wh="250", monetary_session_limit="12.5")
    assert (answer.status_code, answer.location) == (303, "/admin/stations/GATE-1/")
    station = station_of(session, "GATE-1")
    assert (station.area_id, station.latitude, station.longitude, station.visible) == (
        area.id,
        46.05,
        14.5,
        True,
    )
    assert (station.energy_step_wh, station.monetary_session_limit) == (250, Decimal("12.5"))
    ((charger,),) = [station.chargers]
    assert (charger.uid, charger.current_type) == ("1", CurrentType.AC)
    assert [(c.number, c.standard, c.max_w) for c in charger.connectors] == [(1, "IEC_62196_T2", 22_080)]
    made = events(session, "station.create", "charger.create", "connector.create")
    assert [event.operator_id for event in made] == [area.operator_id] * 3
    assert [event.subject for event in made] == ["GATE-1", "GATE-1/1", "GATE-1/1/1"]
    page = admin.get("/admin/stations/gate-1/").text
    for words in ("Type 2", "22.08 kW", "250 Wh", "set for this station", "from the site", "€12.50"):
        assert words in page


def test_create_without_hardware_and_hidden(admin: FlaskClient, session: Session, area: Area) -> None:
    said = {key: value for key, value in NEW.items() if key != "visible"}
    assert post(admin, "/admin/stations/new", said | {"standard": ""}).status_code == 303
    station = station_of(session, "GATE-1")
    assert (station.visible, station.chargers) == (False, [])


def test_settings_show_where_they_come_from(admin: FlaskClient, session: Session) -> None:
    operator = make_operator(session, idle_timeout_min=45)
    make_station(session, make_area(session, operator), code="S1")
    session.commit()
    page = " ".join(admin.get("/admin/stations/S1/").text.split())
    assert '100 Wh</bdi><small class="origin">from the site' in page
    assert '45 minutes</bdi><small class="origin">from the operator' in page


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_ever_text(admin: FlaskClient, session: Session, area: Area, name: str) -> None:
    assert create_station(admin, name=name, opening_hours=name).status_code == 303
    assert station_of(session, "GATE-1").name == name
    for url in (
        "/admin/stations/",
        "/admin/stations/GATE-1/",
        "/admin/stations/GATE-1/edit",
        "/admin/areas/P1/",
    ):
        page = admin.get(url).text
        assert "<script>alert" not in page
        assert "49" not in page.split("<main")[1].split("</h1>")[0]
    assert admin.get("/admin/stations/export.csv").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 10_000),
        ("name", "two\nlines"),
        ("code", "../x"),
        ("area", "NOPE"),
        ("area", ""),
        ("latitude", "NaN"),
        ("latitude", "inf"),
        ("latitude", "-1e999"),
        ("latitude", "90.0001"),
        ("latitude", ""),
        ("latitude", "north"),
        ("longitude", "180.5"),
        ("longitude", "nan"),
        ("country", "ZZ"),
        ("status", "gone"),
        ("energy_step_wh", "0"),
        ("energy_step_wh", "1.5"),
        ("idle_timeout_min", "-1"),
        ("idle_timeout_min", "9" * 30),
        ("monetary_session_limit", "0"),
        ("monetary_session_limit", "NaN"),
        ("monetary_session_limit", "1.00001"),
        ("standard", "EVIL_PLUG"),
        ("standard", "CHADEMO"),  # not on an AC charger
        ("max_kw", "-3"),
        ("max_kw", "0"),
        ("max_kw", "1e30"),
        ("max_kw", "NaN"),
        ("max_kw", "0.0001"),
        ("number", "0"),
        ("number", ""),
        ("uid", ""),
        ("current_type", "XX"),
    ],
)
def test_bad_values_are_shown_beside_their_field(
    admin: FlaskClient, session: Session, area: Area, field: str, value: str
) -> None:
    answer = create_station(admin, **{field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert session.scalars(select(Station)).all() == []


def test_a_double_submit_makes_one_station(admin: FlaskClient, session: Session, area: Area) -> None:
    assert create_station(admin).status_code == 303
    assert "GATE-1 is taken" in create_station(admin).text
    assert len(session.scalars(select(Station)).all()) == 1


def test_update_all_but_the_code(admin: FlaskClient, session: Session, area: Area) -> None:
    station = make_station(session, area, code="S1", name="Old")
    session.commit()
    changed = form_of(
        station, area, name="New", latitude="-89.5", code="S2", idle_timeout_min="0", country="SI"
    )
    assert post(admin, "/admin/stations/S1/edit", changed).status_code == 303
    fresh = station_of(session, "S1")
    assert (fresh.id, fresh.name, fresh.latitude, fresh.idle_timeout_min) == (station.id, "New", -89.5, 0)
    (event,) = events(session, "station.update")
    assert event.after == {"name": "New", "latitude": -89.5, "idle_timeout_min": 0, "country": "SI"}
    assert "Never" in admin.get("/admin/stations/S1/").text


def test_the_second_of_two_editors_loses_nothing(admin: FlaskClient, session: Session, area: Area) -> None:
    station = make_station(session, area, code="S1", name="Old")
    make_area(session, code="P2")
    session.commit()
    theirs = form_of(station, area, name="Theirs")
    mine = form_of(station, area, name="Mine") | {"area": "P2"}
    assert post(admin, "/admin/stations/S1/edit", theirs).status_code == 303
    late = post(admin, "/admin/stations/S1/edit", mine)
    assert late.status_code == 409
    for words in ("Theirs", 'value="Mine"', "<del><bdi>P1", "<ins><bdi>P2", 'value="2"'):
        assert words in late.text
    assert station_of(session, "S1").name == "Theirs"
    assert post(admin, "/admin/stations/S1/edit", mine | {"version": "2"}).status_code == 303


def test_the_form_keeps_what_the_station_has(admin: FlaskClient, session: Session, area: Area) -> None:
    station = make_station(
        session, area, code="S1", latitude=46.0512345678, monetary_session_limit=Decimal("100")
    )
    session.commit()
    page = admin.get("/admin/stations/S1/edit").text
    assert 'value="46.0512345678"' in page
    assert 'value="100"' in page
    assert "picker.js" in page
    again = form_of(station, area, monetary_session_limit="100")
    assert post(admin, "/admin/stations/S1/edit", again).status_code == 303
    assert events(session, "station.update") == []


def test_the_area_field_offers_what_matches(admin: FlaskClient, session: Session, area: Area) -> None:
    make_area(session, code="Q9", name="Elsewhere")
    session.commit()
    offered = admin.get("/admin/stations/areas?area=park").text
    assert '<option value="P1">Parking' in offered
    assert "Q9" not in offered
