"""Undo: what one event of the trail did, single or in bulk, is taken back while nobody has changed it since."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Forbidden
from portal.domain.text import N_
from portal.domain.undoing import FIELDS, UNDO, UNDO_LASTS, UNDO_SUBJECT, undoable, undoable_by
from portal.domain.viewer import Actor, Viewer
from portal.models import Area, AuditEvent, Operator, OperatorStatus, Station, StationStatus
from portal.queries import undo as query
from portal.queries.areas import areas
from portal.queries.stations import stations

from .area_bulk import AreaChange, change_areas, locked_areas
from .audit import record_bulk
from .in_sets import chunks
from .station_bulk import StationChange, change_stations, locked_stations
from .undo_members import plan_members
from .undo_plan import CHANGED, Plan, Skipped

NAMED = 50  # skipped subjects that the event of an undo lists


@dataclass(frozen=True, slots=True)
class Undone:
    """How an undo went: its own event, how many subjects it changed back, and those it had to leave."""

    event: AuditEvent
    changed: int
    skipped: Sequence[Skipped]


Part = Row[*tuple[Any, ...]]


def undo(session: Session, event: AuditEvent, *, viewer: Viewer, actor: Actor, at: datetime) -> Undone:
    """Take back what the event (locked) and its parts did; what was changed since stays and is listed.

    Raises Forbidden, and Conflict: too old, undone already, or nothing left that is as the event left it.
    """
    if not undoable_by(viewer, event):
        raise Forbidden(N_("Only who did this, or a CPO admin, can undo it."))
    if not undoable(event, at):
        minutes = int(UNDO_LASTS.total_seconds()) // 60
        raise Conflict(N_("This cannot be undone, or not any more: undo lasts %(n)s minutes."), n=minutes)
    if session.scalar(query.undone(event)) is not None:
        raise Conflict(N_("This has been undone already."))
    kind = event.action.partition(".")[0]
    parts = session.execute(query.parts(event, details=kind in WITH_DETAILS)).all()
    plan = PLANS[kind](session, event, parts, viewer, at)
    if not plan.changes:
        _refuse(plan)
    own = _record(session, event, plan, actor, at)
    plan.apply(own, actor)
    return Undone(own, plan.changes, plan.skipped)


def _refuse(plan: Plan) -> None:
    if len(plan.skipped) == 1:
        only = plan.skipped[0]
        raise Conflict(only.reason, subject=only.subject)
    raise Conflict(
        N_("None of the %(count)s changes can be undone: all were changed since, or may not be changed now."),
        count=len(plan.skipped),
    )


def _record(session: Session, event: AuditEvent, plan: Plan, actor: Actor, at: datetime) -> AuditEvent:
    after: dict[str, Any] = {"undo_of": event.id, "action": event.action}
    if len(plan.skipped) + plan.changes > 1:
        after |= {"changed": plan.changes, "skipped": len(plan.skipped)}
    if plan.skipped:
        after["not_undone"] = [each.subject for each in plan.skipped[:NAMED]]
    tenant = {"subject_id": event.id, "operator_id": event.operator_id}
    return record_bulk(session, actor, UNDO, UNDO_SUBJECT, event.subject, at=at, after=after, **tenant)


@dataclass(slots=True)
class _Change:
    """What an event did to one subject; of two events, one for each tenant, the sum."""

    subject: str
    before: dict[str, Any]
    after: dict[str, Any]


def _by_subject(parts: Sequence[Part], kind: str) -> dict[int, _Change]:
    found: dict[int, _Change] = {}
    for part in parts:
        if part.subject_type == kind and part.subject_id is not None and (part.before or part.after):
            change = found.setdefault(part.subject_id, _Change(part.subject, {}, {}))
            change.before |= part.before
            change.after |= part.after
    return found


def _plan_stations(
    session: Session, event: AuditEvent, parts: Sequence[Part], viewer: Viewer, at: datetime
) -> Plan:
    todo, done = _by_subject(parts, "station"), []
    for ids in chunks(sorted(todo)):
        for state in locked_stations(session, stations(viewer).where(Station.id.in_(ids))):
            change = todo[state.id]
            present = {name: getattr(state, name) for name in change.after}
            if set(change.after) <= FIELDS and present == change.after:
                done.append((state, {name: _typed(name, value) for name, value in change.before.items()}))
    done = _without_lost_areas(session, done)
    undone = {state.id for state, _values in done}
    skipped = [Skipped(each.subject, CHANGED) for key, each in todo.items() if key not in undone]

    def apply(own: AuditEvent, actor: Actor) -> None:
        change_stations(session, done, own, actor=actor, at=at)

    return Plan(len(done), skipped, apply)


def _without_lost_areas(session: Session, changes: list[StationChange]) -> list[StationChange]:
    """An area that is gone takes nobody back."""
    wanted = {values["area_id"] for _state, values in changes if "area_id" in values}
    there = set(session.scalars(select(Area.id).where(Area.id.in_(wanted)))) if wanted else set()
    return [(state, new) for state, new in changes if "area_id" not in new or new["area_id"] in there]


def _typed(name: str, value: Any) -> Any:
    return StationStatus(value) if name == "status" else value


def _plan_areas(
    session: Session, event: AuditEvent, parts: Sequence[Part], viewer: Viewer, at: datetime
) -> Plan:
    todo = _by_subject(parts, "area")
    codes = {change.before["operator"] for change in todo.values() if change.before}
    former = {each.code: each for each in session.scalars(select(Operator).where(Operator.code.in_(codes)))}
    done: list[AreaChange] = []
    skipped = {key: Skipped(change.subject, CHANGED) for key, change in todo.items()}
    for ids in chunks(sorted(todo)):
        for state in locked_areas(session, areas(viewer).where(Area.id.in_(ids))):
            change = todo[state.id]
            back = former.get(change.before.get("operator", ""))
            if state.operator_code != change.after.get("operator"):
                continue
            if change.before and (back is None or back.status is not OperatorStatus.ACTIVE):
                skipped[state.id] = Skipped(
                    change.subject, N_("The former operator of %(subject)s is not active and takes no areas.")
                )
                continue
            done.append((state, back))
            del skipped[state.id]

    def apply(own: AuditEvent, actor: Actor) -> None:
        change_areas(session, done, own, actor=actor, at=at)

    return Plan(len(done), list(skipped.values()), apply)


Planner = Callable[[Session, AuditEvent, Sequence[Part], Viewer, datetime], Plan]
PLANS: dict[str, Planner] = {
    **{"station": _plan_stations, "stations": _plan_stations},
    **{"area": _plan_areas, "areas": _plan_areas},
    **{"membership": plan_members, "members": plan_members},
}
WITH_DETAILS = PLANS.keys() - {"membership", "members"}  # theirs stand in the memberships themselves
