"""What analytics sum up, in SQL: sessions by the instant at which they end, and the time that connectors are occupied.

Buckets are found without any function for time zones (SQLite has none): see `Clock` of domain/buckets.py. Instants
count in whole seconds. Occupied time concerns the stations that the reader manages now, with their present connectors.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, case, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from portal.domain.access import station_managed_by
from portal.domain.buckets import DAY_S, HOUR_S, Clock
from portal.domain.periods import Grain, Period
from portal.domain.viewer import Viewer
from portal.models import (
    Area,
    Charger,
    ChargingSession,
    Connector,
    Operator,
    SessionStatus,
    Station,
    StationStatus,
)

from .paging import AnySelect
from .sessions import at_station, in_area, sessions
from .unix_time import unix_seconds

IN_USE = (StationStatus.AVAILABLE, StationStatus.UNAVAILABLE)
WEEK_HOURS, EPOCH_HOUR = 168, 72  # 1970 began on a Thursday; weeks begin on Monday
PLACE, OWNER = aliased(Area), aliased(Operator)


class Group(StrEnum):
    OPERATOR = "operator"
    AREA = "area"
    STATION = "station"
    CHARGER = "charger"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose sessions and connectors: what the viewer may read, less what these leave out. `operators` are ids."""

    viewer: Viewer
    operators: tuple[int, ...] = ()
    area: str = ""
    station: str = ""


def by_time(scope: Scope, period: Period, grain: Grain) -> AnySelect:
    """A row for each bucket and currency: the two parts of the bucket's key (days for months), then the sums."""
    clock = Clock.of(period.zone, period.start, period.end)
    stmt = _ended(scope, period).add_columns(unix_seconds(ChargingSession.ended_at).label("at_s"))
    rows = stmt.subquery()
    keyed = select(*_key(rows.c.at_s, clock, grain), *(rows.c[name] for name in SUMMED)).subquery()
    return _summed(keyed, keyed.c.n, keyed.c.unit)


def totals(scope: Scope, period: Period) -> AnySelect:
    """A row for each currency with the sums."""
    return _summed(_ended(scope, period).subquery())


def by_group(scope: Scope, period: Period, group: Group) -> AnySelect:
    """A row for each group and currency: code, name, part (of a station), then the sums."""
    code, name, part = {
        Group.OPERATOR: (Operator.code, Operator.name, literal("")),
        Group.AREA: (Area.code, Area.name, literal("")),
        Group.STATION: (Station.code, Station.name, literal("")),
        Group.CHARGER: (Station.code, Station.name, ChargingSession.charger_uid),
    }[group]
    named: list[Any] = [
        func.coalesce(each, "").label(label)
        for each, label in ((code, "code"), (name, "name"), (part, "part"))
    ]
    rows = _ended(scope, period).add_columns(*named).subquery()
    return _summed(rows, rows.c.code, rows.c.name, rows.c.part)


def occupied_steps(scope: Scope, period: Period, grain: Grain, at: datetime) -> AnySelect:
    """How the number of occupied connectors changes: a row for each bucket with its key, the sum of all changes
    (+1 where somebody plugs in, -1 where somebody leaves) and the sum of change × second."""
    clock = Clock.of(period.zone, period.start, period.end)
    rows = _plugged(scope, period, at).subquery()
    both = union_all(select(literal(1, Integer).label("step")), select(literal(-1, Integer))).subquery()
    at_s = case((both.c.step == 1, rows.c.from_s), else_=rows.c.to_s).label("at_s")
    steps = select(at_s, both.c.step).join_from(rows, both, or_(both.c.step == 1, rows.c.left)).subquery()
    keyed = select(*_key(steps.c.at_s, clock, grain), steps.c.at_s, steps.c.step).subquery()
    moments = func.sum(keyed.c.step * keyed.c.at_s)
    key = (keyed.c.n, keyed.c.unit)
    return select(*key, func.sum(keyed.c.step), moments).group_by(*key)


def occupied(scope: Scope, period: Period, at: datetime, group: Group | None = None) -> AnySelect:
    """A row for each group (code, name, part), or one: seconds for which connectors were occupied."""
    named = _placed(group, ChargingSession.charger_uid)
    stmt = _plugged(scope, period, at).add_columns(*named)
    rows = stmt.subquery()
    key = [rows.c[column.name] for column in named]
    seconds = func.coalesce(func.sum(rows.c.to_s - rows.c.from_s), 0)
    return select(*key, seconds).group_by(*key)


def connectors(scope: Scope, period: Period, at: datetime, group: Group | None = None) -> AnySelect:
    """A row for each group (code, name, part), or one: present connectors of its stations.

    Those of stations that are planned or closed count where somebody charged there in the period all the same.
    """
    charged = _plugged(scope, period, at).with_only_columns(ChargingSession.station_id)
    named = _placed(group, Charger.uid)
    stmt = (
        select(*named, Connector.id)
        .join_from(Connector, Charger, Charger.id == Connector.charger_id)
        .join(Station, Station.id == Charger.station_id)
        .join(PLACE, PLACE.id == Station.area_id)
        .outerjoin(OWNER, OWNER.id == PLACE.operator_id)
        .where(*_stations(scope), or_(Station.status.in_(IN_USE), Station.id.in_(charged)))
    )
    rows = stmt.subquery()
    key = [rows.c[column.name] for column in named]
    return select(*key, func.count(rows.c.id)).group_by(*key)


def began_in_week(scope: Scope, period: Period) -> AnySelect:
    """(hour of the week, sessions that began in it); hour 0 is Monday's first one in the period's zone."""
    clock = Clock.of(period.zone, period.start, period.end)
    started = ChargingSession.started_at
    stmt = _readable(scope).where(started >= period.start, started < period.end)
    rows = stmt.with_only_columns(unix_seconds(started).label("at_s")).subquery()
    _n, hour = _key(rows.c.at_s, clock, Grain.HOUR)
    keyed = select(((hour.element + EPOCH_HOUR) % WEEK_HOURS).label("cell")).subquery()
    return select(keyed.c.cell, func.count()).group_by(keyed.c.cell)


SUMMED = ("currency", "energy_wh", "net_minor", "vat_minor", "seconds")


def _readable(scope: Scope) -> AnySelect:
    stmt: AnySelect = sessions(scope.viewer)
    if scope.operators:
        stmt = stmt.where(ChargingSession.operator_id.in_(scope.operators))
    if scope.area:
        stmt = in_area(stmt, scope.area)
    return at_station(stmt, scope.station) if scope.station else stmt


def _ended(scope: Scope, period: Period) -> AnySelect:
    """One row a session that ended in the period, with what is summed."""
    ended, begun = ChargingSession.ended_at, ChargingSession.started_at
    stmt: AnySelect = (
        _readable(scope)
        .where(ended >= period.start, ended < period.end)
        .with_only_columns(
            ChargingSession.currency.label("currency"),
            ChargingSession.energy_wh.label("energy_wh"),
            ChargingSession.net_minor.label("net_minor"),
            ChargingSession.vat_minor.label("vat_minor"),
            (unix_seconds(ended) - unix_seconds(begun)).label("seconds"),
        )
    )
    return stmt


def _summed(rows: FromClause, *key: ColumnElement[Any]) -> AnySelect:
    """The key, then currency, sessions, energy in Wh, net and VAT in minor units, seconds from start to end."""
    sums = [func.coalesce(func.sum(rows.c[name]), 0).label(name) for name in SUMMED[1:]]
    return select(*key, rows.c.currency, func.count().label("sessions"), *sums).group_by(
        *key, rows.c.currency
    )


def _plugged(scope: Scope, period: Period, at: datetime) -> AnySelect:
    """One row a session that occupied a connector in the period: from when until when of it, in Unix seconds.

    `left` says whether it ended by then; one that runs occupies until now, one without known end not at all.
    """
    until = period.known(at)
    begun, ended = ChargingSession.started_at, ChargingSession.ended_at
    runs = ended.is_(None) & (ChargingSession.status == SessionStatus.RUNNING)
    start_s, until_s = int(period.start.timestamp()), int(until.timestamp())
    stmt: AnySelect = _readable(Scope(scope.viewer, scope.operators))
    return (
        stmt.join(PLACE, PLACE.id == Station.area_id)
        .outerjoin(OWNER, OWNER.id == PLACE.operator_id)
        # The beginning is no bound for an index: nearly all sessions began before.
        .where(or_(ended > period.start, runs), unix_seconds(begun) < until_s, *_stations(scope))
        .with_only_columns(
            case((begun < period.start, start_s), else_=unix_seconds(begun)).label("from_s"),
            case((ended < until, unix_seconds(ended)), else_=until_s).label("to_s"),
            (func.coalesce(ended, until) < until).label("left"),
        )
    )


def _stations(scope: Scope) -> list[ColumnElement[bool]]:
    """Conditions on Station and PLACE, the area in which it stands now."""
    found = [station_managed_by(scope.viewer)]
    if scope.operators:
        found.append(PLACE.operator_id.in_(scope.operators))
    if scope.area:
        found.append(PLACE.code == scope.area.upper())
    if scope.station:
        found.append(Station.code == scope.station.upper())
    return found


def _placed(group: Group | None, charger: Any) -> list[Any]:
    """Labelled code, name and part of a group as things stand now."""
    if group is None:
        return []
    code, name, part = {
        Group.OPERATOR: (func.coalesce(OWNER.code, ""), func.coalesce(OWNER.name, ""), literal("")),
        Group.AREA: (PLACE.code, PLACE.name, literal("")),
        Group.STATION: (Station.code, Station.name, literal("")),
        Group.CHARGER: (Station.code, Station.name, charger),
    }[group]
    return [code.label("code"), name.label("name"), part.label("part")]


def _key(at_s: ColumnElement[int], clock: Clock, grain: Grain) -> tuple[Any, Any]:
    """Labelled n and unit, as in `Clock.key`."""
    changes = [int(change.timestamp()) for change in reversed(clock.changes)]
    numbers = range(len(changes), 0, -1)
    n: Any = literal(0, Integer)
    offset: Any = literal(clock.offsets[0], Integer)
    if changes:
        n = case(*((at_s >= c, k) for c, k in zip(changes, numbers, strict=True)), else_=0)
        later = ((at_s >= c, clock.offsets[k]) for c, k in zip(changes, numbers, strict=True))
        offset = case(*later, else_=clock.offsets[0])
    local = at_s + offset
    if grain is Grain.HOUR:
        return n.label("n"), (local // HOUR_S).label("unit")
    return literal(0, Integer).label("n"), (local // DAY_S).label("unit")
