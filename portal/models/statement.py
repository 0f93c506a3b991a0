"""Statements: the commission of one operator for one month, frozen when issued; its lines, payments, runs."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, BigId, IdMixin, UtcDateTime, one_of
from .operator import Operator
from .session import ChargingSession


class StatementKind(StrEnum):
    STATEMENT = "statement"
    CREDIT = "credit"


class StatementStatus(StrEnum):
    ISSUED = "issued"
    PAID = "paid"
    CREDITED = "credited"


class StatementLineKind(StrEnum):
    SESSION = "session"
    LATE = "late"
    CORRECTION = "correction"
    CREDIT = "credit"


class RunStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Statement(IdMixin, Base):
    """What an operator gets for a month in one currency. Money in its minor units, energy in Wh.

    All but `status` never changes (triggers hold it). `content` is what its documents say beside the lines; `hash`
    covers content, lines and the hash of the operator's previous statement. A credit takes back the one it `credits`.
    """

    __tablename__ = "statement"
    __table_args__: Any = (
        UniqueConstraint("operator_id", "month", "sequence"),
        CheckConstraint("due_minor + kept_minor = net_minor", name="adds_up"),
        CheckConstraint("reimbursement_minor + share_minor = due_minor", name="due"),
        CheckConstraint("(kind = 'credit') = (credits_id IS NOT NULL)", name="credits"),
        Index(
            "uq_statement_live",
            "operator_id",
            "month",
            "currency",
            unique=True,
            sqlite_where=text("kind = 'statement' AND status <> 'credited'"),
            postgresql_where=text("kind = 'statement' AND status <> 'credited'"),
        ),
        Index("ix_statement_issued", "issued_at", "id"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[StatementKind] = mapped_column(one_of(StatementKind))
    status: Mapped[StatementStatus] = mapped_column(one_of(StatementStatus))
    operator_id: Mapped[int] = mapped_column(BigId, ForeignKey("operator.id", ondelete="RESTRICT"))
    month: Mapped[date]
    sequence: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    sessions: Mapped[int]
    energy_wh: Mapped[int] = mapped_column(BigInteger)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    vat_minor: Mapped[int] = mapped_column(BigInteger)
    reimbursement_minor: Mapped[int] = mapped_column(BigInteger)
    share_minor: Mapped[int] = mapped_column(BigInteger)
    due_minor: Mapped[int] = mapped_column(BigInteger)
    kept_minor: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("statement.id", ondelete="RESTRICT"), unique=True
    )
    credits_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("statement.id", ondelete="RESTRICT"), unique=True
    )
    hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[str] = mapped_column(String(254))

    operator: Mapped[Operator] = relationship(lazy="raise")
    previous: Mapped["Statement | None"] = relationship(
        lazy="raise", foreign_keys=[previous_id], remote_side="Statement.id"
    )
    credits: Mapped["Statement | None"] = relationship(
        lazy="raise", foreign_keys=[credits_id], remote_side="Statement.id"
    )


class StatementLine(IdMixin, Base):
    """One session on a statement, as it counted; a correction or a credit holds the difference to `refers_to`.

    `live` ends when the statement is credited: a session has at most one live first line (`session` or `late`).
    `session_version` says which state of the session was read. `restated` is the whole session behind a correction.
    """

    __tablename__ = "statement_line"
    __table_args__: Any = (
        UniqueConstraint("statement_id", "position"),
        CheckConstraint("(kind IN ('session', 'late')) = (refers_to_id IS NULL)", name="refers"),
        Index(
            "uq_statement_line_live",
            "session_id",
            unique=True,
            sqlite_where=text("live = 1 AND refers_to_id IS NULL"),
            postgresql_where=text("live AND refers_to_id IS NULL"),
        ),
        Index("ix_statement_line_session", "session_id"),
        Index("ix_statement_line_terms", "terms_id"),
        {"sqlite_autoincrement": True},
    )

    statement_id: Mapped[int] = mapped_column(BigId, ForeignKey("statement.id", ondelete="RESTRICT"))
    position: Mapped[int]
    kind: Mapped[StatementLineKind] = mapped_column(one_of(StatementLineKind))
    live: Mapped[bool] = mapped_column(default=True)
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("charging_session.id", ondelete="RESTRICT"))
    session_version: Mapped[int]
    refers_to_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("statement_line.id", ondelete="RESTRICT"), index=True
    )
    terms_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("terms.id", ondelete="RESTRICT"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    station_code: Mapped[str] = mapped_column(String(36))
    charger_uid: Mapped[str] = mapped_column(String(36))
    connector_number: Mapped[int]
    dc: Mapped[bool]
    energy_wh: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[int] = mapped_column(BigInteger)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    vat_minor: Mapped[int] = mapped_column(BigInteger)
    reimbursement_minor: Mapped[int] = mapped_column(BigInteger)
    share_minor: Mapped[int] = mapped_column(BigInteger)
    restated: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    statement: Mapped[Statement] = relationship(lazy="raise")
    session: Mapped[ChargingSession] = relationship(lazy="raise")
    refers_to: Mapped["StatementLine | None"] = relationship(lazy="raise", remote_side="StatementLine.id")


class StatementPayment(IdMixin, Base):
    """Money that went to the operator for a statement; a payment entered wrongly is taken back by its negative."""

    __tablename__ = "statement_payment"
    __table_args__: Any = (
        CheckConstraint("amount_minor <> 0", name="amount"),
        Index("ix_statement_payment_statement", "statement_id"),
        {"sqlite_autoincrement": True},
    )

    statement_id: Mapped[int] = mapped_column(BigId, ForeignKey("statement.id", ondelete="RESTRICT"))
    paid_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(254))


class StatementRun(IdMixin, Base):
    """The issuing of a month for all operators, one operator after the other by code; `after_code` was the last.

    Each operator is one transaction together with the move of `after_code`, so a run that was killed goes on.
    """

    __tablename__ = "statement_run"
    __table_args__: Any = (
        Index(
            "uq_statement_run_open",
            "month",
            unique=True,
            sqlite_where=text("status <> 'done'"),
            postgresql_where=text("status <> 'done'"),
        ),
        {"sqlite_autoincrement": True},
    )

    month: Mapped[date]
    status: Mapped[RunStatus] = mapped_column(one_of(RunStatus), default=RunStatus.WAITING)
    operators: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    issued: Mapped[int] = mapped_column(default=0)
    after_code: Mapped[str] = mapped_column(String(36), default="")
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_by: Mapped[str] = mapped_column(String(254))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
