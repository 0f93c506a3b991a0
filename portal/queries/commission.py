"""Reads for the commission: which sessions count, under which terms, and which are left out."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.access import membership_begun, membership_unexpired, session_read_by
from portal.domain.commission import TermsBook
from portal.domain.viewer import Viewer
from portal.models import (
    Area,
    Charger,
    ChargingSession,
    CurrentType,
    Membership,
    Operator,
    SessionDoubt,
    SessionStatus,
    Station,
    Terms,
)

from .paging import AnySelect

Bounds = tuple[datetime, datetime]


def counted_sessions(viewer: Viewer, *where: ColumnElement[bool]) -> AnySelect:
    """The columns of CountedSession of all sessions that count and that the viewer may read, in order of their ends.

    A charger that the station no longer has counts as AC.
    """
    return (
        _readable(
            viewer,
            ChargingSession.id,
            ChargingSession.version,
            ChargingSession.operator_id,
            ChargingSession.area_id,
            ChargingSession.station_id,
            Station.code,
            ChargingSession.charger_uid,
            ChargingSession.connector_number,
            direct_current().label("dc"),
            member_at_start().label("member"),
            ChargingSession.started_at,
            ChargingSession.ended_at,
            func.coalesce(ChargingSession.energy_wh, 0),
            func.coalesce(ChargingSession.net_minor, 0),
            func.coalesce(ChargingSession.vat_minor, 0),
            ChargingSession.currency,
            ChargingSession.driver_id.is_not(None),
        )
        .where(settleable(), *where)
        .order_by(ChargingSession.ended_at, ChargingSession.id)
    )


def left_out(viewer: Viewer, *where: ColumnElement[bool]) -> AnySelect:
    """(operator_id, doubt, currency, sessions, energy_wh, net_minor) of those with an open doubt, one row each kind.

    A session with two doubts is in two rows.
    """
    return (
        _readable(
            viewer,
            ChargingSession.operator_id,
            SessionDoubt.doubt,
            ChargingSession.currency,
            func.count(),
            func.coalesce(func.sum(ChargingSession.energy_wh), 0),
            func.coalesce(func.sum(ChargingSession.net_minor), 0),
        )
        .join(SessionDoubt, and_(SessionDoubt.session_id == ChargingSession.id, _open()))
        .where(ChargingSession.operator_id.is_not(None), *where)
        .group_by(ChargingSession.operator_id, SessionDoubt.doubt, ChargingSession.currency)
        .order_by(ChargingSession.operator_id, SessionDoubt.doubt, ChargingSession.currency)
    )


def settleable() -> ColumnElement[bool]:
    """It ended, somebody owns the charger, and nothing about it is doubtful (SEMANTICS: "Sessions")."""
    doubted = select(SessionDoubt.session_id).where(SessionDoubt.session_id == ChargingSession.id, _open())
    return and_(
        ChargingSession.status != SessionStatus.RUNNING,
        ChargingSession.ended_at.is_not(None),
        ChargingSession.operator_id.is_not(None),
        ~doubted.exists(),
    )


def ended_within(bounds: Mapping[int, Bounds]) -> ColumnElement[bool]:
    """A session belongs to the period in which it ends; each operator (by id) has its own `[from, until)`."""
    operators: dict[Bounds, list[int]] = {}
    for operator_id, span in bounds.items():
        operators.setdefault(span, []).append(operator_id)
    spans = (
        and_(
            ChargingSession.operator_id.in_(ids),
            ChargingSession.ended_at >= since,
            ChargingSession.ended_at < until,
        )
        for (since, until), ids in operators.items()
    )
    return or_(false(), *spans)


def member_at_start() -> ColumnElement[bool]:
    """The driver was a member of the session's operator when it started, whatever was revoked since."""
    started = ChargingSession.started_at
    member = select(Membership.id).where(
        # By the index of the driver: it has few memberships, an operator may have thousands.
        Membership.operator_id + 0 == ChargingSession.operator_id,
        Membership.driver_id == ChargingSession.driver_id,
        Membership.granted_at <= started,
        or_(Membership.revoked_at.is_(None), Membership.revoked_at > started),
        membership_begun(started),
        membership_unexpired(started),
    )
    return member.correlate_except(Membership).exists()


def terms_books(session: Session, operators: Iterable[Operator]) -> dict[int, TermsBook]:
    """The terms of these operators, by their id, each in its zone; one query."""
    zones = {one.id: one.timezone for one in operators}
    versions: dict[int, list[Terms]] = {operator_id: [] for operator_id in zones}
    for terms in session.scalars(select(Terms).where(Terms.operator_id.in_(zones))):
        versions[terms.operator_id].append(terms)
    return {operator_id: TermsBook(zones[operator_id], known) for operator_id, known in versions.items()}


def _readable(viewer: Viewer, *columns: object) -> Select[*tuple[object, ...]]:
    found: AnySelect = (
        select(*columns)  # type: ignore[call-overload]
        .select_from(ChargingSession)
        .join(Station, Station.id == ChargingSession.station_id)
        .join(Area, Area.id == ChargingSession.area_id)
        .where(session_read_by(viewer))
    )
    return found


def direct_current() -> ColumnElement[bool]:
    """Its charger is a DC one now; one that the station no longer has counts as AC."""
    charger = select(Charger.id).where(
        Charger.station_id == ChargingSession.station_id,
        Charger.uid == ChargingSession.charger_uid,
        Charger.current_type == CurrentType.DC,
    )
    return charger.correlate_except(Charger).exists()


def _open() -> ColumnElement[bool]:
    return SessionDoubt.accepted_at.is_(None)
