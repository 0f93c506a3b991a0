"""Why somebody sees a station or does not: the verdict of the rule, and what each of its clauses says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Row, Select, and_, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.domain.access import (
    driver_active,
    driver_explained_to,
    driver_remembered_by,
    membership_begun,
    membership_unexpired,
    membership_unrevoked,
    operator_active,
    operator_managed_by,
    station_in_network_of,
    station_open,
    station_public,
    station_visible_to,
)
from portal.domain.viewer import Viewer
from portal.models import Area, Driver, Membership, Operator, Role, Station

from .paging import AnySelect
from .stations import station, stations

T = TypeVar("T")

SUGGESTIONS = 10


class Reason(StrEnum):
    """What decides; the first four are why somebody sees the station."""

    PUBLIC = "public"
    OWN = "own"
    MEMBER = "member"
    CLOSED = "closed"
    ANONYMOUS = "anonymous"
    UNASSIGNED = "unassigned"
    FOREIGN = "foreign"
    NEVER = "never"
    REVOKED = "revoked"
    EXPIRED = "expired"
    FUTURE = "future"
    OPERATOR_INACTIVE = "operator_inactive"
    DRIVER_INACTIVE = "driver_inactive"


@dataclass(frozen=True, slots=True)
class Trace:
    """The rule applied to one viewer and one station; `sees` is its verdict, the others its clauses.

    `membership` is the viewer's unrevoked one with the operator of the station's area, else its latest there.
    `own`: a user of that operator looks. Of a membership that there is not, `begun` and the like say nothing.
    """

    station: Station
    membership: Membership | None
    role: Role | None
    sees: bool
    open: bool
    public: bool
    own: bool
    unrevoked: bool
    begun: bool
    unexpired: bool
    operator_active: bool
    driver_active: bool

    @property
    def live(self) -> bool:
        dates = self.unrevoked and self.begun and self.unexpired
        return self.membership is not None and dates and self.operator_active and self.driver_active

    @property
    def combined(self) -> bool:
        """What the clauses amount to: the verdict, if the explanation is right."""
        return self.open and (self.public or self.own or self.live)

    @property
    def reason(self) -> Reason:
        if not self.open:
            return Reason.CLOSED
        if self.public:
            return Reason.PUBLIC
        if self.role is None:
            return Reason.ANONYMOUS
        if self.own:
            return Reason.OWN
        if self.station.area.operator is None:
            return Reason.UNASSIGNED
        return Reason.FOREIGN if self.role is Role.OPERATOR else self._of_membership()

    @property
    def standing(self) -> Reason:
        """How the membership itself stands, whatever operator and driver are."""
        if self.membership is None:
            return Reason.NEVER
        if not self.unrevoked:
            return Reason.REVOKED
        if not self.unexpired:
            return Reason.EXPIRED
        return Reason.MEMBER if self.begun else Reason.FUTURE

    def _of_membership(self) -> Reason:
        if self.standing is not Reason.MEMBER:
            return self.standing
        if not self.operator_active:
            return Reason.OPERATOR_INACTIVE
        return Reason.MEMBER if self.driver_active else Reason.DRIVER_INACTIVE


def trace(asking: Viewer, subject: Viewer, code: str, at: datetime) -> AnySelect:
    """What `trace_of` reads: one row for a station that the asker manages, none for any other."""
    clauses = (
        station_visible_to(subject, at),
        station_open(),
        station_public(),
        station_in_network_of(subject, at),
        membership_unrevoked(),
        membership_begun(at),
        membership_unexpired(at),
        operator_active(Area.operator_id),
        driver_active(literal(subject.driver_id)),
    )
    return (
        station(asking, code)
        .outerjoin(Membership, Membership.id == _decisive_membership(subject))
        .add_columns(Membership, *clauses)
    )


def trace_of(subject: Viewer, row: Row[*tuple[Any, ...]]) -> Trace:
    """From a row of `trace`."""
    shown, membership, sees, is_open, public, in_network, *others = row
    own = bool(in_network) and subject.role is Role.OPERATOR
    said = (bool(each) for each in (sees, is_open, public, own, *others))
    return Trace(shown, membership, subject.role, *said)


def _decisive_membership(subject: Viewer) -> Any:
    """There is at most one unrevoked: no other row could make the subject a member."""
    revoked_last = case((membership_unrevoked(), 0), else_=1)
    wanted = and_(Membership.driver_id == subject.driver_id, Membership.operator_id == Area.operator_id)
    newest = (revoked_last, Membership.granted_at.desc(), Membership.id.desc())
    return select(Membership.id).where(wanted).order_by(*newest).limit(1).correlate(Area).scalar_subquery()


def explained_driver(viewer: Viewer, number: str) -> Select[Driver]:
    """The driver of exactly this number, if the viewer may ask about it."""
    return select(Driver).where(driver_explained_to(viewer), Driver.number == number.upper())


def remembered_driver(viewer: Viewer, number: str) -> Select[Driver]:
    """The driver of this number, if it is or was the viewer's member; admins know all."""
    return select(Driver).where(driver_remembered_by(viewer), Driver.number == number.upper())


def explained_operator(viewer: Viewer, code: str) -> Select[Operator]:
    return select(Operator).where(operator_managed_by(viewer), Operator.code == code.upper())


def drivers_like(viewer: Viewer, folded: str) -> Select[Driver]:
    """The first drivers by name that hold the words: all for admins, present and former members else."""
    stmt = select(Driver).where(driver_remembered_by(viewer))
    return _first(stmt, Driver.search, folded, func.lower(Driver.name), Driver.id)


def stations_like(viewer: Viewer, folded: str) -> Select[Station]:
    """The first of the viewer's stations by name that hold the words."""
    return _first(stations(viewer), Station.search, folded, func.lower(Station.name), Station.id)


def operators_like(viewer: Viewer, folded: str) -> Select[Operator]:
    """The first operators by name that hold the words."""
    stmt = select(Operator).where(operator_managed_by(viewer))
    return _first(stmt, Operator.search, folded, func.lower(Operator.name), Operator.id)


def _first(stmt: Select[T], search: InstrumentedAttribute[str], folded: str, *order: Any) -> Select[T]:
    for word in folded.split():
        stmt = stmt.where(search.contains(word, autoescape=True))
    return stmt.order_by(*order).limit(SUGGESTIONS)
