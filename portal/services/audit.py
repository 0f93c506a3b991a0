"""The audit row of a change, written in the same transaction as the change."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from operator import itemgetter
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from portal.domain.viewer import Actor
from portal.models import AuditEvent, Base

from .bulk import insert_rows

SECRET = frozenset({"password_hash", "security_key_hash", "former_key_hash", "secret_hash"})
NOISE = frozenset({"id", "search", "version", "created_at", "updated_at"})
REDACTED = "••••"


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: Base,
    *,
    at: datetime,
    operator_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    name: str | None = None,
    parent_id: int | None = None,
) -> AuditEvent | None:
    """Flush the subject and write who changed what; the differences are read off the object itself.

    Explicit `before`/`after` replace them, `name` what the subject is called, `parent_id` names the event that
    this one is a part of. An update that changes nothing leaves no row and returns None.
    """
    if before is None and after is None:
        before, after = changes(subject)
        if not before and not after:
            session.flush()
            return None
    session.flush()
    identity = getattr(subject, "id", None)
    event = AuditEvent(
        **_who(actor),
        at=at,
        action=action,
        subject_type=subject.__tablename__,
        subject_id=identity if isinstance(identity, int) else None,
        subject=(name or label(subject))[:254],
        operator_id=operator_id,
        parent_id=parent_id,
        before=before or {},
        after=after or {},
    )
    session.add(event)
    session.flush()
    return event


def record_event(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    *,
    at: datetime,
    operator_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> AuditEvent:
    """What happened without changing a row: a refused attempt, a sign-in that failed, an export."""
    event = AuditEvent(
        **_who(actor),
        at=at,
        action=action,
        subject_type="request",
        subject=subject[:254],
        operator_id=operator_id,
        before={},
        after=details or {},
    )
    session.add(event)
    session.flush()
    return event


def record_bulk(
    session: Session,
    actor: Actor,
    action: str,
    subject_type: str,
    subject: str,
    *,
    at: datetime,
    subject_id: int | None = None,
    operator_id: int | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEvent:
    """The one event that sums up a bulk change; its parts follow by `record_many`, each with `parent_id` its id."""
    event = AuditEvent(
        **_who(actor),
        at=at,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        subject=subject[:254],
        operator_id=operator_id,
        before={},
        after=after or {},
    )
    session.add(event)
    session.flush()
    return event


def record_many(session: Session, actor: Actor, events: Sequence[dict[str, Any]], *, at: datetime) -> None:
    """Write many events at once; each names action, subject_type, subject and, where known, the rest of its row."""
    same = {**_who(actor), "at": at, "subject_id": None, "operator_id": None, "parent_id": None}
    blank: dict[str, Any] = {**same, "before": {}, "after": {}}
    columns = (*blank, "action", "subject_type", "subject")
    session.flush()
    insert_rows(session, AuditEvent, columns, [itemgetter(*columns)(blank | event) for event in events])


def changes(subject: Base) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after of the columns that were set since the last flush, secrets redacted."""
    state = inspect(subject)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        if column.key in NOISE or not history.has_changes():
            continue
        old = _plain(column.key, history.deleted[0] if history.deleted else None)
        new = _plain(column.key, history.added[0] if history.added else None)
        if state.persistent:
            before[column.key] = old
            after[column.key] = new
        elif new is not None:
            after[column.key] = new
    return before, after


def label(subject: Base) -> str:
    """What people call the object: its code, number, email or id."""
    for name in ("code", "number", "email", "uid", "external_id"):
        value = getattr(subject, name, None)
        if value:
            return str(value)
    return str(getattr(subject, "id", ""))


def _who(actor: Actor) -> dict[str, Any]:
    return {
        "actor_id": actor.account_id,
        "actor": actor.label[:254],
        "via": actor.via,
        "address": actor.address,
        "request_id": actor.request_id,
    }


def _plain(key: str, value: Any) -> Any:
    """A value as JSON can hold it; secrets only ever as dots."""
    if value is None:
        return None
    if key in SECRET:
        return REDACTED
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
