"""Tariffs: the list, the editor with its example, the end; and what an operator reads of them."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Area, Role, Tariff
from tests.admin.counting import count_statements
from tests.admin.hardware import events
from tests.support.factories import (
    htmx,
    make_account,
    make_area,
    make_operator,
    make_station,
    make_tariff,
    post,
    sign_in,
)

PRICES = {"name": "Standard", "currency": "EUR", "price_per_kwh": "0,45", "vat_percent": "20"}


def create(client: FlaskClient, **over: Any) -> Any:
    return post(client, "/admin/tariffs/new", PRICES | {"scope": "site"} | over)


def tariffs(session: Session) -> list[Tariff]:
    session.rollback()
    stmt = select(Tariff).order_by(Tariff.id).execution_options(populate_existing=True)
    return list(session.scalars(stmt))


def test_create_for_each_kind_of_place(admin: FlaskClient, session: Session, area: Area) -> None:
    station = make_station(session, area)
    operator = make_operator(session)
    session.commit()
    places = {"operator": operator.code, "area": "p1", "station": station.code.lower(), "site": ""}
    for scope, code in places.items():
        assert create(admin, name=f"For {scope}", scope=scope, place=code).status_code == 303
    made = tariffs(session)
    assert [(t.operator_id, t.area_id, t.station_id) for t in made] == [
        (operator.id, None, None),
        (None, area.id, None),
        (None, None, station.id),
        (None, None, None),
    ]
    assert made[0].price_per_kwh == Decimal("0.45")
    owners = [event.operator_id for event in reversed(events(session, "tariff.create"))]
    assert sorted(owners, key=str) == sorted([operator.id, area.operator_id, area.operator_id, None], key=str)
    page = admin.get("/admin/tariffs/").text
    for text in ("For operator", "For area", "For station", "For site", "€0.45", "20 %", "In force"):
        assert text in page


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"name": ""}, "Expected 1 to 100 characters."),
        ({"price_per_kwh": "dear"}, "Expected a number such as 12.50."),
        ({"scope": "area", "place": "NOPE"}, "Nothing of this kind has this code."),
        ({"scope": "site", "place": "P1"}, "The whole site has no code"),
        ({"scope": "area", "place": "P1", "currency": "USD"}, "charges in EUR"),
        ({"valid_from": "2026-12-02T00:00", "valid_to": "2026-12-01T00:00"}, "The end must come after"),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_what_is_refused_stays_in_the_form(
    admin: FlaskClient, session: Session, area: Area, over: dict[str, str], said: str
) -> None:
    answer = create(admin, **({"price_per_session": "1.25"} | over))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="1.25"' in answer.text
    assert tariffs(session) == []


def test_two_at_once_are_refused(admin: FlaskClient, session: Session) -> None:
    create(admin, name="First")
    answer = create(admin, name="Second")
    assert answer.status_code == 409
    assert "The tariff First applies there at that time." in answer.text
    assert 'value="Second"' in answer.text
    assert len(tariffs(session)) == 1


def test_the_example_is_worked_out_without_saving(admin: FlaskClient, session: Session) -> None:
    more = {"price_per_session": "0.5", "price_per_hour": "1.2", "price_per_idle_hour": "6"}
    session_ = {"example_kwh": "22", "example_charging": "90", "example_idle": "30"}
    answer = post(admin, "/admin/tariffs/new", PRICES | more | session_ | {"go": "example"})
    assert answer.status_code == 200
    for text in ("€9.90", "€0.50", "€1.80", "€3.00", "€15.20", "€3.04", "€18.24", "1:30 h", "0:30 h"):
        assert text in answer.text
    assert "Please correct" not in answer.text
    capped = post(
        admin, "/admin/tariffs/new", PRICES | session_ | {"go": "example", "max_price": "9.99"}
    ).text
    assert "€9.99" in capped
    assert "-€1.57" in capped
    wrong = post(admin, "/admin/tariffs/new", PRICES | {"go": "example", "price_per_kwh": "x"})
    assert "not numbers" in wrong.text
    fragment = htmx(admin, "/admin/tariffs/new", PRICES | session_ | {"go": "example"}).text
    assert "€11.88" in fragment
    assert "<form" not in fragment
    assert tariffs(session) == []


def test_new_prices_begin_another_tariff(admin: FlaskClient, session: Session) -> None:
    create(admin)
    (old,) = tariffs(session)
    page = admin.get(f"/admin/tariffs/{old.id}/").text
    assert 'value="0.45"' in page
    assert "New prices end it" in page
    change = PRICES | {"version": str(old.version), "price_per_kwh": "0.50", "step_wh": "1"}
    assert post(admin, f"/admin/tariffs/{old.id}/", change).status_code == 303
    first, second = tariffs(session)
    assert first.valid_to == second.valid_from
    assert (first.price_per_kwh, second.price_per_kwh) == (Decimal("0.45"), Decimal("0.5"))
    stale = post(admin, f"/admin/tariffs/{second.id}/", change | {"version": "7", "price_per_kwh": "0.60"})
    assert stale.status_code == 409
    assert "Saved in the meantime" in stale.text
    over = admin.get(f"/admin/tariffs/{first.id}/").text
    assert "stays as it was" in over
    assert "Save</button>" not in over
    assert 'value="0.45"' in admin.get(f"/admin/tariffs/new?copy={first.id}").text


def test_end_now_and_delete_before_it_began(admin: FlaskClient, session: Session) -> None:
    create(admin)
    (now_,) = tariffs(session)
    assert post(admin, f"/admin/tariffs/{now_.id}/end", {"version": "9"}).status_code == 409
    assert post(admin, f"/admin/tariffs/{now_.id}/end", {"version": "1"}).status_code == 303
    assert create(admin, name="Next", valid_from="2190-01-01T00:00").status_code == 303
    _old, later = tariffs(session)
    assert post(admin, f"/admin/tariffs/{later.id}/end", {"version": "1"}).status_code == 303
    assert [t.name for t in tariffs(session)] == ["Standard"]
    assert len(events(session, "tariff.end")) == len(events(session, "tariff.delete")) == 1


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_filters_and_the_cost_of_a_page(app: Flask, admin: FlaskClient, session: Session, area: Area) -> None:
    make_tariff(session, name="Site wide")
    make_tariff(session, area_id=area.id, name="Parking only")
    session.commit()
    assert area.operator_id is not None
    for query, there, gone in (
        ("scope=site", "Site wide", "Parking only"),
        ("scope=area", "Parking only", "Site wide"),
        ("state=over", "Nothing matches", "Site wide"),
    ):
        page = admin.get(f"/admin/tariffs/?{query}").text
        assert there in page
        assert gone not in page
    assert admin.get("/admin/tariffs/?scope=moon").status_code == 400
    rows = admin.get("/admin/tariffs/export.csv").text.splitlines()
    assert len(rows) == 3
    few = count_statements(app, lambda: admin.get("/admin/tariffs/"))
    for _n in range(5):
        make_tariff(session, station_id=make_station(session, make_area(session, make_operator(session))).id)
    session.commit()
    assert count_statements(app, lambda: admin.get("/admin/tariffs/")) == few


def test_an_operator_reads_what_applies_at_its_stations(client: FlaskClient, session: Session) -> None:
    mine, other = make_operator(session), make_operator(session)
    station = make_station(session, make_area(session, mine))
    foreign = make_station(session, make_area(session, other))
    make_tariff(session, name="Site wide")
    make_tariff(session, mine, name="My own")
    make_tariff(session, station_id=station.id, name="My station")
    for over in ({"operator_id": other.id}, {"area_id": foreign.area_id}, {"station_id": foreign.id}):
        make_tariff(session, name="Not mine", **over)
    account = make_account(session, Role.OPERATOR, operator=mine)
    session.commit()
    sign_in(client, account.email)
    for address in ("/operator/tariffs/", "/operator/tariffs/export.csv"):
        page = client.get(address).text
        assert all(name in page for name in ("Site wide", "My own", "My station"))
        assert "Not mine" not in page
    assert client.get("/admin/tariffs/").status_code == 403


def test_an_operator_with_a_tariff_is_kept(admin: FlaskClient, session: Session) -> None:
    operator = make_operator(session, code="PRICED")
    make_tariff(session, operator)
    session.commit()
    page = admin.get("/admin/operators/PRICED/delete").text
    assert 'href="/admin/tariffs/?operator=PRICED"' in page
    assert post(admin, "/admin/operators/PRICED/delete").status_code == 409
