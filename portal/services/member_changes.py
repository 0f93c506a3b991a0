"""Many memberships ended and granted at once: a few statements, and the same audit row for each as a single one has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.viewer import Actor
from portal.models import Membership, Operator

from .audit import record_many
from .bulk import insert_rows, reserve_ids, update_rows

AT_ONCE = 5000
GRANTED = ("operator_id", "driver_id", "granted_at", "granted_by", "valid_from", "valid_to", "note")


@dataclass(frozen=True, slots=True)
class Held:
    """An unrevoked membership as it stands in the database."""

    id: int
    operator_id: int
    valid_from: datetime | None
    valid_to: datetime | None
    note: str | None

    def lasts(self, at: datetime) -> bool:
        """Whether it has not ended by its dates."""
        return self.valid_to is None or self.valid_to > at


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one driver; `number` is the driver's. Several parts: ended, then granted anew."""

    operator_id: int
    driver_id: int
    number: str
    held: Held | None = None
    ends: bool = False
    reason: str | None = None
    grants: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    note: str | None = None


def lock_members(session: Session, operator_ids: Iterable[int]) -> None:
    """Until the transaction ends nobody else grants in these networks: what is read now is what will be changed."""
    wanted = select(Operator.id).where(Operator.id.in_(operator_ids)).order_by(Operator.id)
    session.execute(wanted.with_for_update()).all()


def write_changes(
    session: Session,
    changes: Sequence[Change],
    *,
    actor: Actor,
    at: datetime,
    parent_id: int | None = None,
) -> None:
    """Write them with their audit rows, which name `parent_id` as the bulk action that they are a part of.

    Whoever calls holds `lock_members` since it read what is held. A change that neither ends nor grants sets the
    note of what is held.
    """
    ended = [change for change in changes if change.ends and change.held]
    granted = [change for change in changes if change.grants]
    noted = [change for change in changes if change.held and not (change.ends or change.grants)]
    _end(session, ended, actor, at)  # before the new ones: only one of a pair may be unrevoked
    ids = reserve_ids(session, Membership, len(granted))
    rows = [_granted(change, actor, at) for change in granted]
    insert_rows(
        session, Membership, ("id", *GRANTED), [(new, *row) for new, row in zip(ids, rows, strict=True)]
    )
    update_rows(session, Membership, [{"id": c.held.id, "note": c.note} for c in noted if c.held])
    events = [
        *(_event("revoke", c, c.held.id, *_ending(c, actor, at)) for c in ended if c.held),
        *(_event("grant", c, new, {}, _said(row)) for new, c, row in zip(ids, granted, rows, strict=True)),
        *(_event("update", c, c.held.id, {"note": c.held.note}, {"note": c.note}) for c in noted if c.held),
    ]
    record_many(session, actor, [event | {"parent_id": parent_id} for event in events], at=at)


def _end(session: Session, ended: list[Change], actor: Actor, at: datetime) -> None:
    """One statement for each reason and AT_ONCE rows."""
    by_reason: dict[str | None, list[int]] = {}
    for change in ended:
        if change.held:
            by_reason.setdefault(change.reason, []).append(change.held.id)
    for reason, ids in by_reason.items():
        rest = iter(ids)
        while some := list(islice(rest, AT_ONCE)):
            session.execute(
                update(Membership)
                .where(Membership.id.in_(some), Membership.revoked_at.is_(None))
                .values(revoked_at=at, revoked_by=actor.label, revoke_reason=reason)
                .execution_options(synchronize_session=False)
            )


def _granted(change: Change, actor: Actor, at: datetime) -> tuple[Any, ...]:
    return (
        change.operator_id,
        change.driver_id,
        at,
        actor.label,
        change.valid_from,
        change.valid_to,
        change.note,
    )


def _ending(change: Change, actor: Actor, at: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    after = {"revoked_at": at.isoformat(), "revoked_by": actor.label}
    if change.reason:
        after["revoke_reason"] = change.reason
    return dict.fromkeys(after), after


def _said(row: tuple[Any, ...]) -> dict[str, Any]:
    values = zip(GRANTED, row, strict=True)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values
        if value is not None
    }


def _event(
    verb: str, change: Change, membership_id: int, before: dict[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    return {
        "action": f"membership.{verb}",
        "subject_type": "membership",
        "subject_id": membership_id,
        "subject": change.number,
        "operator_id": change.operator_id,
        "before": before,
        "after": after,
    }
