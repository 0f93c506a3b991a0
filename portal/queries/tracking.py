"""Reads for what equipment reports: its station, a running session, what its meter said."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.domain.access import station_visible_to
from portal.domain.viewer import Viewer
from portal.models import (
    Area,
    Charger,
    ChargingSession,
    Operator,
    Role,
    SessionSample,
    SessionStatus,
    Station,
    Throttle,
    Token,
)

from .paging import AnySelect


def equipment(code: str) -> AnySelect:
    """Operator, whose key it is, and the station's number."""
    return (
        select(Operator, Station.id)
        .join(Area, Area.operator_id == Operator.id)
        .join(Station, Station.area_id == Area.id)
        .where(Station.code == code)
    )


def reporting_station(station_id: int) -> Select[Station]:
    """The station with its area, operator and hardware; PostgreSQL lets one transaction at a time start there."""
    return (
        select(Station)
        .join(Station.area)
        .outerjoin(Area.operator)
        .where(Station.id == station_id)
        .options(
            contains_eager(Station.area).contains_eager(Area.operator),
            selectinload(Station.chargers).selectinload(Charger.connectors),
        )
        .with_for_update(of=Station, key_share=True)
    )


def token_of(uid: str) -> Select[Token]:
    """The token with its driver."""
    return select(Token).where(Token.uid == uid).options(joinedload(Token.driver))


def charges_at(station: Station, driver_id: int, at: datetime) -> Select[int]:
    """The station's number if the driver sees it."""
    driver = Viewer(role=Role.DRIVER, driver_id=driver_id)
    return select(Station.id).where(Station.id == station.id, station_visible_to(driver, at))


def reported_session(station_id: int, external_id: str) -> Select[ChargingSession]:
    """The session that the station calls so, locked."""
    mine = ChargingSession.station_id == station_id
    return select(ChargingSession).where(mine, ChargingSession.external_id == external_id).with_for_update()


def due_sessions(at: datetime, limit: int) -> Select[ChargingSession]:
    """Running sessions whose deadline has passed, the longest due first, but for those that somebody else holds."""
    due = (ChargingSession.status == SessionStatus.RUNNING, ChargingSession.check_at <= at)
    first = (ChargingSession.check_at, ChargingSession.id)
    return select(ChargingSession).where(*due).order_by(*first).limit(limit).with_for_update(skip_locked=True)


def samples_of(session_ids: Sequence[int]) -> Select[SessionSample]:
    """Everything that the meters of these sessions said."""
    return select(SessionSample).where(SessionSample.session_id.in_(session_ids))


def recent_tries(keys: Sequence[str], at: datetime, seconds: int) -> AnySelect:
    """(key, tries, when they began) of those counters that still run."""
    running = Throttle.window > int(at.timestamp()) - seconds
    return select(Throttle.key, Throttle.tries, Throttle.window).where(Throttle.key.in_(keys), running)
