"""What stations, areas, operators and drivers were before: the states that decide who could see what.

Triggers in the database write a row whenever one of these states ends, so that no way of changing them forgets it.
The state at a moment is the first past one whose `until` lies after it, else the present one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, BigId, IdMixin, UtcDateTime, one_of
from .driver import DriverStatus
from .operator import OperatorStatus
from .station import StationStatus


class StationPast(IdMixin, Base):
    """Where a station stood and whether everybody saw it, `until` this instant."""

    __tablename__ = "station_past"
    __table_args__: Any = (
        Index("ix_station_past_until", "station_id", "until"),
        {"sqlite_autoincrement": True},
    )

    station_id: Mapped[int] = mapped_column(BigId, ForeignKey("station.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(BigId)
    visible: Mapped[bool]
    status: Mapped[StationStatus] = mapped_column(one_of(StationStatus))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class AreaPast(IdMixin, Base):
    """Which operator an area was assigned to, `until` this instant."""

    __tablename__ = "area_past"
    __table_args__: Any = (Index("ix_area_past_until", "area_id", "until"), {"sqlite_autoincrement": True})

    area_id: Mapped[int] = mapped_column(BigId, ForeignKey("area.id", ondelete="CASCADE"))
    operator_id: Mapped[int | None] = mapped_column(BigId)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class OperatorPast(IdMixin, Base):
    """An operator's status, `until` this instant."""

    __tablename__ = "operator_past"
    __table_args__: Any = (
        Index("ix_operator_past_until", "operator_id", "until"),
        {"sqlite_autoincrement": True},
    )

    operator_id: Mapped[int] = mapped_column(BigId, ForeignKey("operator.id", ondelete="CASCADE"))
    status: Mapped[OperatorStatus] = mapped_column(one_of(OperatorStatus))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class DriverPast(IdMixin, Base):
    """A driver's status, `until` this instant."""

    __tablename__ = "driver_past"
    __table_args__: Any = (
        Index("ix_driver_past_until", "driver_id", "until"),
        {"sqlite_autoincrement": True},
    )

    driver_id: Mapped[int] = mapped_column(BigId, ForeignKey("driver.id", ondelete="CASCADE"))
    status: Mapped[DriverStatus] = mapped_column(one_of(DriverStatus))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
