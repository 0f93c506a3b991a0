"""Rows and clients that the tests of people, sessions and the trail share."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import ChargingSession, Driver, Operator, Role, SessionStatus, Station
from tests.support.factories import make_account, sign_in

STARTED = datetime(2026, 9, 30, 10, 0, tzinfo=UTC)
HOSTILE = "{{ 7*7 }}<script>alert(1)</script>${x}'\"; DROP TABLE driver;--\u202e😀"
_numbers = itertools.count(1)


def make_session(
    session: Session,
    station: Station,
    driver: Driver | None = None,
    operator: Operator | None = None,
    **over: Any,
) -> ChargingSession:
    """A closed session of one hour: 10 kWh, 4.00 EUR net and 0.88 VAT."""
    started = over.get("started_at", STARTED)
    values = {
        "external_id": f"S-{next(_numbers)}",
        "operator_id": operator.id if operator else None,
        "area_id": station.area_id,
        "station_id": station.id,
        "driver_id": driver.id if driver else None,
        "charger_uid": "1",
        "connector_number": 1,
        "started_at": started,
        "ended_at": started + timedelta(hours=1),
        "energy_wh": 10_000,
        "charging_s": 3600,
        "idle_s": 0,
        "currency": "EUR",
        "net_minor": 400,
        "vat_minor": 88,
        "status": SessionStatus.CLOSED,
        "created_at": started,
    } | over
    made = ChargingSession(**values)
    session.add(made)
    session.flush()
    return made


def admin_client(app: Flask, session: Session, **over: Any) -> FlaskClient:
    """A signed-in CPO admin."""
    account = make_account(session, **over)
    session.commit()
    return sign_in(app.test_client(), account.email)


def operator_client(app: Flask, session: Session, operator: Operator) -> FlaskClient:
    """A signed-in user of the operator."""
    account = make_account(session, Role.OPERATOR, operator=operator)
    session.commit()
    return sign_in(app.test_client(), account.email)
