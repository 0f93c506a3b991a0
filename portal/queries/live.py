"""Reads for pages that follow what happens: what runs now, which connectors it takes, and whom a change concerns."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, and_, func, select

from portal.domain.access import session_read_by, station_visible_to
from portal.domain.viewer import Viewer
from portal.models import Charger, ChargingSession, Connector, SessionStatus, Station

from .paging import AnySelect
from .sessions import sessions

RUNNING = ChargingSession.status == SessionStatus.RUNNING


def running_sessions() -> AnySelect:
    """(id, station_id, version) of whatever runs in the whole network: for the watcher, for nobody's eyes."""
    return select(ChargingSession.id, ChargingSession.station_id, ChargingSession.version).where(RUNNING)


def newest_session() -> Select[int]:
    """The highest number that a session has."""
    return select(func.coalesce(func.max(ChargingSession.id), 0))


def sessions_after(number: int) -> AnySelect:
    """(id, station_id) of those that were written since, so that none is missed that was over at once."""
    return select(ChargingSession.id, ChargingSession.station_id).where(ChargingSession.id > number)


def reads_any(viewer: Viewer, session_ids: Collection[int], station: str | None) -> Select[int]:
    """A row if the viewer reads one of these sessions; `station` leaves those at the station of this code."""
    stmt = select(ChargingSession.id).where(ChargingSession.id.in_(session_ids), session_read_by(viewer))
    if station is not None:
        stmt = stmt.join(ChargingSession.station).where(Station.code == station)
    return stmt.limit(1)


def sees_any(viewer: Viewer, at: datetime, station_ids: Collection[int]) -> Select[int]:
    """A row if the viewer sees one of these stations."""
    return select(Station.id).where(Station.id.in_(station_ids), station_visible_to(viewer, at)).limit(1)


def charging_totals(viewer: Viewer) -> AnySelect:
    """One row: how many sessions of the viewer run now, and their energy in Wh so far."""
    energy = func.coalesce(func.sum(ChargingSession.energy_wh), 0)
    return select(func.count().label("sessions"), energy.label("energy_wh")).where(
        RUNNING, session_read_by(viewer)
    )


def latest_charging(viewer: Viewer, limit: int) -> Select[ChargingSession]:
    """Those of them that started last, with all that a page says of a session."""
    newest = (ChargingSession.started_at.desc(), ChargingSession.id.desc())
    return sessions(viewer).where(RUNNING).order_by(*newest).limit(limit)


def connectors_now(station_ids: Collection[int]) -> AnySelect:
    """(station_id, connector_id, session_id) of each connector; the last is None where nobody charges."""
    taken = _taken(station_ids).subquery()
    here = and_(
        taken.c.station_id == Charger.station_id,
        taken.c.charger_uid == Charger.uid,
        taken.c.connector_number == Connector.number,
    )
    return (
        select(Charger.station_id, Connector.id, taken.c.session_id)
        .join(Connector, Connector.charger_id == Charger.id)
        .outerjoin(taken, here)
        .where(Charger.station_id.in_(station_ids))
    )


def _taken(station_ids: Collection[int]) -> AnySelect:
    """A row a connector that is taken, with the newest session that runs there."""
    where = (ChargingSession.station_id, ChargingSession.charger_uid, ChargingSession.connector_number)
    # Computed, so that no engine walks through the whole history of these stations: few sessions run.
    at_stations = (ChargingSession.station_id + 0).in_(station_ids)
    newest = func.max(ChargingSession.id).label("session_id")
    return select(*where, newest).where(RUNNING, at_stations).group_by(*where)
