"""Charging sessions: what was fixed at the start stays; what equipment measured; what is doubtful about them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, BigId, IdMixin, UtcDateTime, one_of
from .driver import Driver
from .operator import Operator
from .station import Area, Station


class SessionStatus(StrEnum):
    RUNNING = "running"
    CLOSED = "closed"
    CLOSED_IDLE = "closed_idle"


class Doubt(StrEnum):
    """Why a session stays out of statements until somebody accepts it (see SEMANTICS: "Sessions")."""

    NO_END = "no_end"
    NO_ENERGY = "no_energy"
    NEGATIVE_ENERGY = "negative_energy"
    TOO_MUCH_ENERGY = "too_much_energy"
    OVERLAP = "overlap"
    IN_THE_FUTURE = "in_the_future"
    DUPLICATE = "duplicate"
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - a word, not a secret
    OVER_LIMIT = "over_limit"


class ChargingSession(IdMixin, Base):
    """One charging of one driver at one connector. Energy in Wh, money in minor units of `currency`.

    `settings` and `tariff` are those in force at the start; `rating` explains net and VAT line by line.
    `check_at` is when a running session becomes idle, unless it advances before.
    """

    __tablename__ = "charging_session"
    __table_args__: Any = (
        UniqueConstraint("station_id", "external_id"),
        CheckConstraint("ended_at >= started_at", name="period"),
        Index("ix_charging_session_operator_started", "operator_id", "started_at", "id"),
        Index("ix_charging_session_operator_ended", "operator_id", "ended_at", "id"),
        Index("ix_charging_session_started", "started_at", "id"),
        Index("ix_charging_session_updated", "updated_at"),
        Index("ix_charging_session_connector", "station_id", "charger_uid", "connector_number", "started_at"),
        Index("ix_charging_session_check", "status", "check_at"),
        {"sqlite_autoincrement": True},
    )

    external_id: Mapped[str] = mapped_column(String(64))
    operator_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("operator.id", ondelete="RESTRICT"))
    area_id: Mapped[int] = mapped_column(BigId, ForeignKey("area.id", ondelete="RESTRICT"), index=True)
    station_id: Mapped[int] = mapped_column(BigId, ForeignKey("station.id", ondelete="RESTRICT"))
    driver_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("driver.id", ondelete="RESTRICT"), index=True
    )
    charger_uid: Mapped[str] = mapped_column(String(36))
    connector_number: Mapped[int]
    token_uid: Mapped[str | None] = mapped_column(String(36))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    start_wh: Mapped[int | None] = mapped_column(BigInteger)
    energy_wh: Mapped[int | None] = mapped_column(BigInteger)
    charging_s: Mapped[int | None]
    idle_s: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    net_minor: Mapped[int | None] = mapped_column(BigInteger)
    vat_minor: Mapped[int | None] = mapped_column(BigInteger)
    uncapped_minor: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[SessionStatus] = mapped_column(one_of(SessionStatus))
    end_reason: Mapped[str | None] = mapped_column(String(20))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    tariff: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    rating: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    last_advance_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stop_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    operator: Mapped[Operator | None] = relationship(lazy="raise")
    area: Mapped[Area] = relationship(lazy="raise")
    station: Mapped[Station] = relationship(lazy="raise")
    driver: Mapped[Driver | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class SessionSample(Base):
    """What a meter said: the register in Wh at an instant; `closing` is the one that came with the stop."""

    __tablename__ = "session_sample"
    __table_args__: Any = ({"sqlite_with_rowid": False},)

    session_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("charging_session.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    closing: Mapped[bool] = mapped_column(primary_key=True, default=False)
    meter_wh: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(20))


class SessionDoubt(Base):
    """One thing that is doubtful about a session; accepted, it no longer keeps it out of statements."""

    __tablename__ = "session_doubt"
    __table_args__: Any = (Index("ix_session_doubt_open", "doubt", "accepted_at"),)

    session_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("charging_session.id", ondelete="CASCADE"), primary_key=True
    )
    doubt: Mapped[Doubt] = mapped_column(one_of(Doubt), primary_key=True)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by: Mapped[str | None] = mapped_column(String(254))
