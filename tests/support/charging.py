"""Sessions, doubts and terms for tests of the commission; anything can be said otherwise by keyword."""

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portal.models import ChargingSession, Doubt, Operator, SessionDoubt, SessionStatus, Station, Terms
from tests.support.factories import LONG_AGO

_numbers = itertools.count(1)


def make_terms(session: Session, operator: Operator, month: date = date(2026, 1, 1), **over: Any) -> Terms:
    """10 cents a kWh, and 20 % of what is left."""
    values = {
        "currency": operator.currency,
        "price_per_kwh_ac": Decimal("0.10"),
        "price_per_kwh_dc": Decimal("0.15"),
        "share_percent": Decimal(20),
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    } | over
    made = Terms(operator_id=operator.id, effective_from=month, **values)
    session.add(made)
    session.flush()
    return made


def make_charging(
    session: Session, station: Station, operator: Operator | None, ended_at: datetime | None, **over: Any
) -> ChargingSession:
    """An hour that ended then: 10 kWh for 4.20 and 0.84 VAT."""
    values = {
        "external_id": f"C-{next(_numbers)}",
        "operator_id": operator.id if operator else None,
        "area_id": station.area_id,
        "charger_uid": "1",
        "connector_number": 1,
        "started_at": ended_at - timedelta(hours=1) if ended_at else None,
        "ended_at": ended_at,
        "energy_wh": 10_000,
        "currency": operator.currency if operator else "EUR",
        "net_minor": 420,
        "vat_minor": 84,
        "status": SessionStatus.CLOSED,
        "settings": {},
        "created_at": LONG_AGO,
    } | over
    made = ChargingSession(station_id=station.id, **values)
    session.add(made)
    session.flush()
    return made


def make_doubt(session: Session, charging: ChargingSession, doubt: Doubt = Doubt.OVERLAP) -> SessionDoubt:
    made = SessionDoubt(session_id=charging.id, doubt=doubt)
    session.add(made)
    session.flush()
    return made
