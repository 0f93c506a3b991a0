"""Reads of the audit trail."""

from sqlalchemy import func, select

from portal.domain.access import audit_read_by
from portal.domain.viewer import Viewer
from portal.models import AuditEvent, Base, Operator

from .paging import AnySelect


def audit_events(viewer: Viewer) -> AnySelect:
    """(AuditEvent, code of its operator or None) for the events that the viewer may read."""
    stmt: AnySelect = select(AuditEvent, Operator.code).outerjoin(
        Operator, Operator.id == AuditEvent.operator_id
    )
    return stmt.where(audit_read_by(viewer))


def audit_of(viewer: Viewer, subject: Base) -> AnySelect:
    """The same for one object."""
    return audit_events(viewer).where(
        AuditEvent.subject_type == subject.__tablename__,
        AuditEvent.subject_id == getattr(subject, "id", None),
    )


def latest_events(viewer: Viewer, limit: int = 10) -> AnySelect:
    return audit_events(viewer).order_by(AuditEvent.id.desc()).limit(limit)


def by_actor(stmt: AnySelect, text: str) -> AnySelect:
    """Whose label has the text in it."""
    return stmt.where(func.lower(AuditEvent.actor).contains(text.lower(), autoescape=True))


def for_operator(stmt: AnySelect, code: str) -> AnySelect:
    return stmt.where(Operator.code == code.upper())
