"""Many areas at once: handed to an operator or to nobody, one event an area and tenant."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import Area, AuditEvent, Operator
from portal.queries.paging import AnySelect

from .areas import check_takes_areas
from .audit import record_bulk, record_many
from .in_sets import UNSYNCHRONISED, chunks, fingerprint, several


@dataclass(frozen=True, slots=True)
class AreaState:
    """An area and whose it is."""

    id: int
    code: str
    version: int
    operator_id: int | None
    operator_code: str | None


AreaChange = tuple[AreaState, Operator | None]


def locked_areas(session: Session, stmt: AnySelect) -> list[AreaState]:
    """The areas of a Select that joins Operator, locked until the transaction ends."""
    return [AreaState(*row) for row in session.execute(_states(stmt).with_for_update(of=Area))]


def area_fingerprint(session: Session, stmt: AnySelect, target: Operator | None) -> str:
    """What a preview was made of: another value means that something of it has changed since."""
    return _fingerprint([AreaState(*row) for row in session.execute(_states(stmt))], target)


def assign_many(
    session: Session,
    stmt: AnySelect,
    operator: Operator | None,
    *,
    seen: str,
    actor: Actor,
    at: datetime,
) -> AuditEvent | None:
    """Give all areas of the Select to the operator, or to nobody; None: all were so already.

    Sessions keep the operator of their time. `seen` is the fingerprint of the preview that was decided on. Raises
    Invalid for an operator that is not active, and Conflict when the preview is no longer true.
    """
    check_takes_areas(operator)
    states = locked_areas(session, stmt)
    if _fingerprint(states, operator) != seen:
        raise Conflict(N_("The areas have changed since this preview was made. Look again and decide."))
    changes = [(each, operator) for each in states if each.operator_id != (operator.id if operator else None)]
    if not changes:
        return None
    codes = [state.code for state, _operator in changes]
    said = {"areas": len(codes), "operator": operator.code if operator else None}
    event = record_bulk(session, actor, "areas.assign", "area", several(codes), at=at, after=said)
    change_areas(session, changes, event, actor=actor, at=at)
    return event


def _states(stmt: AnySelect) -> AnySelect:
    columns = (Area.id, Area.code, Area.version, Area.operator_id, Operator.code)
    ids: AnySelect = stmt.with_only_columns(*columns, maintain_column_froms=True)
    return ids.order_by(None).order_by(Area.id)


def _fingerprint(states: Sequence[AreaState], target: Operator | None) -> str:
    return fingerprint([(each.id, each.version) for each in states], target.id if target else None)


def change_areas(
    session: Session, changes: Sequence[AreaChange], parent: AuditEvent, *, actor: Actor, at: datetime
) -> None:
    """Give each area (locked) to its new operator; the events hang on the parent."""
    groups: defaultdict[int | None, list[int]] = defaultdict(list)
    for state, operator in changes:
        groups[operator.id if operator else None].append(state.id)
    for owner, ids in groups.items():
        new: dict[str, Any] = {"operator_id": owner, "version": Area.version + 1, "updated_at": at}
        for some in chunks(ids):
            stmt = update(Area).values(new).where(Area.id.in_(some))
            session.execute(stmt, execution_options=UNSYNCHRONISED)
    events = [event for change in changes for event in _events(*change)]
    record_many(session, actor, [event | {"parent_id": parent.id} for event in events], at=at)


def _events(state: AreaState, operator: Operator | None) -> Iterator[dict[str, Any]]:
    """One event a tenant: neither may read the other's name."""
    event: dict[str, Any] = {"subject_type": "area", "subject_id": state.id, "subject": state.code}
    if state.operator_id is not None:
        left = {"operator_id": state.operator_id, "before": {"operator": state.operator_code}}
        yield event | {"action": "area.unassign"} | left
    if operator is not None:
        joined = {"operator_id": operator.id, "after": {"operator": operator.code}}
        yield event | {"action": "area.assign"} | joined
