"""Grant and revoke: who belongs to an operator's private network (see SEMANTICS: "Live membership")."""

from datetime import datetime
from typing import Protocol

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid, NotFound
from portal.domain.text import N_
from portal.domain.values import text_value
from portal.domain.viewer import Actor
from portal.models import Driver, DriverStatus, Membership, Operator, OperatorStatus

from .audit import record

EXPIRED = "expired"
REPLACED = "replaced"
NOTE_LENGTH = 200

Dates = tuple[datetime | None, datetime | None]


class Dated(Protocol):
    """A membership, or a row that has its dates."""

    @property
    def valid_from(self) -> datetime | None: ...

    @property
    def valid_to(self) -> datetime | None: ...


class Numbered(Protocol):
    """A driver, or a row that has its number and status."""

    @property
    def number(self) -> str: ...

    @property
    def status(self) -> DriverStatus: ...


def grant(
    session: Session,
    operator: Operator,
    driver: Driver,
    *,
    actor: Actor,
    at: datetime,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    note: str | None = None,
) -> Membership:
    """Make the driver a member; a membership that already says the same is returned unchanged.

    One with other dates is replaced by a new row. Raises Conflict (operator or driver not active), Invalid (dates).
    """
    wanted, text = (valid_from, valid_to), text_value("note", note, NOTE_LENGTH)
    check_grant(operator, driver, wanted, at)
    current = session.scalar(_unrevoked(operator, driver))
    if current is not None and says(current, wanted, at):
        return current
    if current is not None:
        _end(session, current, driver, actor=actor, at=at, reason=why_replaced(current, at))
    return _insert(session, operator, driver, wanted, text, actor, at)


def amend(
    session: Session,
    operator: Operator,
    driver: Driver,
    *,
    seen: int,
    actor: Actor,
    at: datetime,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    note: str | None = None,
) -> Membership:
    """Give the unrevoked membership these dates (a new row replaces it) and this note; none means open or empty.

    `seen` is the id of the one that the form showed. Raises NotFound, Conflict (another one now, or not active),
    Invalid (dates, note).
    """
    current = session.scalar(_unrevoked(operator, driver))
    if current is None:
        raise NotFound
    wanted, text = (valid_from, valid_to), text_value("note", note, NOTE_LENGTH)
    if current.id != seen:
        raise Conflict(N_("Somebody else changed this membership in the meantime. Compare and save again."))
    if (current.valid_from, current.valid_to) != wanted:
        check_grant(operator, driver, wanted, at)
        _end(session, current, driver, actor=actor, at=at, reason=why_replaced(current, at))
        return _insert(session, operator, driver, wanted, text, actor, at)
    current.note = text
    record(session, actor, "membership.update", current, at=at, operator_id=operator.id, name=driver.number)
    return current


def revoke(
    session: Session,
    operator: Operator,
    driver: Driver,
    *,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
) -> Membership | None:
    """End the driver's membership now; None when there is none to end."""
    current = session.scalar(_unrevoked(operator, driver))
    if current is not None:
        _end(session, current, driver, actor=actor, at=at, reason=text_value("reason", reason, NOTE_LENGTH))
    return current


def check_grant(operator: Operator, driver: Numbered, wanted: Dates, at: datetime) -> None:
    """Refuse what cannot be granted: Conflict (operator or driver not active), Invalid (dates)."""
    check_network(operator)
    if driver.status is not DriverStatus.ACTIVE:
        raise Conflict(N_("Driver %(number)s is disabled and cannot become a member."), number=driver.number)
    check_dates(wanted, at)


def check_network(operator: Operator) -> None:
    """Raises Conflict when the operator takes no members at all."""
    if operator.status is not OperatorStatus.ACTIVE:
        raise Conflict(N_("Operator %(code)s is not active and takes no new members."), code=operator.code)


def check_dates(wanted: Dates, at: datetime) -> None:
    """Raises Invalid for dates that never count."""
    valid_from, valid_to = wanted
    if valid_to is not None and valid_to <= max(valid_from or at, at):
        raise Invalid("valid_to", N_("Expected an end in the future, after the start."))


def why_replaced(current: Dated, at: datetime) -> str:
    """The reason with which a membership ends when another takes its place."""
    return EXPIRED if current.valid_to is not None and current.valid_to <= at else REPLACED


def _unrevoked(operator: Operator, driver: Driver) -> Select[Membership]:
    return (
        select(Membership)
        .where(
            Membership.operator_id == operator.id,
            Membership.driver_id == driver.id,
            Membership.revoked_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def says(current: Dated, wanted: Dates, at: datetime) -> bool:
    """Whether nothing needs to change: the same dates, or it is live already and none are asked for."""
    if (current.valid_from, current.valid_to) == wanted:
        return current.valid_to is None or current.valid_to > at
    started = current.valid_from is None or current.valid_from <= at
    return wanted == (None, None) and started and (current.valid_to is None or current.valid_to > at)


def _insert(
    session: Session,
    operator: Operator,
    driver: Driver,
    dates: Dates,
    note: str | None,
    actor: Actor,
    at: datetime,
) -> Membership:
    membership = Membership(
        operator_id=operator.id,
        driver_id=driver.id,
        granted_at=at,
        granted_by=actor.label,
        valid_from=dates[0],
        valid_to=dates[1],
        note=note,
    )
    try:
        with session.begin_nested():
            session.add(membership)
            record(
                session,
                actor,
                "membership.grant",
                membership,
                at=at,
                operator_id=operator.id,
                name=driver.number,
            )
    except IntegrityError:  # somebody granted at the same moment: theirs counts
        winner = session.scalar(_unrevoked(operator, driver))
        if winner is None:
            raise
        return winner
    return membership


def _end(
    session: Session,
    membership: Membership,
    driver: Driver,
    *,
    actor: Actor,
    at: datetime,
    reason: str | None,
) -> None:
    membership.revoked_at = at
    membership.revoked_by = actor.label
    membership.revoke_reason = reason
    record(
        session,
        actor,
        "membership.revoke",
        membership,
        at=at,
        operator_id=membership.operator_id,
        name=driver.number,
    )
