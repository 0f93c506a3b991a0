"""Meters that know what they measured: the reports of their sessions, and what has to come of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from portal.models import SessionStatus
from portal.services.security_keys import seal_key
from tests.support.factories import make_area, make_driver, make_operator, make_station
from tests.support.migrated import make_config

KEY = "equipment-key-0123456789"
SLOT = timedelta(hours=1)
SLOTS = 24
IDLE_MIN = 30
STEP_WH = 100


@dataclass(frozen=True, slots=True)
class Report:
    """What is posted below `sessions`."""

    path: str
    body: Any


@dataclass(slots=True)
class Meter:
    """One session: its reports, and the truth about it."""

    station: str
    name: str
    start: Report
    rest: list[Report]
    energy_wh: int
    ended_at: datetime
    status: SessionStatus
    end_reason: str
    instants: int
    idles: bool = field(default=False)


def meters(session: Session, number: int, dice: Random, at: datetime) -> list[Meter]:
    """So many sessions before `at`, none overlapping, on stations that are made for them.

    Seven of ten are of an operator without idle timeout and end by their stop. Of the others every second one never
    hears of a stop, so that the portal has to give it up; the rest pause for longer than the idle timeout, and end by
    their stop nevertheless.
    """
    idling = number * 3 // 10
    patient, strict = (
        _stations(session, idle, -(-many // SLOTS))
        for idle, many in ((0, number - idling), (IDLE_MIN, idling))
    )
    tokens = [f"TOKEN-{n}" for n in range(20)]
    for uid in tokens:
        make_driver(session, token_uid=uid)
    session.commit()
    first = at.replace(microsecond=0) - SLOTS * SLOT - timedelta(minutes=IDLE_MIN)
    slots = [(code, first + n * SLOT) for codes in (strict, patient) for code in codes for n in range(SLOTS)]
    of_strict = slots[: len(strict) * SLOTS][:idling]
    of_patient = slots[len(strict) * SLOTS :][: number - idling]
    kinds = ["silent", "paused"] * idling
    made = [
        *(
            _meter(dice, place, kind, dice.choice(tokens))
            for place, kind in zip(of_strict, kinds, strict=False)
        ),
        *(_meter(dice, place, "stopped", dice.choice(tokens)) for place in of_patient),
    ]
    dice.shuffle(made)
    return made


def _stations(session: Session, idle_timeout_min: int, number: int) -> list[str]:
    """Codes of new stations of a new operator with KEY."""
    sealed = seal_key(KEY, make_config("sqlite:///x").secret_key)
    settings = {"idle_timeout_min": idle_timeout_min, "energy_step_wh": STEP_WH}
    operator = make_operator(session, security_key_hash=sealed.hash, **settings)
    area = make_area(session, operator)
    return [make_station(session, area).code for _ in range(number)]


def _meter(dice: Random, place: tuple[str, datetime], kind: str, token: str) -> Meter:
    (station, begin), name = place, f"{place[0]}:{place[1]:%d%H}"
    register = dice.randrange(10**7)
    said: list[dict[str, Any]] = []
    minute, energy_wh = 0, 0
    for _ in range(dice.randint(4, 12)):
        minute += dice.randint(1, 2)
        energy_wh += dice.randint(STEP_WH, 300)
        said.append({"at": _at(begin, minute), "meter_wh": register + energy_wh})
    active_at = begin + timedelta(minutes=minute)
    for _ in range(dice.randint(0, 3)):  # no step: nothing advances
        minute += 1
        said.append({"at": _at(begin, minute), "meter_wh": register + energy_wh + dice.randrange(STEP_WH)})
    start = {"id": name, "connector": "1/1", "driver_token": token, "at": _at(begin, 0), "meter_wh": register}
    meter = Meter(
        station, name, Report("", start), list(_batches(dice, name, said)),
        energy_wh, active_at, SessionStatus.CLOSED_IDLE, "idle", len(said), kind != "stopped",
    )  # fmt: skip
    if kind != "silent":
        minute = dice.randint(56, 59) if kind == "paused" else minute + dice.randint(1, 5)
        meter.energy_wh, meter.ended_at = (
            energy_wh + dice.randint(100, 600),
            begin + timedelta(minutes=minute),
        )
        meter.status, meter.end_reason = SessionStatus.CLOSED, "driver"
        closing = {"at": _at(begin, minute), "meter_wh": register + meter.energy_wh, "reason": "driver"}
        meter.rest.append(Report(f"/{name}/stop", closing))
        meter.instants += 1
    return meter


def _batches(dice: Random, name: str, said: Sequence[dict[str, Any]]) -> Iterator[Report]:
    """Cut anywhere; the end of a batch is now and then the beginning of the next."""
    cut = dice.randint(1, len(said))
    for part in (said[:cut], said[max(0, cut - dice.randint(0, 1)) :]):
        if part:
            yield Report(f"/{name}/samples", part)


def _at(begin: datetime, minute: int) -> str:
    return (begin + timedelta(minutes=minute)).isoformat()
