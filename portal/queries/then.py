"""Who could see a station at a moment of the past: the rule of who sees what, read over the world as it was."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, literal, select, union
from sqlalchemy.orm import aliased

from portal.domain.access import (
    AnyColumn,
    World,
    membership_live,
    station_in_networks,
    station_managed_by,
    station_open,
    station_public,
)
from portal.domain.past import world_at
from portal.domain.viewer import Viewer
from portal.models import Area, Driver, Membership, Operator, Station, StationPast

from .paging import AnySelect


@dataclass(frozen=True, slots=True)
class StationThen:
    """What a station was at a moment. Not `known`: it did not exist, or was not in the asker's network then."""

    known: bool
    open: bool
    public: bool
    area: Area | None
    operator: Operator | None


def station_then(asking: Viewer, station: Station, moment: datetime) -> AnySelect:
    """What `station_then_of` reads; no row where the asker learns nothing of that time."""
    world = world_at(moment, areas=Area.id.in_(areas_of(station)))
    area, operator = aliased(Area), aliased(Operator)
    then, assigned = world.station, world.area
    return (
        select(station_open(world), station_public(world), area, operator)
        .select_from(then)
        .join(assigned, assigned.id == then.area_id)
        .join(area, area.id == then.area_id)
        .outerjoin(operator, operator.id == assigned.operator_id)
        .where(then.id == station.id, station_managed_by(asking, world))
    )


def station_then_of(row: Row[*tuple[Any, ...]] | None) -> StationThen:
    """From the row of `station_then`, or from its absence."""
    if row is None:
        return StationThen(False, False, False, None, None)
    return StationThen(True, bool(row[0]), bool(row[1]), row[2], row[3])


def audience_then(asking: Viewer, station: Station, then: StationThen, moment: datetime) -> AnySelect:
    """(Driver, Membership) of those who could see the station through the private network at the moment.

    `then` says whose it was: where it was nobody's, there is no such driver.
    """
    owner = literal(then.operator.id if then.operator else None, Membership.operator_id.type)
    members = select(Membership.driver_id).where(Membership.operator_id == owner)
    world = world_at(moment, areas=Area.id.in_(areas_of(station)), drivers=Driver.id.in_(members))
    through_the_network = station_at(
        world,
        station.id,
        station_managed_by(asking, world),
        station_open(world),
        station_in_networks([owner], world),
    )
    found: AnySelect = (
        select(Driver, Membership)
        .join(Membership, Membership.driver_id == Driver.id)
        .where(
            Membership.operator_id == owner,
            member_then(world, membership_live(moment, world)),
            through_the_network,
        )
    )
    return found


def areas_of(station: Station) -> Select[int]:
    """Ids of the areas that the station stands or ever stood in."""
    now = select(Station.area_id.label("id")).where(Station.id == station.id)
    then = select(StationPast.area_id).where(StationPast.station_id == station.id)
    return select(union(now, then).subquery("stood_in").c.id)


def member_then(world: World, *clauses: ColumnElement[bool]) -> ColumnElement[bool]:
    """The membership of the query around it was granted by then, and the clauses hold of it as it was."""
    then = world.membership
    return select(then.id).where(then.id == Membership.id, *clauses).correlate_except(then).exists()


def station_at(
    world: World, station_id: int | AnyColumn, *clauses: ColumnElement[bool]
) -> ColumnElement[bool]:
    """The station existed then, and the clauses hold of it as it was."""
    then = world.station
    return select(then.id).where(and_(then.id == station_id, *clauses)).correlate_except(then).exists()
