"""Sessions of the demo network: when people charge, what their cars take, what the meters showed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.rating import Prices, rate
from portal.models import Area, ChargingSession, Driver, SessionSample, SessionStatus, Station
from portal.services.bulk import insert_rows
from portal.services.session_start import settings_at_start

SEED = 20260101
DAYS = 60
DAYS_WITH_READINGS = 7
EVERY = 5  # minutes between two readings
Reading = tuple[int, datetime, int, bool, str | None]
FULL_POWER = 6  # parts of ten: until then a car takes all that it can, then less and less


def make_sessions(
    session: Session,
    placed: list[tuple[Station, Area, int]],
    prices: dict[str | None, Prices],
    people: list[Driver],
    at: datetime,
) -> None:
    """Two sessions a day at most on each connector, none overlapping, at hours when people charge."""
    dice = Random(SEED)  # noqa: S311 - made-up data, the same every time
    made = []
    for station, area, kw in placed:
        nearest = prices[area.operator.code if area.operator else None]
        settings = settings_at_start(session, station)
        for day in range(DAYS, 0, -1):
            for connector, hour in ((1, 8), (1, 17), (2, 12)):
                if dice.random() < 0.45:
                    start = (at - timedelta(days=day)).replace(hour=hour, minute=0, second=0, microsecond=0)
                    start += timedelta(minutes=dice.randrange(0, 120))
                    minutes = dice.randrange(20, 200)
                    wh = min(kw, 40) * 1000 * minutes // 60 * dice.randrange(40, 95) // 100
                    row = _session(
                        station, area, dice.choice(people), connector, start, minutes, wh, nearest, settings
                    )
                    row.external_id = f"DEMO-{station.code}-{day:02}-{connector}-{hour:02}"
                    made.append(row)
    session.add_all(made)
    session.flush()
    latest = [row for row in made if row.started_at > at - timedelta(days=DAYS_WITH_READINGS)]
    columns = ("session_id", "at", "meter_wh", "closing", "reason")
    insert_rows(session, SessionSample, columns, [reading for row in latest for reading in _readings(row)])


def _session(
    station: Station,
    area: Area,
    driver: Driver,
    connector: int,
    start: datetime,
    minutes: int,
    wh: int,
    prices: Prices,
    settings: dict[str, Any],
) -> ChargingSession:
    kept = settings["monetary_session_limit"]
    limit = None if kept is None else Decimal(kept)
    while (rated := rate(prices, wh, minutes * 60, 0, limit)).capped_by:
        wh = wh * 2 // 3  # nobody in the demo goes on until the limit stops it
    return ChargingSession(
        operator_id=area.operator_id,
        area_id=area.id,
        station_id=station.id,
        driver_id=driver.id,
        charger_uid="1",
        connector_number=connector,
        started_at=start,
        ended_at=start + timedelta(minutes=minutes),
        start_wh=1000 * start.toordinal() % 9_000_000,
        energy_wh=wh,
        charging_s=minutes * 60,
        idle_s=0,
        currency=prices.currency,
        net_minor=rated.net_minor,
        vat_minor=rated.vat_minor,
        settings=settings,
        tariff=prices.to_json(),
        rating=rated.to_json(),
        status=SessionStatus.CLOSED,
        end_reason="driver",
        created_at=start,
    )


def _readings(charged: ChargingSession) -> Iterator[Reading]:
    """What the meter showed every few minutes, and with the stop."""
    whole = (charged.charging_s or 0) // 60
    for minute in range(EVERY, whole, EVERY):
        yield _reading(charged, minute, whole, closing=False)
    yield _reading(charged, whole, whole, closing=True)


def _reading(charged: ChargingSession, minute: int, whole: int, *, closing: bool) -> Reading:
    at = charged.started_at + timedelta(minutes=minute)
    flowed = (charged.energy_wh or 0) * _share(minute, whole) // _share(whole, whole)
    return charged.id, at, (charged.start_wh or 0) + flowed, closing, charged.end_reason if closing else None


def _share(minute: int, whole: int) -> int:
    """How much has flowed, in parts of the end: in a straight line first, then along a parabola."""
    knee = whole * FULL_POWER // 10
    rest = max(minute - knee, 0)
    tail = max(whole - knee, 1)
    return min(minute, knee) * 2 * tail + rest * 2 * tail - rest * rest
