"""Undo of grants and revokes, single and in bulk: a grant is revoked, a revoke is granted again; history stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.access import membership_managed_by
from portal.domain.text import N_
from portal.domain.viewer import Actor, Viewer
from portal.models import AuditEvent, Driver, DriverStatus, Membership, Operator, OperatorStatus
from portal.queries.paging import AnySelect

from .in_sets import chunks
from .member_changes import Change, Held, lock_members, write_changes
from .memberships import REPLACED
from .undo_plan import CHANGED, Plan, Skipped

UNDONE = "undone"

OPERATOR_AWAY = N_("The operator is not active, so %(subject)s cannot become a member again.")
DRIVER_AWAY = N_("Driver %(subject)s is disabled and cannot become a member again.")
OVER = N_("The membership of %(subject)s has ended by its dates meanwhile.")

Part = Row[*tuple[Any, ...]]
Changes = dict[int, Change]  # by the id of the membership that is taken back or given back


@dataclass(slots=True)
class _Was:
    """A membership as it stands, and who its operator and its driver are now."""

    id: int
    operator_id: int
    driver_id: int
    valid_from: datetime | None
    valid_to: datetime | None
    note: str | None
    operator: OperatorStatus
    driver: DriverStatus
    number: str

    def objection(self, valid_to: datetime | None, at: datetime) -> str | None:
        """Why the driver cannot become a member (until then)."""
        if self.operator is not OperatorStatus.ACTIVE:
            return OPERATOR_AWAY
        if self.driver is not DriverStatus.ACTIVE:
            return DRIVER_AWAY
        return OVER if valid_to is not None and valid_to <= at else None


def plan_members(
    session: Session, event: AuditEvent, parts: Sequence[Part], viewer: Viewer, at: datetime
) -> Plan:
    """Of a grant: end those memberships, and give back those that they replaced. Of a revoke: grant again."""
    lock_members(session, [event.operator_id or 0])
    granting = event.action in ("membership.grant", "members.grant_many")
    wanted = "membership.grant" if granting else "membership.revoke"
    names = {each.subject_id: each.subject for each in parts if each.action == wanted}
    refused: dict[int, str] = {}
    if granting:
        changes = _taken_back(session, viewer, names, at)
    else:
        changes, refused = _given_back(session, viewer, names, at)
    left = [Skipped(names[key], refused.get(key, CHANGED)) for key in names if key not in changes]

    def apply(own: AuditEvent, actor: Actor) -> None:
        write_changes(session, list(changes.values()), actor=actor, at=at, parent_id=own.id)

    return Plan(len(changes), left, apply)


def _taken_back(session: Session, viewer: Viewer, names: dict[int, str], at: datetime) -> Changes:
    """Those that are still as the grant left them end; where one had replaced another, that one comes back."""
    found: Changes = {}
    former = aliased(Membership)
    replaced = and_(
        _same_pair(former),
        former.revoked_at == Membership.granted_at,
        former.revoke_reason == REPLACED,
    )
    back = (former.id, former.valid_from, former.valid_to, former.note)
    stmt = _mine(viewer).where(Membership.revoked_at.is_(None)).outerjoin(former, replaced).add_columns(*back)
    for ids in chunks(sorted(names)):
        for *row, former_id, valid_from, valid_to, note in session.execute(
            stmt.where(Membership.id.in_(ids))
        ):
            was = _Was(*row)
            held = Held(was.id, was.operator_id, was.valid_from, was.valid_to, was.note)
            who = (was.operator_id, was.driver_id, was.number, held)
            returns = former_id is not None and was.objection(valid_to, at) is None
            dates = (valid_from, valid_to, note) if returns else (None, None, None)
            found[was.id] = Change(*who, True, UNDONE, returns, *dates)
    return found


def _given_back(
    session: Session, viewer: Viewer, names: dict[int, str], at: datetime
) -> tuple[Changes, dict[int, str]]:
    """Those whom nobody has granted anything since, by the id of what was revoked; and why others may not return."""
    found: Changes = {}
    refused: dict[int, str] = {}
    later = aliased(Membership)
    newer = select(later.id).where(_same_pair(later), later.id > Membership.id)
    stmt = _mine(viewer).where(Membership.revoked_at.is_not(None), ~newer.exists())
    for ids in chunks(sorted(names)):
        for row in session.execute(stmt.where(Membership.id.in_(ids))):
            was = _Was(*row)
            reason = was.objection(was.valid_to, at)
            if reason is None:
                dates = (was.valid_from, was.valid_to, was.note)
                who = (was.operator_id, was.driver_id, was.number, None)
                found[was.id] = Change(*who, False, None, True, *dates)
            else:
                refused[was.id] = reason
    return found, refused


def _same_pair(other: type[Membership]) -> ColumnElement[bool]:
    """Found by the driver, who is in few networks; a database that looked by the operator would read them all."""
    return and_(other.driver_id == Membership.driver_id, other.operator_id - Membership.operator_id == 0)


def _mine(viewer: Viewer) -> AnySelect:
    """Rows for _Was, limited to the viewer."""
    kept = (Membership.id, Membership.operator_id, Membership.driver_id)
    dates = (Membership.valid_from, Membership.valid_to, Membership.note)
    stmt: AnySelect = (
        select(*kept, *dates, Operator.status, Driver.status, Driver.number)
        .join(Operator, Operator.id == Membership.operator_id)
        .join(Driver, Driver.id == Membership.driver_id)
    )
    return stmt.where(membership_managed_by(viewer))
