"""Grant and revoke for many drivers of one network, in one transaction with one event that sums it up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from portal.domain.values import text_value
from portal.domain.viewer import Actor
from portal.models import AuditEvent, Driver, DriverStatus, Membership, Operator

from .audit import record_bulk
from .member_changes import Change, Held, lock_members, write_changes
from .memberships import NOTE_LENGTH, Dates, check_dates, check_network, says, why_replaced

# Which drivers are meant: a Select of one column, their ids.
Chosen = Select[Any]


@dataclass(frozen=True, slots=True)
class Done:
    """How many drivers changed and how many were so already; `event` sums it up (None: nothing changed)."""

    event: AuditEvent | None
    changed: int
    unchanged: int


def grant_many(
    session: Session,
    operator: Operator,
    chosen: Chosen,
    *,
    actor: Actor,
    at: datetime,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    note: str | None = None,
) -> Done:
    """Make the active ones of the chosen drivers members, each by the rule of memberships.grant.

    Raises Conflict (operator not active), Invalid (dates, note).
    """
    wanted, text = (valid_from, valid_to), text_value("note", note, NOTE_LENGTH)
    check_network(operator)
    check_dates(wanted, at)
    lock_members(session, [operator.id])
    of_this_network = and_(
        Membership.driver_id == Driver.id,
        Membership.operator_id == operator.id,
        Membership.revoked_at.is_(None),
    )
    found = session.execute(
        select(Driver.id, Driver.number, *_HELD)
        .outerjoin(Membership, of_this_network)
        .where(Driver.id.in_(chosen), Driver.status == DriverStatus.ACTIVE)
        .order_by(Driver.id)
    ).all()
    drivers = [(key, number, Held(*held) if held[0] else None) for key, number, *held in found]
    changes = [
        _grant(operator, key, number, held, wanted, text, at)
        for key, number, held in drivers
        if held is None or not says(held, wanted, at)
    ]
    event = _write(session, operator, "grant", "granted", changes, actor, at)
    return Done(event, len(changes), len(drivers) - len(changes))


def revoke_many(
    session: Session,
    operator: Operator,
    chosen: Chosen,
    *,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
) -> Done:
    """End the memberships that the chosen drivers have, future ones too. Raises Invalid (reason)."""
    text = text_value("reason", reason, NOTE_LENGTH)
    lock_members(session, [operator.id])
    found = session.execute(
        select(Driver.id, Driver.number, *_HELD)
        .join(Membership, Membership.driver_id == Driver.id)
        .where(
            Membership.operator_id == operator.id,
            Membership.revoked_at.is_(None),
            Membership.driver_id.in_(chosen),
        )
        .order_by(Driver.id)
    )
    changes = [
        Change(operator.id, key, number, Held(*held), ends=True, reason=text) for key, number, *held in found
    ]
    event = _write(session, operator, "revoke", "revoked", changes, actor, at)
    return Done(event, len(changes), 0)


_HELD: tuple[Any, ...] = (
    Membership.id,
    Membership.operator_id,
    Membership.valid_from,
    Membership.valid_to,
    Membership.note,
)


def _grant(
    operator: Operator, key: int, number: str, held: Held | None, dates: Dates, note: str | None, at: datetime
) -> Change:
    return Change(
        operator.id,
        key,
        number,
        held,
        ends=held is not None,
        reason=why_replaced(held, at) if held else None,
        grants=True,
        valid_from=dates[0],
        valid_to=dates[1],
        note=note,
    )


def _write(
    session: Session,
    operator: Operator,
    verb: str,
    counted: str,
    changes: list[Change],
    actor: Actor,
    at: datetime,
) -> AuditEvent | None:
    if not changes:
        return None
    event = record_bulk(
        session,
        actor,
        f"members.{verb}_many",
        "operator",
        operator.code,
        at=at,
        subject_id=operator.id,
        operator_id=operator.id,
        after={counted: len(changes)},
    )
    write_changes(session, changes, actor=actor, at=at, parent_id=event.id)
    return event
