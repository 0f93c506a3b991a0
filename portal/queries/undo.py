"""Reads for undoing: an event with its parts, and which events were undone already."""

from datetime import datetime

from sqlalchemy import Select, or_, select

from portal.domain.access import audit_read_by
from portal.domain.undoing import UNDO_LASTS, UNDO_SUBJECT
from portal.domain.viewer import Viewer
from portal.models import AuditEvent

from .paging import AnySelect


def event(viewer: Viewer, event_id: int) -> Select[AuditEvent]:
    """One event that the viewer may read. Lock it before undoing it."""
    return select(AuditEvent).where(AuditEvent.id == event_id, audit_read_by(viewer))


def parts(event: AuditEvent, *, details: bool = True) -> AnySelect:
    """(action, subject_type, subject_id, subject) of the event and of all its parts, oldest first.

    With details also (before, after).
    """
    named = (AuditEvent.action, AuditEvent.subject_type, AuditEvent.subject_id, AuditEvent.subject)
    return (
        select(*named, *((AuditEvent.before, AuditEvent.after) if details else ()))
        .where(or_(AuditEvent.id == event.id, AuditEvent.parent_id == event.id))
        .order_by(AuditEvent.id)
    )


def undone(event: AuditEvent) -> Select[int]:
    """The event that undid this one."""
    return select(AuditEvent.id).where(
        AuditEvent.subject_type == UNDO_SUBJECT, AuditEvent.subject_id == event.id
    )


def undone_lately(at: datetime) -> Select[int | None]:
    """Ids of all events that were undone as long as that was possible for any that still can be."""
    return select(AuditEvent.subject_id).where(
        AuditEvent.subject_type == UNDO_SUBJECT, AuditEvent.at > at - UNDO_LASTS
    )
