"""Reads for the page of one session: what its meter said, what is doubtful, what happened to it."""

from collections.abc import Collection

from sqlalchemy import Select, and_, func, or_, select

from portal.domain.viewer import Viewer
from portal.models import AuditEvent, ChargingSession, Driver, SessionDoubt, SessionSample

from .audit import audit_of
from .paging import AnySelect
from .sessions import sessions


def one_session(viewer: Viewer, session_id: int) -> Select[ChargingSession]:
    """The session with station, area, driver and operator, if the viewer may read it."""
    return sessions(viewer).where(ChargingSession.id == session_id)


def session_to_change(viewer: Viewer, session_id: int) -> Select[ChargingSession]:
    """The same, locked until the transaction ends."""
    return one_session(viewer, session_id).with_for_update(of=ChargingSession)


def samples_over_time(charging: ChargingSession, most: int) -> AnySelect:
    """(at, meter_wh, how many there are) from the start on, in order of time.

    Of more than `most` every n-th and the last, so that never more than `most` + 1 come out.
    """
    taken = (
        select(
            SessionSample.at,
            SessionSample.meter_wh,
            func.row_number().over(order_by=(SessionSample.at, SessionSample.closing)).label("n"),
            func.count().over().label("of"),
        )
        .where(SessionSample.session_id == charging.id, SessionSample.at >= charging.started_at)
        .subquery()
    )
    stride = (taken.c.of + most - 1) // most
    every = or_((taken.c.n - 1) % stride == 0, taken.c.n == taken.c.of)
    kept: AnySelect = select(taken.c.at, taken.c.meter_wh, taken.c.of).where(every).order_by(taken.c.n)
    return kept


def last_sample(charging: ChargingSession) -> Select[SessionSample]:
    """The latest of what the meter said, before and after the present instant (narrow it with `where`)."""
    mine = SessionSample.session_id == charging.id
    return select(SessionSample).where(mine).order_by(SessionSample.at.desc()).limit(1)


def doubts_of(charging: ChargingSession) -> Select[SessionDoubt]:
    return (
        select(SessionDoubt).where(SessionDoubt.session_id == charging.id).order_by(SessionDoubt.doubt.asc())
    )


def beside(viewer: Viewer, charging: ChargingSession) -> Select[ChargingSession]:
    """Other sessions on the same connector at the same time, as far as the viewer may read them."""
    end = charging.ended_at or charging.started_at
    other_end = func.coalesce(ChargingSession.ended_at, ChargingSession.started_at)
    there = and_(
        ChargingSession.station_id == charging.station_id,
        ChargingSession.charger_uid == charging.charger_uid,
        ChargingSession.connector_number == charging.connector_number,
        ChargingSession.id != charging.id,
    )
    overlaps = and_(ChargingSession.started_at < end, other_end > charging.started_at)
    same = ChargingSession.started_at == charging.started_at
    return sessions(viewer).where(there, or_(overlaps, same)).order_by(ChargingSession.started_at)


def history(viewer: Viewer, charging: ChargingSession) -> AnySelect:
    """(AuditEvent, code of its operator) of what happened to the session, the latest first."""
    return audit_of(viewer, charging).order_by(AuditEvent.id.desc())


def numbers_of(ids: Collection[int]) -> AnySelect:
    """(id, number) of these drivers."""
    found: AnySelect = select(Driver.id, Driver.number).where(Driver.id.in_(ids))
    return found
