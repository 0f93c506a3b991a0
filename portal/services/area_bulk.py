"""Many areas at once: handed to an operator or to nobody, one event an area and tenant."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, update
from sqlalchemy.orm import Session

from portal.domain.viewer import Actor
from portal.models import Area, AuditEvent, Operator

from .audit import record_many
from .in_sets import UNSYNCHRONISED, chunks


@dataclass(frozen=True, slots=True)
class AreaState:
    """An area and whose it is."""

    id: int
    code: str
    version: int
    operator_id: int | None
    operator_code: str | None


AreaChange = tuple[AreaState, Operator | None]


def locked_areas(session: Session, stmt: Select[Any]) -> list[AreaState]:
    """The areas of a Select that joins Operator, locked until the transaction ends."""
    columns = (Area.id, Area.code, Area.version, Area.operator_id, Operator.code)
    locked = stmt.with_only_columns(*columns, maintain_column_froms=True).order_by(None).order_by(Area.id)
    return [AreaState(*row) for row in session.execute(locked.with_for_update(of=Area))]


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
