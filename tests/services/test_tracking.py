"""Running sessions: settings and prices of the start, limit, idle ends, corrections, several workers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict
from portal.domain.tracking import Closing, Sample
from portal.engine import WRITE
from portal.models import AuditEvent, ChargingSession, Doubt, SessionDoubt, SessionStatus, Station, Tariff
from portal.queries.tracking import reporting_station
from portal.services.session_start import Start, open_session
from portal.services.tracking import add_samples, close_idle, stop_session
from tests.support.factories import LONG_AGO, TESTER, make_area, make_driver, make_operator, make_station

START = datetime(2026, 11, 1, 12, tzinfo=UTC)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def begin(
    session: Session, id: str = "S-1", *, station: Station | None = None, **over: Any
) -> ChargingSession:
    """A session that starts at START with the register at 0; `over` are columns of the operator."""
    if station is None:
        station = make_station(session, make_area(session, make_operator(session, **over)))
    session.flush()
    loaded = session.scalars(reporting_station(station.id).execution_options(populate_existing=True)).one()
    token = make_driver(session, token_uid=f"T-{id}-{station.id}").number and f"T-{id}-{station.id}"
    start = Start(id, 1, token, Sample(START, 0))
    return open_session(session, loaded, start, currency="EUR", actor=TESTER, at=START)


def feed(session: Session, charging: ChargingSession, *rows: tuple[float, int], now: float = 0) -> None:
    samples = [Sample(at(minute), wh) for minute, wh in rows]
    latest = max([now, *(minute for minute, _ in rows)])
    add_samples(session, charging, samples, actor=TESTER, at=at(latest))


def stop(
    session: Session, charging: ChargingSession, minute: float, wh: int, now: float | None = None
) -> None:
    closing = Closing(at(minute), wh, "driver")
    stop_session(session, charging, closing, actor=TESTER, at=at(now or minute))


def make_tariff(session: Session, **over: Any) -> None:
    """A tariff of the whole site: 0.50 per kWh, 1.20 per hour charging, 6 per hour idling, 20% VAT."""
    values = {
        **{"name": "Usual", "currency": "EUR", "valid_from": LONG_AGO, "created_at": LONG_AGO},
        **{"updated_at": LONG_AGO, "price_per_kwh": Decimal("0.5"), "price_per_hour": Decimal("1.2")},
        **{"price_per_idle_hour": Decimal(6), "vat_percent": Decimal(20)},
    }
    session.add(Tariff(**(values | over)))
    session.flush()


def trail(session: Session) -> list[str]:
    events = select(AuditEvent.action).where(AuditEvent.action != "session.open")
    return list(session.scalars(events.order_by(AuditEvent.id)))


def doubts(session: Session) -> set[Doubt]:
    return set(session.scalars(select(SessionDoubt.doubt)))


def test_settings_and_prices_are_those_of_the_start(session: Session) -> None:
    make_tariff(session)
    operator = make_operator(session, energy_step_wh=500, monetary_session_limit=Decimal("9.5"))
    station = make_station(session, make_area(session, operator), idle_timeout_min=7)
    charging = begin(session, station=station)
    assert charging.settings == {
        **{"energy_step_wh": 500, "idle_timeout_min": 7, "monetary_session_limit": "9.5000"}
    }
    operator.energy_step_wh, station.idle_timeout_min = 1, None
    session.scalars(select(Tariff)).one().price_per_kwh = Decimal(99)
    session.flush()
    feed(session, charging, (5, 499))
    assert (charging.energy_wh, charging.net_minor) == (0, None)
    assert charging.check_at == at(7)
    feed(session, charging, (6, 1000))
    assert (charging.energy_wh, charging.net_minor, charging.vat_minor) == (1000, 62, 12)
    assert charging.check_at == at(13)


def test_the_closing_sample_is_rated_on_the_exact_energy(session: Session) -> None:
    make_tariff(session)
    charging = begin(session)
    feed(session, charging, (10, 1000), (20, 1000))
    stop(session, charging, 25, 1034)
    assert (charging.energy_wh, charging.charging_s, charging.idle_s) == (1034, 900, 600)
    assert (charging.net_minor, charging.vat_minor) == (52 + 30 + 100, 36)
    assert charging.rating is not None
    assert [line["kind"] for line in charging.rating] == ["energy", "charging", "idle"]
    assert (trail(session), doubts(session)) == ([], set())


def test_the_limit_caps_flags_and_asks_to_stop(session: Session) -> None:
    make_tariff(session)
    charging = begin(session, monetary_session_limit=Decimal(3))
    feed(session, charging, (60, 2000), now=60)
    assert charging.status is SessionStatus.CLOSED_IDLE, "an hour without any sample"
    feed(session, charging, (20, 600), (40, 1200), now=60)
    assert trail(session) == ["session.close_idle", "session.correct"]
    assert (charging.status, charging.energy_wh, charging.ended_at) == (SessionStatus.RUNNING, 2000, None)
    assert (charging.net_minor, charging.stop_asked_at, doubts(session)) == (220, None, set()), "2.64 of 3.00"
    feed(session, charging, (65, 4000), now=65)
    assert charging.stop_asked_at == at(65)
    stop(session, charging, 66, 4200)
    assert (charging.net_minor or 0) + (charging.vat_minor or 0) == 300
    assert charging.uncapped_minor == 410
    assert Doubt.OVER_LIMIT in doubts(session)


def test_a_meter_that_ran_backwards(session: Session) -> None:
    make_tariff(session)
    charging = begin(session)
    feed(session, charging, (1, -50))
    assert charging.energy_wh == 0
    stop(session, charging, 2, -50)
    assert (charging.energy_wh, charging.net_minor) == (-50, 20)
    assert Doubt.NEGATIVE_ENERGY in doubts(session)


def test_idle_sessions_are_closed_with_the_right_times_after_downtime(session: Session) -> None:
    running, silent = begin(session, "S-1"), begin(session, "S-2")
    feed(session, running, (10, 1000), (20, 1050))
    forever = begin(session, "S-3", idle_timeout_min=0)
    assert close_idle(session, actor=TESTER, at=at(29)) == 0
    assert close_idle(session, actor=TESTER, at=at(3000), limit=1) == 1
    assert silent.status is SessionStatus.CLOSED_IDLE, "the longest due first"
    assert close_idle(session, actor=TESTER, at=at(3000)) == 1
    assert (silent.ended_at, silent.energy_wh, silent.end_reason) == (at(0), 0, "idle")
    assert (running.ended_at, running.energy_wh, running.check_at) == (at(10), 1000, None)
    assert forever.status is SessionStatus.RUNNING
    assert trail(session) == ["session.close_idle"] * 2
    assert close_idle(session, actor=TESTER, at=at(9000)) == 0


def test_a_late_stop_corrects_once_and_says_so(session: Session) -> None:
    charging = begin(session)
    feed(session, charging, (10, 1000))
    close_idle(session, actor=TESTER, at=at(40))
    feed(session, charging, (45, 1900), now=45)
    assert (charging.status, charging.energy_wh) == (SessionStatus.CLOSED_IDLE, 1000), (
        "it comes after the end"
    )
    for _ in range(2):
        stop(session, charging, 50, 2000, now=60)
    assert (charging.status, charging.energy_wh, charging.ended_at) == (SessionStatus.CLOSED, 2000, at(50))
    stop(session, charging, 55, 9000, now=60)
    assert charging.energy_wh == 2000
    assert trail(session) == ["session.close_idle", "session.correct"]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "session.correct")).one()
    assert (event.before["energy_wh"], event.after["energy_wh"]) == (1000, 2000)
    assert (event.before["status"], event.operator_id) == ("closed_idle", charging.operator_id)


def test_of_two_reports_of_one_instant_the_order_does_not_count(session: Session) -> None:
    first, second = begin(session, "S-1"), begin(session, "S-2")
    feed(session, first, (5, 500), (5, 700), (5, 600))
    feed(session, second, (5, 700))
    feed(session, second, (5, 600))
    feed(session, second, (5, 500))
    assert first.energy_wh == second.energy_wh == 700
    for charging, reasons in ((first, ("local", "driver")), (second, ("driver", "local"))):
        for reason in reasons:
            closing = Closing(at(6), 800, reason)
            stop_session(session, charging, closing, actor=TESTER, at=at(7))
    assert first.end_reason == second.end_reason


def test_what_was_corrected_by_hand_stays(session: Session) -> None:
    charging = begin(session)
    stop(session, charging, 10, 1000)
    charging.energy_wh = 900
    session.flush()
    feed(session, charging, (5, 500))
    stop(session, charging, 9, 800)
    assert (charging.energy_wh, charging.ended_at) == (900, at(10))


def test_an_imported_session_takes_no_samples(session: Session) -> None:
    charging = begin(session)
    charging.start_wh = None
    session.flush()
    with pytest.raises(Conflict):
        feed(session, charging, (5, 500))


@pytest.mark.parametrize("engine_name", ["postgresql"])  # SQLite has one writer
def test_several_workers_claim_different_sessions(
    session: Session, new_session: Callable[[], Session]
) -> None:
    for n in range(4):
        begin(session, f"S-{n}")
    session.commit()
    one, two = new_session(), new_session()
    for worker in (one, two):
        worker.connection(execution_options=WRITE)
    assert close_idle(one, actor=TESTER, at=at(99), limit=3) == 3
    assert close_idle(two, actor=TESTER, at=at(99), limit=3) == 1
    one.commit()
    two.commit()
    assert close_idle(one, actor=TESTER, at=at(99)) == 0
    assert trail(session) == ["session.close_idle"] * 4
