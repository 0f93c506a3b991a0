"""Stations: create, change, hide and show, close, delete."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.errors import Blocker, Conflict, Invalid
from portal.domain.geography import country_value
from portal.domain.search import search_text
from portal.domain.settings import settings_values
from portal.domain.text import N_
from portal.domain.values import code_value, required_text, text_value
from portal.domain.viewer import Actor
from portal.models import Area, AuditEvent, Station, StationStatus
from portal.queries.stations import references

from .audit import changes, record
from .versions import check_version


@dataclass(frozen=True, slots=True)
class StationData:
    """What people say of a station, as they type it: degrees, Wh, minutes; an empty setting inherits."""

    name: str | None
    latitude: float | None
    longitude: float | None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    opening_hours: str | None = None
    status: StationStatus = StationStatus.AVAILABLE
    energy_step_wh: int | None = None
    idle_timeout_min: int | None = None
    monetary_session_limit: Decimal | None = None

    def checked(self) -> dict[str, Any]:
        """By field name, as it is stored. Raises Invalid."""
        return {
            "name": required_text("name", self.name, 200),
            "latitude": degrees("latitude", self.latitude, 90),
            "longitude": degrees("longitude", self.longitude, 180),
            "address": text_value("address", self.address, 200),
            "city": text_value("city", self.city, 100),
            "state": text_value("state", self.state, 100),
            "zip": text_value("zip", self.zip, 20),
            "country": country_value("country", self.country),
            "opening_hours": text_value("opening_hours", self.opening_hours, 500),
            "status": self.status,
            **settings_values(self.energy_step_wh, self.idle_timeout_min, self.monetary_session_limit),
        }


def degrees(field: str, value: float | None, most: int) -> float:
    """A latitude (most 90) or longitude (most 180)."""
    if value is None or not isfinite(value) or abs(value) > most:
        raise Invalid(field, N_("Expected degrees from -%(most)s to %(most)s."), most=most)
    return value


def create_station(
    session: Session,
    code: str | None,
    area: Area,
    data: StationData,
    *,
    visible: bool = True,
    actor: Actor,
    at: datetime,
) -> Station:
    """A new station in the area. Raises Invalid (code taken or none, values)."""
    code = code_value("code", code or "")
    values = data.checked()
    if session.scalar(select(Station.id).where(Station.code == code)) is not None:
        raise Invalid("code", N_("%(code)s is taken. Choose another code."), code=code)
    station = Station(
        code=code, area=area, area_id=area.id, visible=visible, created_at=at, updated_at=at, **values
    )
    _index(station)
    session.add(station)
    record(session, actor, "station.create", station, at=at, operator_id=area.operator_id)
    return station


def update_station(
    session: Session,
    station: Station,
    area: Area,
    data: StationData,
    *,
    version: int,
    actor: Actor,
    at: datetime,
) -> AuditEvent | None:
    """Change all but the code; `station` is loaded with its area. Moving it rewrites no session.

    The event of the change, None when nothing differs. Raises Invalid, and Conflict when somebody else was faster.
    """
    values = {"area_id": area.id, **data.checked()}
    check_version(station, version, values)
    former = station.area
    for field, value in values.items():
        setattr(station, field, value)
    if session.is_modified(station):
        station.updated_at = at
    station.area = area
    _index(station)
    if former.operator_id == area.operator_id:
        return record(session, actor, "station.update", station, at=at, operator_id=area.operator_id)
    return _record_handover(session, station, former, actor=actor, at=at)


def set_visibility(
    session: Session, station: Station, visible: bool, *, actor: Actor, at: datetime
) -> AuditEvent | None:
    """Show the station to everybody, or hide it from all but its network; the same again is a no-op (None)."""
    if station.visible is visible:
        return None
    station.visible = visible
    station.updated_at = at
    action = "station.show" if visible else "station.hide"
    return record(session, actor, action, station, at=at, operator_id=station.area.operator_id)


def close_station(session: Session, station: Station, *, actor: Actor, at: datetime) -> AuditEvent | None:
    """Take the station off the map for good; its history stays. The same again is a no-op (None)."""
    if station.status is StationStatus.CLOSED:
        return None
    station.status = StationStatus.CLOSED
    station.updated_at = at
    return record(session, actor, "station.close", station, at=at, operator_id=station.area.operator_id)


def delete_station(session: Session, station: Station, *, actor: Actor, at: datetime) -> None:
    """Remove a station that never had a session, with its hardware. Raises Conflict with its blockers."""
    sessions = session.scalar(references(station)) or 0
    if sessions:
        remedy = N_("Sessions are history and stay: close the station instead, and it leaves the map.")
        blocker = Blocker("sessions", sessions, remedy, {"station": station.code})
        message = N_("Station %(code)s is in use and cannot be deleted.")
        raise Conflict(message, blockers=(blocker,), code=station.code)
    before = {"code": station.code, "name": station.name}
    owner = station.area.operator_id
    record(session, actor, "station.delete", station, at=at, operator_id=owner, before=before)
    session.execute(delete(Station).where(Station.id == station.id))


def _record_handover(
    session: Session, station: Station, former: Area, *, actor: Actor, at: datetime
) -> AuditEvent | None:
    """One event a tenant: the former reads what left, the new one what came, neither the other's words.

    The second is a part of the first, so that they are undone together.
    """
    before, after = changes(station)
    before["area_id"], after["area_id"] = former.id, station.area.id
    to, tell = station.area.operator_id, partial(record, session, actor, "station.move", station, at=at)
    left = tell(operator_id=former.operator_id, before=before, after={})
    tell(operator_id=to, before={}, after=after, parent_id=left.id if left else None)
    return left


def _index(station: Station) -> None:
    station.search = search_text(station.code, station.name, station.address, station.city)
