"""Reads of charging sessions."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from portal.domain.access import session_read_by
from portal.domain.viewer import Viewer
from portal.models import Area, ChargingSession, Driver, Operator, Station

from .paging import AnySelect


def sessions(viewer: Viewer) -> Select[ChargingSession]:
    """Sessions that the viewer may read, with their station, area, driver and operator of that time."""
    return (
        select(ChargingSession)
        .join(ChargingSession.station)
        .join(ChargingSession.area)
        .outerjoin(ChargingSession.driver)
        .outerjoin(ChargingSession.operator)
        .where(session_read_by(viewer))
        .options(
            contains_eager(ChargingSession.station),
            contains_eager(ChargingSession.area),
            contains_eager(ChargingSession.driver),
            contains_eager(ChargingSession.operator),
        )
    )


def recent_sessions(viewer: Viewer, *where: Any, limit: int = 10) -> Select[ChargingSession]:
    """The latest sessions that meet the conditions."""
    newest = (ChargingSession.started_at.desc(), ChargingSession.id.desc())
    return sessions(viewer).where(*where).order_by(*newest).limit(limit)


def session_totals(stmt: AnySelect) -> AnySelect:
    """One row a currency: currency, sessions, energy_wh, net_minor, vat_minor."""
    found: AnySelect = (
        stmt.order_by(None)
        .with_only_columns(
            ChargingSession.currency,
            func.count(ChargingSession.id).label("sessions"),
            func.coalesce(func.sum(ChargingSession.energy_wh), 0).label("energy_wh"),
            func.coalesce(func.sum(ChargingSession.net_minor), 0).label("net_minor"),
            func.coalesce(func.sum(ChargingSession.vat_minor), 0).label("vat_minor"),
        )
        .group_by(ChargingSession.currency)
        .order_by(ChargingSession.currency)
    )
    return found


def at_station(stmt: AnySelect, code: str) -> AnySelect:
    return stmt.where(Station.code == code.upper())


def in_area(stmt: AnySelect, code: str) -> AnySelect:
    return stmt.where(Area.code == code.upper())


def of_operator(stmt: AnySelect, code: str) -> AnySelect:
    return stmt.where(Operator.code == code.upper())


def of_driver(stmt: AnySelect, number: str) -> AnySelect:
    return stmt.where(Driver.number == number.upper())


def lasted(session: ChargingSession) -> timedelta | None:
    """From start to end; None while it runs."""
    return session.ended_at - session.started_at if session.ended_at is not None else None
