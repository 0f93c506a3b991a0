"""Sessions that equipment reports, minute by minute, for tests of what people do to them afterwards."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.domain.tracking import Closing, Sample
from portal.models import AuditEvent, ChargingSession, SessionDoubt, Station
from portal.queries.tracking import reporting_station
from portal.services.session_start import Start, open_session
from portal.services.tracking import add_samples, stop_session
from tests.support.factories import (
    TESTER,
    make_area,
    make_driver,
    make_operator,
    make_station,
    make_tariff,
)

START = datetime(2026, 9, 30, 10, tzinfo=UTC)
PRICES = {"price_per_kwh": Decimal("0.5"), "price_per_idle_hour": Decimal(6), "vat_percent": Decimal(20)}


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def begin(session: Session, id: str = "S-1", station: Station | None = None, **over: Any) -> ChargingSession:
    """A session that starts at START, at the register 1000, under PRICES; `over` are columns of its operator."""
    if station is None:
        operator = make_operator(session, timezone="Europe/Ljubljana", **over)
        make_tariff(session, operator, **PRICES)
        station = make_station(session, make_area(session, operator))
    token = f"T-{id}-{station.id}"
    make_driver(session, token_uid=token)
    loaded = session.scalars(reporting_station(station.id).execution_options(populate_existing=True)).one()
    start = Start(id, 1, token, Sample(START, 1000))
    charging = open_session(session, loaded, start, currency="EUR", actor=TESTER, at=START)
    return fresh(session, charging)


def feed(session: Session, charging: ChargingSession, *rows: tuple[float, int]) -> None:
    """Minute and energy since the start."""
    samples = [Sample(at(minute), 1000 + wh) for minute, wh in rows]
    add_samples(session, charging, samples, actor=TESTER, at=at(max(minute for minute, _ in rows)))


def stop(session: Session, charging: ChargingSession, minute: float, wh: int) -> None:
    closing = Closing(at(minute), 1000 + wh, "driver")
    stop_session(session, charging, closing, actor=TESTER, at=at(minute))


def charged(session: Session, **over: Any) -> ChargingSession:
    """Half an hour of charging and a quarter of idling: 10 kWh, 6.50 net and 1.30 VAT."""
    charging = begin(session, **over)
    feed(session, charging, (10, 4000), (20, 8000))
    stop_rows = ((30, 10_000), (40, 10_000))
    feed(session, charging, *stop_rows)
    stop(session, charging, 45, 10_000)
    return charging


def fresh(session: Session, charging: ChargingSession) -> ChargingSession:
    """As the pages load it: with its driver and operator."""
    session.flush()
    one = select(ChargingSession).where(ChargingSession.id == charging.id)
    loads = (joinedload(ChargingSession.driver), joinedload(ChargingSession.operator))
    return session.scalars(one.options(*loads).execution_options(populate_existing=True)).one()


def events(session: Session, action: str) -> list[AuditEvent]:
    wanted = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)
    return list(session.scalars(wanted))


def doubts(session: Session, charging: ChargingSession) -> dict[str, bool]:
    """Whether each is accepted."""
    found = session.scalars(select(SessionDoubt).where(SessionDoubt.session_id == charging.id))
    return {each.doubt.value: each.accepted_at is not None for each in found}
