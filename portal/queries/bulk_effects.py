"""What a bulk change of stations or areas would change, and for whom, before it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from portal.domain.access import membership_live, station_open, station_public
from portal.models import Account, AccountStatus, Area, Membership, Operator, Station

from .stations import station_unseen, watched_areas

LISTED = 20
Numbers = dict[int | None, int]  # by operator


@dataclass(frozen=True, slots=True)
class Audience:
    """Stations of one operator (None: of nobody) that the change concerns, and the live members who see hidden ones."""

    operator: str | None
    visible: bool
    open: bool
    stations: int
    members: int


@dataclass(frozen=True, slots=True)
class Handover:
    """What goes from one operator (None: nobody) to another: `losing` and `gaining` members of their networks.

    `stations` are those that are not closed, `users` the logins that no longer manage them.
    """

    operator: str | None
    areas: int
    stations: int
    hidden: int
    losing: int
    gaining: int
    users: int


@dataclass(frozen=True, slots=True)
class Unseen:
    """How many stations nobody will see, and the first of them."""

    count: int
    first: list[Station]


def audiences(session: Session, chosen: ColumnElement[bool], at: datetime) -> list[Audience]:
    """The stations that meet the condition (it may name Station and Area), the largest groups first."""
    is_open, number = station_open(), func.count(Station.id)
    stmt = (
        select(Area.operator_id, Operator.name, Station.visible, is_open, number)
        .select_from(Station)
        .join(Station.area)
        .outerjoin(Area.operator)
        .where(chosen)
        .group_by(Area.operator_id, Operator.name, Station.visible, is_open)
        .order_by(number.desc(), Operator.name)
    )
    rows = session.execute(stmt).all()
    members = _member_numbers(session, {row[0] for row in rows}, at)
    return [Audience(name, seen, up, n, members.get(key, 0)) for key, name, seen, up, n in rows]


def handovers(
    session: Session, chosen: ColumnElement[bool], target: Operator | None, at: datetime
) -> list[Handover]:
    """From whom the areas or stations that meet the condition (it may name both) would go to the target."""
    counted = func.count(Station.id).filter(station_open())
    hidden = func.count(Station.id).filter(station_open(), ~station_public())
    owner = target.id if target else None
    stmt = (
        select(Area.operator_id, Operator.name, func.count(Area.id.distinct()), counted, hidden)
        .outerjoin(Station, Station.area_id == Area.id)
        .outerjoin(Area.operator)
        .where(chosen, Area.operator_id.is_distinct_from(owner))
        .group_by(Area.operator_id, Operator.name)
        .order_by(counted.desc(), Operator.name)
    )
    rows = session.execute(stmt).all()
    former = {row[0] for row in rows}
    members, users = _member_numbers(session, former, at), _user_numbers(session, former)
    staying = _member_numbers(session, former, at, among=owner) if owner is not None else {}
    joining = _member_numbers(session, {owner}, at).get(owner, 0)
    return [
        Handover(
            *(name, areas, stations, hid),
            losing=members.get(key, 0) - staying.get(key, 0),
            gaining=joining - staying.get(key, 0),
            users=users.get(key, 0),
        )
        for key, name, areas, stations, hid in rows
    ]


def unseen(session: Session, chosen: ColumnElement[bool], at: datetime) -> Unseen:
    """Which of them nobody would see once they are hidden (and open), as their areas are assigned now."""
    nobody = and_(chosen, Station.area_id.not_in(watched_areas(at)))
    return _listed(session, nobody)


def unseen_in(session: Session, chosen: ColumnElement[bool], target: Operator | None, at: datetime) -> Unseen:
    """Which of them would be hidden and seen by nobody in the hands of the target."""
    if target is not None and _member_numbers(session, {target.id}, at):
        return Unseen(0, [])
    return _listed(session, and_(chosen, station_open(), ~station_public()))


def unseen_now(session: Session, chosen: ColumnElement[bool], at: datetime) -> Unseen:
    """Which of them are hidden and seen by nobody already."""
    return _listed(session, and_(chosen, station_unseen(at)))


def _listed(session: Session, which: ColumnElement[bool]) -> Unseen:
    found = select(Station).join(Station.area).where(which)
    count = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    first = found.order_by(func.lower(Station.name), Station.id).limit(LISTED)
    return Unseen(count, list(session.scalars(first)) if count else [])


def _member_numbers(
    session: Session, operators: Iterable[int | None], at: datetime, *, among: int | None = None
) -> Numbers:
    """Live members by operator; `among`: only those who are also live members of this one."""
    stmt = select(Membership.operator_id, func.count(Membership.id)).where(
        Membership.operator_id.in_(_known(operators)), membership_live(at)
    )
    if among is not None:
        also = select(Membership.driver_id).where(Membership.operator_id == among, membership_live(at))
        stmt = stmt.where(Membership.driver_id.in_(also))
    return dict(session.execute(stmt.group_by(Membership.operator_id)).all())


def _user_numbers(session: Session, operators: Iterable[int | None]) -> Numbers:
    stmt = select(Account.operator_id, func.count(Account.id)).where(
        Account.operator_id.in_(_known(operators)), Account.status == AccountStatus.ACTIVE
    )
    return dict(session.execute(stmt.group_by(Account.operator_id)).all())


def _known(operators: Iterable[int | None]) -> list[int]:
    return [each for each in operators if each is not None]
