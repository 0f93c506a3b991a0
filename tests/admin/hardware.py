"""What tests of areas and stations share: rows, forms, and looking into the database afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.models import Area, AuditEvent, Charger, ChargingSession, Operator, SessionStatus, Station
from tests.support.factories import post

HOSTILE = [
    "{{ 7*7 }}{% raise %}",
    "${alert(1)}",
    '<script>alert("x")</script>',
    "'; DROP TABLE station; --",
    "شارع \u202eevil",
    "🚗🔌 Čakalnica",
]
NEW = {
    "name": "Gate",
    "code": "gate-1",
    "area": "p1",
    "latitude": "46.05",
    "longitude": "14.5",
    "status": "available",
    "visible": "y",
    "uid": "1",
    "current_type": "AC",
    "number": "1",
    "standard": "IEC_62196_T2",
    "max_kw": "22.08",
}
BLANK_SETTINGS = {"energy_step_wh": "", "idle_timeout_min": "", "monetary_session_limit": ""}


def create_station(client: FlaskClient, **over: Any) -> Any:
    return post(client, "/admin/stations/new", NEW | over)


def station_of(session: Session, code: str) -> Station:
    session.rollback()
    session.expire_all()
    hardware = selectinload(Station.chargers).selectinload(Charger.connectors)
    return session.scalars(select(Station).where(Station.code == code).options(hardware)).one()


def area_of(session: Session, code: str) -> Area:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Area).where(Area.code == code)).one()


def form_of(station: Station, area: Area, **over: Any) -> dict[str, Any]:
    said = {
        "name": station.name,
        "area": area.code,
        "latitude": str(station.latitude),
        "longitude": str(station.longitude),
        "status": station.status.value,
        "version": str(station.version),
    }
    return said | BLANK_SETTINGS | over


def events(session: Session, *actions: str) -> list[AuditEvent]:
    session.rollback()
    stmt = select(AuditEvent).where(AuditEvent.action.in_(actions)).order_by(AuditEvent.id)
    return list(session.scalars(stmt))


def owner_of(session: Session, area: Area) -> Operator:
    return session.get_one(Operator, area.operator_id or 0)


def code_of(session: Session, area: Area) -> str:
    return owner_of(session, area).code


def make_session(session: Session, station: Station, **over: Any) -> ChargingSession:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    values = {
        "external_id": "S1",
        "area_id": station.area_id,
        "station_id": station.id,
        "charger_uid": "1",
        "connector_number": 1,
        "started_at": at,
        "ended_at": at + timedelta(hours=1),
        "currency": "EUR",
        "status": SessionStatus.CLOSED,
        "created_at": at,
    } | over
    made = ChargingSession(**values)
    session.add(made)
    session.flush()
    return made
