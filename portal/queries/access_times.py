"""From when to when: what a station was over time, and in which periods a driver could see what."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import CTE, ColumnElement, Row, and_, or_, select, union
from sqlalchemy.orm import aliased, contains_eager

from portal.domain.access import (
    AnyColumn,
    driver_active,
    membership_begun,
    membership_live,
    membership_managed_by,
    membership_unexpired,
    membership_unrevoked,
    operator_active,
    station_in_network_of,
    station_managed_by,
    station_open,
    station_public,
    station_visible_to,
)
from portal.domain.past import world_at
from portal.domain.viewer import ANONYMOUS, Viewer
from portal.models import (
    Area,
    AreaPast,
    Driver,
    DriverPast,
    Membership,
    Operator,
    OperatorPast,
    Role,
    Station,
    StationPast,
)

from .paging import AnySelect
from .then import areas_of, member_then, station_at

MOST = 100


class End(StrEnum):
    """Why a period ended, or will."""

    OPEN = "open"
    REVOKED = "revoked"
    EXPIRED = "expired"
    FUTURE = "future"
    OPERATOR_INACTIVE = "operator_inactive"
    DRIVER_INACTIVE = "driver_inactive"


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when (None: no end in sight) a membership opened the operator's hidden stations.

    `since` is None for a membership that was never in force; `end` then says what stood in its way.
    """

    membership: Membership
    since: datetime | None
    until: datetime | None
    end: End


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a station was, and who saw it, from one change to the next (None: until now and on).

    Not `known`: it was not in the asker's network. `operator` is whose it was; `sees` and `member` are about the
    driver asked for.
    """

    since: datetime
    until: datetime | None
    operator: Operator | None
    known: bool
    open: bool
    public: bool
    member: bool
    sees: bool


def membership_moments(asking: Viewer, driver: Driver) -> AnySelect:
    """What `membership_periods` reads: each membership at each moment at which something about it changed."""
    mine = and_(Membership.driver_id == driver.id, membership_managed_by(asking))
    networks = select(Membership.operator_id).where(mine)
    dates = (Membership.granted_at, Membership.valid_from, Membership.valid_to, Membership.revoked_at)
    moments = union(
        *(select(Membership.operator_id.label("network"), date.label("t")).where(mine) for date in dates),
        select(OperatorPast.operator_id, OperatorPast.until).where(OperatorPast.operator_id.in_(networks)),
        select(Membership.operator_id, DriverPast.until)
        .join(DriverPast, DriverPast.driver_id == Membership.driver_id)
        .where(mine),
    ).cte("moments")
    t, world = moments.c.t, world_at(moments.c.t)
    return (
        select(
            Membership,
            t,
            member_then(world, membership_live(t, world)),
            member_then(world, membership_unrevoked(world)),
            member_then(world, membership_unexpired(t, world)),
            member_then(world, membership_begun(t, world)),
            operator_active(Membership.operator_id, world),
            driver_active(Membership.driver_id, world),
        )
        .join(moments, moments.c.network == Membership.operator_id)
        .join(Membership.operator)
        .options(contains_eager(Membership.operator))
        .where(mine, t >= Membership.granted_at, _not_after_its_end(t))
        .order_by(Membership.granted_at.desc(), Membership.id.desc(), t)
    )


def membership_periods(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Period]:
    """The newest membership first, its periods in the order of time."""
    by_membership = groupby(rows, key=lambda row: row[0].id)
    return [period for _, its_rows in by_membership for period in _periods(list(its_rows))]


def station_moments(asking: Viewer, station: Station, driver: Driver | None, at: datetime) -> AnySelect:
    """What `stretches` reads: the station at each moment at which something changed, the latest first."""
    areas = areas_of(station)
    t = _station_moments(station, areas, driver, at).c.t
    world = world_at(t, areas=Area.id.in_(areas))
    subject = Viewer(role=Role.DRIVER, driver_id=driver.id) if driver else ANONYMOUS
    then, assigned, operator = world.station, world.area, aliased(Operator)
    owner = (
        select(assigned.operator_id)
        .join_from(assigned, then, then.area_id == assigned.id)
        .where(then.id == station.id, station_managed_by(asking, world))
        .correlate_except(assigned, then)
    )

    def held(*clauses: ColumnElement[bool]) -> ColumnElement[bool]:
        return station_at(world, station.id, station_managed_by(asking, world), *clauses)

    return (
        select(
            t,
            held(),
            held(station_open(world)),
            held(station_public(world)),
            held(station_in_network_of(subject, t, world)),
            held(station_visible_to(subject, t, world)),
            operator,
        )
        .outerjoin(operator, operator.id == owner.scalar_subquery())
        .order_by(t.desc())
    )


def stretches(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Stretch]:
    """The latest first; moments at which nothing changed for the reader are not told apart."""
    found: list[Stretch] = []
    until: datetime | None = None
    for since, known, is_open, public, member, sees, operator in rows:
        said = (bool(each) for each in (known, is_open, public, member, sees))
        now = Stretch(since, until, operator, *said)
        until = since
        if found and _same(found[-1], now):
            found[-1] = replace(found[-1], since=since)
        else:
            found.append(now)
    return found


def _same(later: Stretch, earlier: Stretch) -> bool:
    return later == replace(earlier, since=later.since, until=later.until)


def _station_moments(station: Station, areas: Any, driver: Driver | None, at: datetime) -> CTE:
    parts: list[Any] = [
        select(Station.created_at.label("t")).where(Station.id == station.id),
        select(StationPast.until).where(StationPast.station_id == station.id),
        select(AreaPast.until).where(AreaPast.area_id.in_(areas)),
    ]
    if driver is not None:
        mine = Membership.driver_id == driver.id
        networks = select(Membership.operator_id).where(mine)
        dates = (Membership.granted_at, Membership.valid_from, Membership.valid_to, Membership.revoked_at)
        parts += [select(date).where(mine) for date in dates]
        parts.append(select(OperatorPast.until).where(OperatorPast.operator_id.in_(networks)))
        parts.append(select(DriverPast.until).where(DriverPast.driver_id == driver.id))
    every = union(*parts).subquery()
    t = every.c.t
    return select(t).where(t >= station.created_at, t <= at).order_by(t.desc()).limit(MOST).cte("moments")


def _not_after_its_end(t: AnyColumn) -> ColumnElement[bool]:
    return or_(Membership.revoked_at.is_(None), Membership.revoked_at >= t)


def _periods(rows: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Period]:
    """The periods of one membership, from its rows in the order of time."""
    membership, since, ever = rows[0][0], None, False
    for row in rows:
        t, live = row[1], bool(row[2])
        if live and since is None:
            since, ever = t, True
        elif not live and since is not None:
            yield Period(membership, since, t, _end(row))
            since = None
    if since is not None:
        yield Period(membership, since, None, End.OPEN)
    elif not ever:
        yield Period(membership, None, None, _end(rows[-1]))


def _end(row: Row[*tuple[Any, ...]]) -> End:
    """The first clause that does not hold, in the order of the rule."""
    ends = (End.REVOKED, End.EXPIRED, End.FUTURE, End.OPERATOR_INACTIVE, End.DRIVER_INACTIVE)
    return next((end for end, holds in zip(ends, row[3:8], strict=True) if not holds), End.OPEN)
