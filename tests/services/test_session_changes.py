"""What people change about a session: accepted, stopped, corrected; and what late reports change no more."""

from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.domain.corrections import shown
from portal.domain.errors import Conflict, Invalid
from portal.models import ChargingSession, Doubt, SessionStatus
from portal.services.doubts import judge
from portal.services.session_changes import (
    accept_doubts,
    correct_session,
    stop_by_hand,
    withdraw_acceptance,
)
from portal.services.tracking import close_idle
from tests.admin.people import make_session
from tests.services.charging import START, at, begin, charged, doubts, events, feed, fresh, stop
from tests.support.factories import TESTER, make_driver, make_station

ZONE = "Europe/Ljubljana"
WHO: dict[str, Any] = {"actor": TESTER, "at": at(600)}


def correct(session: Session, charging: ChargingSession, version: int | None = None, **typed: str) -> None:
    """The form as it opens, with some fields typed over."""
    charging = fresh(session, charging)
    now = shown(charging, charging.driver.number if charging.driver else None, ZONE)
    raw = {name: str(text) for name, text in asdict(now).items()} | {"reason": "the log says so"} | typed
    correct_session(session, charging, raw, version=version or charging.version, zone=ZONE, **WHO)


def amount(charging: ChargingSession) -> tuple[int | None, int | None]:
    return charging.net_minor, charging.vat_minor


def test_a_stop_by_hand_rates_what_the_meter_has_shown(session: Session) -> None:
    charging = begin(session)
    feed(session, charging, (10, 4000), (20, 4060))
    stop_by_hand(session, charging, "  blocked the fire lane ", actor=TESTER, at=at(26))
    assert (charging.status, charging.ended_at) == (SessionStatus.CLOSED, at(26))
    assert (charging.energy_wh, charging.end_reason) == (4060, "admin"), "the last known register, exactly"
    assert (charging.net_minor, charging.stop_asked_at) == (203 + 60, at(26))
    event = events(session, "session.stop")[0]
    assert (event.before["status"], event.after["status"]) == ("running", "closed")
    assert (event.after["reason"], event.operator_id) == ("blocked the fire lane", charging.operator_id)
    stop(session, charging, 90, 20_000)
    feed(session, charging, (60, 9000))
    assert (charging.energy_wh, charging.ended_at) == (4060, at(26)), "what comes later comes after the end"
    with pytest.raises(Conflict):
        stop_by_hand(session, charging, "again", actor=TESTER, at=at(30))


def test_a_session_of_a_file_that_runs_is_stopped_too(session: Session) -> None:
    running = {"status": SessionStatus.RUNNING, "ended_at": None, "energy_wh": None, "net_minor": None}
    charging = make_session(session, make_station(session), started_at=START, **running)
    with pytest.raises(Invalid):
        stop_by_hand(session, charging, "  ", **WHO)
    stop_by_hand(session, charging, "never ended", **WHO)
    assert (charging.status, charging.ended_at, charging.energy_wh) == (SessionStatus.CLOSED, at(600), None)
    assert (charging.updated_at, doubts(session, charging)) == (at(600), {"no_energy": False})


def test_open_doubts_are_accepted_and_open_again(session: Session) -> None:
    charging = make_session(session, make_station(session), started_at=START, ended_at=None, energy_wh=None)
    judge(session, [charging.id], at(600))
    assert accept_doubts(session, charging, Doubt.NO_END, **WHO) == 1
    assert doubts(session, charging) == {"no_end": True, "no_energy": False}
    assert accept_doubts(session, charging, Doubt.NO_END, **WHO) == 0, "a double click accepts once"
    assert accept_doubts(session, charging, None, **WHO) == 1
    judge(session, [charging.id], at(600))
    assert doubts(session, charging) == {"no_end": True, "no_energy": True}
    assert withdraw_acceptance(session, charging, Doubt.NO_END, **WHO) == 1
    assert doubts(session, charging) == {"no_end": False, "no_energy": True}
    told = [event.after["doubts"] for event in events(session, "session.accept")]
    assert told == [["no_end"], ["no_energy"]]
    assert [event.after["doubts"] for event in events(session, "session.withdraw")] == [["no_end"]]


def test_a_corrected_energy_is_rated_by_the_tariff_of_the_start(session: Session) -> None:
    charging = charged(session)
    assert amount(charging) == (500 + 150, 130)
    correct(session, charging, energy="8,5")
    assert (charging.energy_wh, amount(charging)) == (8500, (425 + 150, 115))
    assert (charging.version > 1, charging.updated_at) == (True, at(600))
    event = events(session, "session.correct")[0]
    assert event.before == {"energy_wh": 10_000, "net_minor": 650, "vat_minor": 130}
    assert event.after == {
        **{"energy_wh": 8500, "net_minor": 575, "vat_minor": 115},
        **{"pricing": "tariff", "reason": "the log says so"},
    }


def test_a_corrected_end_moves_the_idle_time_and_the_doubts(session: Session) -> None:
    charging = charged(session)
    correct(session, charging, ended_at="2026-09-30T12:35")
    assert (charging.ended_at, charging.charging_s, charging.idle_s) == (at(35), 1800, 300)
    assert amount(charging) == (500 + 50, 110)
    correct(session, charging, ended_at="2026-09-30T12:10")
    assert doubts(session, charging) == {"too_much_energy": False}
    correct(session, charging, energy="3")
    assert doubts(session, charging) == {}


@pytest.mark.parametrize(
    "typed",
    [{"energy": "9"}, {"ended_at": "2026-09-30T12:50"}, {"pricing": "typed", "net": "1", "vat": "0.2"}],
)
def test_late_reports_never_undo_a_correction(session: Session, typed: dict[str, str]) -> None:
    charging = begin(session)
    feed(session, charging, (10, 4000))
    close_idle(session, actor=TESTER, at=at(60))
    correct(session, charging, **typed)
    kept = (charging.energy_wh, charging.ended_at, amount(charging), charging.status)
    feed(session, charging, (5, 3000), (15, 5000))
    stop(session, charging, 30, 8000)
    close_idle(session, actor=TESTER, at=at(9000))
    assert (charging.energy_wh, charging.ended_at, amount(charging), charging.status) == kept


def test_an_amount_by_hand_has_no_lines_and_can_be_rated_again(session: Session) -> None:
    charging = charged(session, monetary_session_limit=Decimal(5))
    assert (amount(charging), charging.uncapped_minor) == ((417, 83), 780)
    assert doubts(session, charging) == {"over_limit": False}
    with pytest.raises(Invalid, match=r"more than 5") as refused:
        correct(session, charging, pricing="typed", net="4.17", vat="0.84")
    assert refused.value.field == "net"
    correct(session, charging, pricing="typed", net="2", vat="0.40")
    assert (amount(charging), charging.rating, charging.uncapped_minor) == ((200, 40), None, None)
    assert doubts(session, charging) == {}
    correct(session, charging, pricing="tariff")
    assert (amount(charging), charging.uncapped_minor) == ((417, 83), 780)
    assert charging.rating is not None


def test_the_driver_is_corrected_by_number(session: Session) -> None:
    charging = begin(session)
    stop(session, charging, 30, 5000)
    mia, gone = (
        make_driver(session, number="D-MIA"),
        make_driver(session, number="D-GONE", anonymised_at=START),
    )
    for number in ("D-NOBODY", gone.number):
        with pytest.raises(Invalid) as refused:
            correct(session, charging, driver=number)
        assert refused.value.field == "driver"
    former = charging.driver_id
    correct(session, charging, driver=" d-mia ")
    event = events(session, "session.correct")[0]
    assert (event.before, event.after["driver_id"]) == ({"driver_id": former}, mia.id)
    correct(session, charging, driver="")
    assert charging.driver_id is None
    stop(session, charging, 20, 4000)
    assert (charging.driver_id, charging.energy_wh) == (None, 4000), "a report says nothing of who charged"


def test_what_is_refused(session: Session) -> None:
    running = begin(session)
    with pytest.raises(Conflict, match="still runs"):
        correct(session, running, energy="1")
    charging = charged(session)
    with pytest.raises(Invalid, match="Nothing is different"):
        correct(session, charging)
    with pytest.raises(Conflict) as clash:
        correct(session, charging, version=charging.version + 1, energy="7", driver="")
    assert {change.field for change in clash.value.changes} == {"energy", "driver"}
    assert events(session, "session.correct") == []


def test_a_session_of_a_file_keeps_its_amount_unless_it_is_typed(session: Session) -> None:
    charging = make_session(session, make_station(session), started_at=START)
    correct(session, charging, ended_at="2026-09-30T14:30")
    assert (charging.ended_at, amount(charging)) == (START + timedelta(hours=2, minutes=30), (400, 88))
    correct(session, charging, net="4.5", vat="0.99")
    assert amount(charging) == (450, 99)
    with pytest.raises(Invalid) as refused:
        correct(session, charging, pricing="tariff")
    assert refused.value.field == "pricing"
