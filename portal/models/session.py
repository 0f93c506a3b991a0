"""Charging sessions as history knows them: what was fixed at the start stays."""

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


class ChargingSession(IdMixin, Base):
    """One charging of one driver at one connector. Energy in Wh, money in minor units of `currency`."""

    __tablename__ = "charging_session"
    __table_args__: Any = (
        UniqueConstraint("station_id", "external_id"),
        CheckConstraint("ended_at >= started_at", name="period"),
        Index("ix_charging_session_operator_started", "operator_id", "started_at", "id"),
        Index("ix_charging_session_started", "started_at", "id"),
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
    energy_wh: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    net_minor: Mapped[int | None] = mapped_column(BigInteger)
    vat_minor: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[SessionStatus] = mapped_column(one_of(SessionStatus))
    end_reason: Mapped[str | None] = mapped_column(String(20))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    operator: Mapped[Operator | None] = relationship(lazy="raise")
    area: Mapped[Area] = relationship(lazy="raise")
    station: Mapped[Station] = relationship(lazy="raise")
    driver: Mapped[Driver | None] = relationship(lazy="raise")
