"""How the network grew: what came new in each local month. Each function is one query."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, select

from portal.domain.access import (
    driver_managed_by,
    membership_managed_by,
    session_read_by,
    station_managed_by,
)
from portal.domain.days import month_bounds, next_month
from portal.domain.viewer import Viewer
from portal.models import ChargingSession, Driver, Membership, Station

from .paging import AnySelect, Expression

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """A local month by its first day, with its bounds in UTC."""

    first: date
    start: datetime
    end: datetime


def last_months(zone: str, at: datetime, count: int = MONTHS) -> list[Month]:
    """The present local month and those before it, the oldest first."""
    present = at.astimezone(ZoneInfo(zone)).date()
    firsts = [next_month(present, -back) for back in range(count - 1, -1, -1)]
    return [Month(first, *month_bounds(zone, first)) for first in firsts]


def new_stations(viewer: Viewer, months: list[Month]) -> AnySelect:
    return _by_month(Station.created_at, months, station_managed_by(viewer))


def new_drivers(viewer: Viewer, months: list[Month]) -> AnySelect:
    return _by_month(Driver.created_at, months, driver_managed_by(viewer))


def new_members(viewer: Viewer, months: list[Month]) -> AnySelect:
    """Memberships granted, those that ended since included."""
    return _by_month(Membership.granted_at, months, membership_managed_by(viewer))


def new_sessions(viewer: Viewer, months: list[Month]) -> AnySelect:
    """Sessions by their start."""
    return _by_month(ChargingSession.started_at, months, session_read_by(viewer))


def _by_month(instant: Expression, months: list[Month], managed: ColumnElement[bool]) -> AnySelect:
    """One row with a count for each month."""
    counts: list[Any] = [
        func.coalesce(func.sum(case(((instant >= month.start) & (instant < month.end), 1), else_=0)), 0)
        for month in months
    ]
    return select(*counts).where(managed, instant >= months[0].start, instant < months[-1].end)
