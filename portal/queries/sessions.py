"""Reads of charging sessions."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import contains_eager

from portal.domain.access import session_read_by
from portal.domain.viewer import Viewer
from portal.models import Area, ChargingSession, Doubt, Driver, Operator, SessionDoubt, Station

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
    """One row a currency: currency, sessions, energy_wh, charging_s, net_minor, vat_minor."""
    found: AnySelect = (
        stmt.order_by(None)
        .with_only_columns(
            ChargingSession.currency,
            func.count(ChargingSession.id).label("sessions"),
            func.coalesce(func.sum(ChargingSession.energy_wh), 0).label("energy_wh"),
            func.coalesce(func.sum(ChargingSession.charging_s), 0).label("charging_s"),
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


def doubtful(stmt: AnySelect, doubt: Doubt | None = None) -> AnySelect:
    """Those with this doubt, or any, that nobody has accepted."""
    return stmt.where(ChargingSession.id.in_(_doubted(SessionDoubt.accepted_at.is_(None), doubt)))


def undoubted(stmt: AnySelect) -> AnySelect:
    """Those without any doubt that nobody has accepted."""
    return stmt.where(ChargingSession.id.not_in(_doubted(SessionDoubt.accepted_at.is_(None))))


def accepted(stmt: AnySelect) -> AnySelect:
    """Those with a doubt that somebody has accepted."""
    return stmt.where(ChargingSession.id.in_(_doubted(SessionDoubt.accepted_at.is_not(None))))


def _doubted(state: ColumnElement[bool], doubt: Doubt | None = None) -> Select[int]:
    found = select(SessionDoubt.session_id).where(state)
    return found if doubt is None else found.where(SessionDoubt.doubt == doubt)


def doubts_of(ids: Collection[int]) -> Select[SessionDoubt]:
    """The doubts of these sessions, open ones first."""
    open_first = SessionDoubt.accepted_at.is_not(None)
    found = select(SessionDoubt).where(SessionDoubt.session_id.in_(ids))
    return found.order_by(SessionDoubt.session_id, open_first, SessionDoubt.doubt)


def zones_of(viewer: Viewer, fallback: str) -> Select[str]:
    """The zones of the operators of the viewer's sessions; `fallback` for sessions without one."""
    zone = func.coalesce(Operator.timezone, fallback)
    found = select(zone).select_from(ChargingSession).outerjoin(ChargingSession.operator)
    return found.where(session_read_by(viewer)).distinct()


def in_zones(fallback: str, conditions: Iterable[tuple[str, ColumnElement[bool]]]) -> ColumnElement[bool]:
    """What holds in the zone of the session's operator, given for each zone."""
    zone = func.coalesce(Operator.timezone, fallback)
    return or_(false(), *(and_(zone == name, condition) for name, condition in conditions))


def lasted(session: ChargingSession) -> timedelta | None:
    """From start to end; None while it runs."""
    return session.ended_at - session.started_at if session.ended_at is not None else None
