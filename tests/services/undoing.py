"""What tests of undo share: when, who, and looking at what it left."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.viewer import Viewer
from portal.models import AuditEvent, Role
from portal.services.undo import Undone, undo
from tests.support.factories import TESTER

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SOON = AT + timedelta(minutes=14)
ADMIN = Viewer(Role.ADMIN)


def take_back(
    session: Session, event: AuditEvent | None, *, viewer: Viewer = ADMIN, at: datetime = SOON
) -> Undone:
    assert event is not None
    return undo(session, event, viewer=viewer, actor=TESTER, at=at)


def last(session: Session, action: str) -> AuditEvent:
    stmt = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id.desc())
    return session.scalars(stmt.limit(1)).one()


def parts(session: Session, event: AuditEvent) -> list[tuple[str, str]]:
    stmt = select(AuditEvent.action, AuditEvent.subject).where(AuditEvent.parent_id == event.id)
    return sorted((action, subject) for action, subject in session.execute(stmt))
