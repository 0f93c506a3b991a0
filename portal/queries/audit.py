"""Reads of the audit trail."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.access import area_managed_by, audit_read_by, operator_managed_by
from portal.domain.viewer import Viewer
from portal.models import Area, AuditEvent, Base, Driver, Operator

from .paging import AnySelect

VIEW_AS = "map.view_as"


def audit_events(viewer: Viewer) -> AnySelect:
    """(AuditEvent, code of its operator or None) for the events that the viewer may read."""
    stmt: AnySelect = select(AuditEvent, Operator.code).outerjoin(
        Operator, Operator.id == AuditEvent.operator_id
    )
    return stmt.where(audit_read_by(viewer))


def audit_event(viewer: Viewer, event_id: int) -> AnySelect:
    """One of them."""
    return audit_events(viewer).where(AuditEvent.id == event_id)


def audit_of(viewer: Viewer, subject: Base) -> AnySelect:
    """The same for one object."""
    return audit_events(viewer).where(
        AuditEvent.subject_type == subject.__tablename__,
        AuditEvent.subject_id == getattr(subject, "id", None),
    )


def latest_events(viewer: Viewer, limit: int = 10) -> AnySelect:
    return audit_events(viewer).order_by(AuditEvent.id.desc()).limit(limit)


def parts_of(viewer: Viewer, event_id: int) -> Select[int]:
    """Ids of what the viewer may read of a bulk change."""
    return select(AuditEvent.id).where(AuditEvent.parent_id == event_id, audit_read_by(viewer))


def by_actor(stmt: AnySelect, text: str) -> AnySelect:
    """Whose label has the text in it."""
    return stmt.where(func.lower(AuditEvent.actor).contains(text.lower(), autoescape=True))


def for_operator(stmt: AnySelect, code: str) -> AnySelect:
    return stmt.where(Operator.code == code.upper())


def in_group(stmt: AnySelect, prefixes: Sequence[str]) -> AnySelect:
    """Whose action begins with one of these."""
    return stmt.where(or_(*(AuditEvent.action.startswith(prefix, autoescape=True) for prefix in prefixes)))


def viewed_as(stmt: AnySelect, whom: str) -> AnySelect:
    """Who looked at the map through the eyes of this driver (part of a number, or `anonymous`)."""
    subject = func.lower(AuditEvent.subject).contains(whom.lower(), autoescape=True)
    return stmt.where(AuditEvent.action == VIEW_AS, subject)


def part_of(stmt: AnySelect, event_id: int) -> AnySelect:
    return stmt.where(AuditEvent.parent_id == event_id)


def names_of(session: Session, viewer: Viewer, event: AuditEvent) -> dict[tuple[str, int], str]:
    """What the records are called that the event's fields refer to, as far as the viewer may know, by (field, id)."""
    found: dict[tuple[str, int], str] = {}
    queries = {
        "driver_id": select(Driver.id, Driver.number),
        "operator_id": select(Operator.id, Operator.code).where(operator_managed_by(viewer)),
        "area_id": select(Area.id, Area.code).where(area_managed_by(viewer)),
    }
    for field, stmt in queries.items():
        ids = list(_ids(event, field))
        if ids:
            id_ = stmt.selected_columns[0]
            found |= {(field, row[0]): row[1] for row in session.execute(stmt.where(id_.in_(ids)))}
    return found


def _ids(event: AuditEvent, field: str) -> Iterable[int]:
    values = ((side or {}).get(field) for side in (event.before, event.after))
    return {value for value in values if isinstance(value, int)}
