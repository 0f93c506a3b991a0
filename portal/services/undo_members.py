"""Undo of grants and revokes, single and in bulk: a grant is revoked, a revoke is granted again; history stays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select
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
        former.operator_id == Membership.operator_id,
        former.driver_id == Membership.driver_id,
        former.revoked_at == Membership.granted_at,
        former.revoke_reason == REPLACED,
    )
    stmt = _mine(viewer).where(Membership.revoked_at.is_(None)).outerjoin(former, replaced)
    for ids in chunks(sorted(names)):
        for row in session.execute(stmt.add_columns(former).where(Membership.id.in_(ids))):
            change = _change(row)
            change = replace(change, held=_held(row[0]), ends=True, reason=UNDONE, grants=False)
            back = row[-1]
            if back is not None and _objection(row, back.valid_to, at) is None:
                change = replace(change, grants=True, **_dates(back))
            found[row[0].id] = change
    return found


def _given_back(
    session: Session, viewer: Viewer, names: dict[int, str], at: datetime
) -> tuple[Changes, dict[int, str]]:
    """Those whom nobody has granted anything since, by the id of what was revoked; and why others may not return."""
    found: Changes = {}
    refused: dict[int, str] = {}
    later = aliased(Membership)
    newer = select(later.id).where(
        later.operator_id == Membership.operator_id,
        later.driver_id == Membership.driver_id,
        later.id > Membership.id,
    )
    stmt = _mine(viewer).where(Membership.revoked_at.is_not(None), ~newer.exists())
    for ids in chunks(sorted(names)):
        for row in session.execute(stmt.where(Membership.id.in_(ids))):
            reason = _objection(row, row[0].valid_to, at)
            if reason is None:
                found[row[0].id] = _change(row)
            else:
                refused[row[0].id] = reason
    return found, refused


def _mine(viewer: Viewer) -> AnySelect:
    """(Membership, status of its operator, status and number of its driver), limited to the viewer."""
    stmt: AnySelect = (
        select(Membership, Operator.status, Driver.status, Driver.number)
        .join(Operator, Operator.id == Membership.operator_id)
        .join(Driver, Driver.id == Membership.driver_id)
    )
    return stmt.where(membership_managed_by(viewer))


def _objection(row: Part, valid_to: datetime | None, at: datetime) -> str | None:
    """Why the driver cannot become a member (until then)."""
    if row[1] is not OperatorStatus.ACTIVE:
        return OPERATOR_AWAY
    if row[2] is not DriverStatus.ACTIVE:
        return DRIVER_AWAY
    return OVER if valid_to is not None and valid_to <= at else None


def _change(row: Part) -> Change:
    """Grant again what the row's membership was."""
    membership = row[0]
    who = (membership.operator_id, membership.driver_id, row[3])
    return Change(*who, grants=True, **_dates(membership))


def _held(membership: Membership) -> Held:
    return Held(membership.id, membership.operator_id, **_dates(membership))


def _dates(membership: Membership) -> dict[str, Any]:
    return {name: getattr(membership, name) for name in ("valid_from", "valid_to", "note")}
