"""Undo of grants and revokes, single and in bulk: set-based, and history stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, insert, literal, select, update
from sqlalchemy.orm import Session, aliased

from portal.domain.access import membership_managed_by
from portal.domain.text import N_
from portal.domain.viewer import Actor, Viewer
from portal.models import AuditEvent, Driver, DriverStatus, Membership, Operator, OperatorStatus

from .audit import record_many
from .in_sets import UNSYNCHRONISED, chunks
from .undo_plan import CHANGED, Plan, Skipped

UNDONE = "undone"
REPLACED = "replaced"  # what memberships.grant says of a membership whose dates it changes

OPERATOR_AWAY = N_("The operator is not active, so %(subject)s cannot become a member again.")
DRIVER_AWAY = N_("Driver %(subject)s is disabled and cannot become a member again.")
OVER = N_("The membership of %(subject)s has ended by its dates meanwhile.")

Part = Row[*tuple[Any, ...]]


def plan_members(
    session: Session, event: AuditEvent, parts: Sequence[Part], viewer: Viewer, at: datetime
) -> Plan:
    """Of a grant: end those memberships, and give back those that they replaced. Of a revoke: grant again."""
    granting = event.action in ("membership.grant", "members.grant_many")
    wanted = "membership.grant" if granting else "membership.revoke"
    names = {each.subject_id: each.subject for each in parts if each.action == wanted and each.subject_id}
    live = _unrevoked(session, viewer, sorted(names)) if granting else []
    skipped = [Skipped(name, CHANGED) for key, name in names.items() if granting and key not in set(live)]
    ended = _replaced_by(session, live) if granting else names
    back, refused = _returning(session, viewer, ended, at, replaced=granting)

    def apply(own: AuditEvent, actor: Actor) -> None:
        _end(session, live, own, actor, at)
        _grant_again(session, back, own, actor, at)

    return Plan(len(live) if granting else len(back), [*skipped, *refused], apply)


def _unrevoked(session: Session, viewer: Viewer, ids: Sequence[int]) -> list[int]:
    """Those that are still as the grant left them, locked."""
    found: list[int] = []
    for some in chunks(ids):
        stmt = select(Membership.id).where(
            Membership.id.in_(some), Membership.revoked_at.is_(None), membership_managed_by(viewer)
        )
        found += session.scalars(stmt.with_for_update(of=Membership))
    return found


def _replaced_by(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The memberships (with the driver's number) that ended because these took their place."""
    old = aliased(Membership)
    same = and_(
        old.operator_id == Membership.operator_id,
        old.driver_id == Membership.driver_id,
        old.revoked_at == Membership.granted_at,
        old.revoke_reason == REPLACED,
    )
    stmt = select(old.id, Driver.number).join(Membership, same).join(Driver, Driver.id == old.driver_id)
    found: dict[int, str] = {}
    for some in chunks(ids):
        found |= dict(session.execute(stmt.where(Membership.id.in_(some))).tuples())
    return found


def _returning(
    session: Session, viewer: Viewer, names: dict[int, str], at: datetime, *, replaced: bool
) -> tuple[list[int], list[Skipped]]:
    """Which of the ended memberships may be granted again, and why the others may not."""
    back: list[int] = []
    refused: dict[int, Skipped] = {key: Skipped(name, CHANGED) for key, name in names.items()}
    later = aliased(Membership)
    newer = select(later.id).where(
        later.operator_id == Membership.operator_id,
        later.driver_id == Membership.driver_id,
        later.id > Membership.id,
    )
    if replaced:  # what took its place at that moment is about to end
        newer = newer.where(later.granted_at != Membership.revoked_at)
    stmt = (
        select(Membership.id, Membership.valid_to, Operator.status, Driver.status)
        .join(Operator, Operator.id == Membership.operator_id)
        .join(Driver, Driver.id == Membership.driver_id)
        .where(Membership.revoked_at.is_not(None), membership_managed_by(viewer), ~newer.exists())
    )
    for some in chunks(sorted(names)):
        for key, valid_to, operator, driver in session.execute(stmt.where(Membership.id.in_(some))):
            reason = _objection(operator, driver, valid_to, at)
            if reason is None:
                back.append(key)
                del refused[key]
            else:
                refused[key] = Skipped(names[key], reason)
    return back, list(refused.values())


def _objection(
    operator: OperatorStatus, driver: DriverStatus, valid_to: datetime | None, at: datetime
) -> str | None:
    if operator is not OperatorStatus.ACTIVE:
        return OPERATOR_AWAY
    if driver is not DriverStatus.ACTIVE:
        return DRIVER_AWAY
    return OVER if valid_to is not None and valid_to <= at else None


def _end(session: Session, ids: Sequence[int], own: AuditEvent, actor: Actor, at: datetime) -> None:
    revoked = {"revoked_at": at, "revoked_by": actor.label, "revoke_reason": UNDONE}
    said = {"revoked_at": at.isoformat(), "revoked_by": actor.label, "revoke_reason": UNDONE}
    diff = {"action": "membership.revoke", "before": dict.fromkeys(said), "after": said}
    named = select(Membership.id, Membership.operator_id, Driver.number).join(
        Driver, Driver.id == Membership.driver_id
    )
    for some in chunks(ids):
        stmt = update(Membership).values(revoked).where(Membership.id.in_(some))
        session.execute(stmt, execution_options=UNSYNCHRONISED)
        rows = session.execute(named.where(Membership.id.in_(some)))
        record_many(session, actor, [_about(*row, own) | diff for row in rows], at=at)


def _grant_again(session: Session, ids: Sequence[int], own: AuditEvent, actor: Actor, at: datetime) -> None:
    """New rows with the former dates and notes."""
    kept = ("operator_id", "driver_id", "valid_from", "valid_to", "note")
    by = literal(actor.label, Membership.granted_by.type)
    again = select(*(getattr(Membership, name) for name in kept), literal(at, Membership.granted_at.type), by)
    old, new = aliased(Membership), aliased(Membership)
    pair = and_(old.operator_id == new.operator_id, old.driver_id == new.driver_id, new.revoked_at.is_(None))
    made = select(new, Driver.number).join(old, pair).join(Driver, Driver.id == new.driver_id)
    for some in chunks(ids):
        copied = again.where(Membership.id.in_(some))
        session.execute(insert(Membership).from_select([*kept, "granted_at", "granted_by"], copied))
        events = [
            _about(row.id, row.operator_id, number, own)
            | {"action": "membership.grant", "after": _said(row, kept, actor, at)}
            for row, number in session.execute(made.where(old.id.in_(some)))
        ]
        record_many(session, actor, events, at=at)


def _about(key: int, operator_id: int, number: str, own: AuditEvent) -> dict[str, Any]:
    return {
        "subject_type": "membership",
        "subject_id": key,
        "subject": number,
        "operator_id": operator_id,
        "parent_id": own.id,
    }


def _said(row: Membership, kept: Sequence[str], actor: Actor, at: datetime) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in kept} | {"granted_at": at, "granted_by": actor.label}
    plain = {name: each.isoformat() if isinstance(each, datetime) else each for name, each in values.items()}
    return {name: each for name, each in plain.items() if each is not None}
