"""Members from an uploaded file: kept for a day, checked line by line without a change, then taken in at once."""

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.domain.records import MemberLine, MemberRecord
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import AuditEvent, Operator, Upload
from portal.queries.uploads import UPLOADS_LAST

from .audit import record_bulk
from .imports import Defaults, MemberImport, Outcome, Refused, one_import_at_a_time
from .imports.members import NO_DRIVER, Planned
from .member_changes import Change, Held, lock_members, write_changes

CHUNK = 5000
MOST_UNKNOWN = 200
OTHER_OPERATOR = N_("The line names another operator.")


class Effect(StrEnum):
    """What a line brings about."""

    GRANTED = "granted"
    CHANGED = "changed"
    REVOKED = "revoked"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


EFFECTS = {
    Outcome.NEW: Effect.GRANTED,
    Outcome.CHANGED: Effect.CHANGED,
    Outcome.REVOKED: Effect.REVOKED,
    Outcome.UNCHANGED: Effect.UNCHANGED,
}


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line with its effect; `name` is the driver's, where whoever asks may read it.

    `held` is what the driver has, `change` what comes; `reason` says why it is rejected, on account of which field.
    """

    line: int
    number: str
    effect: Effect
    name: str | None = None
    held: Held | None = None
    change: Change | None = None
    field: str | None = None
    reason: str | None = None
    revokes: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """All lines of a file, how many have which effect, and a word that differs once any effect does."""

    lines: Sequence[CheckedLine]
    counts: Counter[Effect]
    digest: str

    @property
    def changes(self) -> int:
        return sum(self.counts[each] for each in (Effect.GRANTED, Effect.CHANGED, Effect.REVOKED))


def keep_upload(
    session: Session, account_id: int, purpose: str, filename: str, content: bytes, *, at: datetime
) -> Upload:
    """Keep a file until tomorrow; older ones go at this occasion."""
    session.execute(delete(Upload).where(Upload.created_at <= at - UPLOADS_LAST))
    kept = Upload(
        id=secrets.token_hex(16),
        account_id=account_id,
        purpose=purpose,
        filename=filename[:200],
        content=content,
        created_at=at,
    )
    session.add(kept)
    session.flush()
    return kept


def check_members(
    session: Session,
    operator: Operator,
    lines: Sequence[MemberLine],
    *,
    actor: Actor,
    at: datetime,
    knows_all: bool,
) -> Checked:
    """What the lines would bring about; nothing is written.

    Who does not know all drivers (`knows_all`) reads no names of strangers and cannot tell a disabled driver from
    none; a file with more than MOST_UNKNOWN unknown numbers is refused as guesswork: Invalid on `file`.
    """
    found = list(_checked(session, operator, lines, actor, at, knows_all))
    unknown = sum(each.reason == NO_DRIVER for each in found)
    if unknown > MOST_UNKNOWN and not knows_all:
        raise Invalid("file", N_("More than %(most)s driver numbers are not known."), most=MOST_UNKNOWN)
    seen = "".join(f"{each.line}:{each.effect};" for each in found)
    counts = Counter(each.effect for each in found)
    return Checked(found, counts, sha256(seen.encode()).hexdigest()[:32])


def take_members(
    session: Session,
    operator: Operator,
    lines: Sequence[MemberLine],
    *,
    seen: str,
    partly: bool,
    actor: Actor,
    at: datetime,
    knows_all: bool,
) -> tuple[Checked, AuditEvent | None]:
    """Write what the lines bring about, all of it or with `partly` the good ones, and the event that sums it up.

    `seen` is the digest of the check that was looked at. Raises Conflict when it says something else by now, or
    when lines are rejected and not `partly`.
    """
    one_import_at_a_time(session)
    lock_members(session, [operator.id])
    checked = check_members(session, operator, lines, actor=actor, at=at, knows_all=knows_all)
    if checked.digest != seen:
        raise Conflict(N_("Something has changed since you looked. This is what the file does now."))
    if checked.counts[Effect.REJECTED] and not partly:
        raise Conflict(N_("Lines are rejected. Say that you want to take in the others."))
    changes = [each.change for each in checked.lines if each.change]
    if not changes:
        return checked, None
    counts = {effect.value: number for effect, number in checked.counts.items()}
    event = record_bulk(
        session, actor, "import.members", "operator", operator.code,
        at=at, subject_id=operator.id, operator_id=operator.id, after=counts,
    )  # fmt: skip
    write_changes(session, changes, actor=actor, at=at, parent_id=event.id)
    return checked, event


def _checked(
    session: Session,
    operator: Operator,
    lines: Sequence[MemberLine],
    actor: Actor,
    at: datetime,
    knows_all: bool,
) -> Iterator[CheckedLine]:
    defaults = Defaults(operator.timezone, operator.currency)
    batch = MemberImport(session, defaults, among_active=not knows_all, actor=actor, at=at)
    for start in range(0, len(lines), CHUNK):
        some = lines[start : start + CHUNK]
        own = [each.record for each in some if each.record and each.record.operator_code == operator.code]
        planned = iter(batch.plan(own))
        for each in some:
            if each.record is None:
                yield CheckedLine(
                    each.line, each.value, Effect.REJECTED, field=each.field, reason=each.reason
                )
            elif each.record.operator_code != operator.code:
                yield _rejected(each.line, each.record, "operator_code", OTHER_OPERATOR)
            else:
                yield _effect(each.line, each.record, next(planned), knows_all, at)


def _effect(
    line: int, record: MemberRecord, plan: Planned | Refused, knows_all: bool, at: datetime
) -> CheckedLine:
    if isinstance(plan, Refused):
        return _rejected(line, record, plan.field, plan.reason)
    known = knows_all or (plan.held is not None and plan.held.lasts(at))
    return CheckedLine(
        line,
        record.driver_number,
        EFFECTS[plan.outcome],
        name=plan.driver.name if plan.driver and known else None,
        held=plan.held,
        change=plan.change,
        revokes=record.action == "revoke",
    )


def _rejected(line: int, record: MemberRecord, field: str | None, reason: str) -> CheckedLine:
    return CheckedLine(line, record.driver_number, Effect.REJECTED, field=field, reason=reason)
