"""Reads for the commission report: which sessions it counts and leaves out, what its groups are called."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.access import operator_managed_by
from portal.domain.commission_report import CountedSession
from portal.domain.report_groups import By, Current, DriverKind
from portal.domain.viewer import Viewer
from portal.models import Area, ChargingSession, Operator, SessionStatus, Station

from .commission import Bounds, counted_sessions, direct_current, left_out, member_at_start
from .paging import AnySelect

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class ReportScope:
    """Which sessions: of the viewer's, those that ended within `spans`, `[from, until)` by the operator's zone.

    `operators` are ids, none of them is all; the rest narrows further where it is not empty.
    """

    viewer: Viewer
    spans: Mapping[str, Bounds]
    operators: tuple[int, ...] = ()
    area: str = ""
    station: str = ""
    driver: DriverKind | None = None
    current: Current | None = None
    currency: str = ""


def counted(scope: ReportScope) -> AnySelect:
    """The columns of CountedSession, in no order."""
    return counted_sessions(
        scope.viewer, *_narrowed(scope), _within(scope, ChargingSession.ended_at)
    ).order_by(None)


def read_counted(session: Session, scope: ReportScope) -> Iterator[CountedSession]:
    """The same as rows, a few thousand of them at a time in memory."""
    return map(CountedSession._make, session.execute(counted(scope).execution_options(yield_per=AT_ONCE)))


def left_out_of(scope: ReportScope) -> AnySelect:
    """As `commission.left_out`; a session without an end is left out of the period in which it started."""
    endless = and_(
        ChargingSession.ended_at.is_(None),
        ChargingSession.status != SessionStatus.RUNNING,
        _within(scope, ChargingSession.started_at),
    )
    return left_out(scope.viewer, *_narrowed(scope), or_(_within(scope, ChargingSession.ended_at), endless))


def report_operators(viewer: Viewer) -> AnySelect:
    """The operators that the viewer reads reports of, archived ones too."""
    found: AnySelect = select(Operator).where(operator_managed_by(viewer)).order_by(Operator.code)
    return found


def report_zones(viewer: Viewer) -> AnySelect:
    """Their zones."""
    found: AnySelect = select(Operator.timezone).where(operator_managed_by(viewer)).distinct()
    return found.order_by(Operator.timezone)


def names_of(session: Session, by: By, ids: Collection[Any]) -> dict[int, tuple[str, str]]:
    """Code and name of operators, areas or stations by their id."""
    kind: Any = {By.OPERATOR: Operator, By.AREA: Area, By.STATION: Station}[by]
    found: dict[int, tuple[str, str]] = {}
    known = sorted(ids)
    for start in range(0, len(known), AT_ONCE):  # a statement takes only so many values
        stmt = select(kind.id, kind.code, kind.name).where(kind.id.in_(known[start : start + AT_ONCE]))
        found |= {number: (code, name) for number, code, name in session.execute(stmt)}
    return found


def _narrowed(scope: ReportScope) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if scope.operators:
        found.append(ChargingSession.operator_id.in_(scope.operators))
    if scope.area:
        found.append(Area.code == scope.area.upper())
    if scope.station:
        found.append(Station.code == scope.station.upper())
    if scope.currency:
        found.append(ChargingSession.currency == scope.currency)
    if scope.current:
        found.append(direct_current() if scope.current is Current.DC else ~direct_current())
    if scope.driver is DriverKind.UNKNOWN:
        found.append(ChargingSession.driver_id.is_(None))
    elif scope.driver is DriverKind.MEMBER:
        found.append(member_at_start())
    elif scope.driver is DriverKind.OTHER:
        found += [ChargingSession.driver_id.is_not(None), ~member_at_start()]
    return found


def _within(
    scope: ReportScope, instant: InstrumentedAttribute[datetime | None] | InstrumentedAttribute[datetime]
) -> ColumnElement[bool]:
    """Bounds of all zones first, so that an index serves; then those of each operator's own."""
    if not scope.spans:
        return false()
    first, last = min(span[0] for span in scope.spans.values()), max(span[1] for span in scope.spans.values())
    around = and_(instant >= first, instant < last)
    if len(scope.spans) == 1:
        [zone] = scope.spans
        return around if scope.operators else and_(around, _in_zone(zone))
    return and_(
        around,
        or_(
            *(
                and_(instant >= since, instant < until, _in_zone(zone))
                for zone, (since, until) in scope.spans.items()
            )
        ),
    )


def _in_zone(zone: str) -> ColumnElement[bool]:
    return ChargingSession.operator_id.in_(select(Operator.id).where(Operator.timezone == zone))
