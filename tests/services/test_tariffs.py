"""Tariffs: the nearest applies, prices never change backwards, two never apply to the same at once."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.domain.errors import Conflict, Invalid
from portal.models import Area, AuditEvent, Operator, Station, Tariff
from portal.services.tariffs import Scope, create_tariff, end_tariff, tariff_at, update_tariff
from tests.support.factories import TESTER, make_area, make_operator, make_station

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ZONE = "Europe/Ljubljana"
RAW = {"name": "Standard", "currency": "EUR", "price_per_kwh": "0.45", "vat_percent": "22"}


def create(session: Session, scope: Scope, at: datetime = AT, **raw: str) -> Tariff:
    return create_tariff(session, {**RAW, **raw}, scope, zone=ZONE, actor=TESTER, at=at)


def update(session: Session, tariff: Tariff, at: datetime, **raw: Any) -> Tariff:
    version = raw.pop("version", tariff.version)
    return update_tariff(session, tariff, {**RAW, **raw}, version=version, zone=ZONE, actor=TESTER, at=at)


@pytest.fixture
def station(session: Session) -> Station:
    operator = make_operator(session, code="ALPINA")
    area = make_area(session, operator)
    area.operator = operator
    made = make_station(session, area)
    made.area = area
    session.flush()
    return made


def operator_of(station: Station) -> Operator:
    assert station.area.operator is not None
    return station.area.operator


def trail(session: Session) -> list[tuple[str, int | None]]:
    events = session.execute(select(AuditEvent.action, AuditEvent.operator_id).order_by(AuditEvent.id))
    return [(action, owner) for action, owner in events if action.startswith("tariff.")]


def test_the_nearest_applies(session: Session, station: Station) -> None:
    assert tariff_at(session, station, AT) is None
    scopes = (Scope(), Scope(operator_of(station)), Scope(area=station.area), Scope(station=station))
    for number, scope in enumerate(scopes):
        made = create(session, scope, name=f"Tariff {number}")
        assert tariff_at(session, station, AT) is made
    elsewhere = make_station(session)
    nearest = tariff_at(session, elsewhere, AT)
    assert nearest is not None
    assert nearest.name == "Tariff 0"


def test_it_applies_from_its_beginning_until_before_its_end(session: Session, station: Station) -> None:
    made = create(session, Scope(), valid_from="2026-07-01T00:00", valid_to="2026-08-01T00:00")
    start, end = (datetime(2026, month, 30 + month % 2, 22, tzinfo=UTC) for month in (6, 7))
    assert (made.valid_from, made.valid_to) == (start, end)
    moment = timedelta(seconds=1)
    found = [tariff_at(session, station, at) for at in (start - moment, start, end - moment, end)]
    assert found == [None, made, made, None]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("currency", "XXX"),
        ("price_per_kwh", "-1"),
        ("price_per_kwh", "0.12345"),
        ("price_per_idle_hour", "much"),
        ("vat_percent", "100.1"),
        ("step_wh", "0"),
        ("step_wh", "1.5"),
        ("max_price", "0"),
        ("valid_from", "tomorrow"),
        ("valid_to", "2026-01-01T00:00"),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_what_is_no_tariff_is_refused(session: Session, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        create(session, Scope(), **{"valid_from": "2026-06-02T00:00", field: value})
    assert refused.value.field == field


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_an_operator_charges_in_its_own_currency(session: Session, station: Station) -> None:
    for scope in (Scope(operator_of(station)), Scope(area=station.area), Scope(station=station)):
        with pytest.raises(Invalid) as refused:
            create(session, scope, currency="USD")
        assert refused.value.field == "currency"


def test_two_never_apply_to_the_same_at_once(session: Session, station: Station) -> None:
    create(session, Scope(), name="Summer", valid_from="2026-07-01", valid_to="2026-08-31")
    with pytest.raises(Conflict, match="Summer"):
        create(session, Scope())
    with pytest.raises(Conflict, match="Summer"):
        create(session, Scope(), valid_from="2026-08-31T23:59")
    create(session, Scope(), name="Before", valid_to="2026-06-30")
    create(session, Scope(), name="After", valid_from="2026-09-01")
    create(session, Scope(station=station), name="Elsewhere")


def test_new_prices_begin_another_tariff(session: Session, station: Station) -> None:
    scope = Scope(area=station.area)
    old = create(session, scope)
    later = AT + timedelta(days=1)
    new = update(session, old, later, price_per_kwh="0.50")
    assert new is not old
    assert (old.price_per_kwh, old.valid_to, new.valid_from) == (Decimal("0.45"), later, later)
    assert tariff_at(session, station, later - timedelta(seconds=1)) is old
    assert tariff_at(session, station, later) is new
    owner = operator_of(station).id
    assert trail(session) == [("tariff.create", owner), ("tariff.end", owner), ("tariff.create", owner)]


def test_new_prices_may_begin_later(session: Session, station: Station) -> None:
    old = create(session, Scope())
    soon = AT + timedelta(hours=1)
    new = update(session, old, soon, price_per_kwh="0.50", valid_from="2026-07-01")
    assert old.valid_to == new.valid_from == datetime(2026, 6, 30, 22, tzinfo=UTC)
    with pytest.raises(Invalid) as refused:
        update(session, old, soon, price_per_kwh="0.60", valid_from="2026-05-01")
    assert refused.value.field == "valid_from"


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_name_and_end_are_written_on_the_tariff_itself(session: Session) -> None:
    made = create(session, Scope())
    later = AT + timedelta(days=1)
    assert update(session, made, later, name="Usual", valid_to="2026-12-31") is made
    assert (made.name, made.valid_to) == ("Usual", datetime(2026, 12, 31, 23, tzinfo=UTC))
    assert update(session, made, later, name="Usual", valid_to="2026-12-31") is made
    assert [action for action, _ in trail(session)] == ["tariff.create", "tariff.update"]
    with pytest.raises(Invalid) as refused:
        update(session, made, later, valid_to="2026-06-01T15:00")
    assert refused.value.field == "valid_to"


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_what_has_not_begun_is_changed_in_place(session: Session) -> None:
    made = create(session, Scope(), valid_from="2026-07-01")
    create(session, Scope(), name="Now", valid_to="2026-06-30")
    assert update(session, made, AT, price_per_kwh="0.50", valid_from="2026-08-01") is made
    assert (made.price_per_kwh, made.valid_from) == (
        Decimal("0.5"),
        datetime(2026, 7, 31, 22, tzinfo=UTC),
    )
    with pytest.raises(Conflict, match="Now"):
        update(session, made, AT, valid_from="2026-06-15")


def test_a_tariff_ends_now_and_then_stays_as_it_was(session: Session, station: Station) -> None:
    made = create(session, Scope())
    later = AT + timedelta(days=1)
    end_tariff(session, made, version=made.version, actor=TESTER, at=later)
    assert tariff_at(session, station, later) is None
    with pytest.raises(Conflict, match="over"):
        update(session, made, later, price_per_kwh="1")
    with pytest.raises(Conflict, match="over"):
        end_tariff(session, made, version=made.version, actor=TESTER, at=later)


def test_one_that_has_not_begun_is_removed(session: Session) -> None:
    made = create(session, Scope(), valid_from="2026-07-01")
    end_tariff(session, made, version=made.version, actor=TESTER, at=AT)
    assert session.scalars(select(Tariff)).all() == []
    assert trail(session)[-1] == ("tariff.delete", None)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_second_of_two_who_edit_is_told(session: Session) -> None:
    made = create(session, Scope(), valid_from="2026-07-01")
    update(session, made, AT, price_per_kwh="0.50", valid_from="2026-07-01")
    with pytest.raises(Conflict) as refused:
        update(session, made, AT, version=1, price_per_kwh="0.60")
    assert [change.field for change in refused.value.changes] == ["price_per_kwh"]


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_of_two_at_once_one_wins(
    session: Session, new_session: Callable[[], Session], station: Station
) -> None:
    session.commit()
    area_id, refused, second = station.area_id, [], new_session()
    create(session, Scope(area=station.area), name="First")

    def other() -> None:
        area = second.get_one(Area, area_id, options=[joinedload(Area.operator)])
        try:
            create(second, Scope(area=area), name="Second")
        except Conflict as error:
            refused.append(str(error))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join(0.5)
    session.commit()
    thread.join(10)
    assert len(refused) == 1
    assert "First" in refused[0]
