"""The audit trail: written with the change, never edited (triggers in the database refuse it).

The one exception is erasure: see docs/adr/0007-erasure-in-an-append-only-trail.md.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, BigId, IdMixin, UtcDateTime


class AuditEvent(IdMixin, Base):
    """Who changed what, when, from where. Plain numbers instead of foreign keys: the trail outlives its subjects.

    `parent_id` is the event of the bulk action that this one is a part of, `erased_by` that of the erasure which took
    personal data out of it.
    """

    __tablename__ = "audit_event"
    __table_args__: Any = (
        Index("ix_audit_event_operator", "operator_id", "id"),
        Index("ix_audit_event_subject", "subject_type", "subject_id", "id"),
        Index("ix_audit_event_parent", "parent_id"),
        {"sqlite_autoincrement": True},
    )

    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor: Mapped[str] = mapped_column(String(254))
    via: Mapped[str] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    subject: Mapped[str] = mapped_column(String(254))
    operator_id: Mapped[int | None] = mapped_column(BigId)
    parent_id: Mapped[int | None] = mapped_column(BigId)
    erased_by: Mapped[int | None] = mapped_column(BigId)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
