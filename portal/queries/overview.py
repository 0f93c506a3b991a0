"""What an operator's dashboard shows; each function is one query."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from portal.domain.access import membership_live, session_read_by, station_managed_by
from portal.domain.days import day_bounds
from portal.domain.viewer import Viewer
from portal.models import ChargingSession, Driver, Membership, SessionStatus, Station, StationStatus

EXPIRING = timedelta(days=14)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Today:
    """The local day that contains an instant, as UTC bounds."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, zone: str, at: datetime) -> "Today":
        return cls(*day_bounds(zone, at.astimezone(ZoneInfo(zone)).date()))

    @property
    def met(self) -> ColumnElement[bool]:
        """Sessions that started on this day, or that still run on it."""
        started, running = ChargingSession.started_at, ChargingSession.status == SessionStatus.RUNNING
        return and_(started < self.end, or_(started >= self.start, running))

    @property
    def ended(self) -> ColumnElement[bool]:
        """Those of them that are over."""
        return and_(self.met, ChargingSession.status != SessionStatus.RUNNING)


def station_counts(viewer: Viewer) -> Select[Any]:
    """One row: visible, hidden, unavailable (closed ones left out)."""
    open_ = Station.status != StationStatus.CLOSED
    return select(
        func.coalesce(func.sum(case((Station.visible.is_(True), 1), else_=0)), 0).label("visible"),
        func.coalesce(func.sum(case((Station.visible.is_(False), 1), else_=0)), 0).label("hidden"),
        func.coalesce(func.sum(case((Station.status == StationStatus.UNAVAILABLE, 1), else_=0)), 0).label(
            "unavailable"
        ),
    ).where(station_managed_by(viewer), open_)


def session_counts(viewer: Viewer, today: Today) -> Select[Any]:
    """One row: sessions started today, their energy in Wh, and how many run now."""
    running = ChargingSession.status == SessionStatus.RUNNING
    started = ChargingSession.started_at >= today.start
    return select(
        func.coalesce(func.sum(case((started, 1), else_=0)), 0).label("sessions"),
        func.coalesce(func.sum(case((started, ChargingSession.energy_wh), else_=0)), 0).label("energy_wh"),
        func.coalesce(func.sum(case((running, 1), else_=0)), 0).label("running"),
    ).where(session_read_by(viewer), today.met)


def expiring_members(viewer: Viewer, at: datetime) -> Select[Driver, Membership]:
    """Driver and membership of those whose access ends within EXPIRING, the soonest first."""
    return (
        select(Driver, Membership)
        .join(Membership, Membership.driver_id == Driver.id)
        .where(
            Membership.operator_id == viewer.operator_id,
            membership_live(at),
            Membership.valid_to <= at + EXPIRING,
        )
        .order_by(Membership.valid_to, Driver.id)
        .limit(SHOWN)
    )
