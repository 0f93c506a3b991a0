"""Area, station, charger, connector: the hardware and where it stands."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from .base import Base, BigId, IdMixin, UtcDateTime, code_check, fixed, one_of
from .operator import Operator, SessionSettingsMixin, session_settings_checks


class StationStatus(StrEnum):
    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    PLANNED = "planned"
    CLOSED = "closed"


class CurrentType(StrEnum):
    AC = "AC"
    DC = "DC"


class Area(IdMixin, Base):
    """A charging area (parking lot, building); belongs to at most one operator."""

    __tablename__ = "area"
    __table_args__: Any = (code_check(), {"sqlite_autoincrement": True})

    code: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    operator_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("operator.id", ondelete="RESTRICT"), index=True
    )
    address: Mapped[str | None] = mapped_column(String(200))
    city: Mapped[str | None] = mapped_column(String(100))
    country: Mapped[str | None] = mapped_column(String(2))
    search: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    operator: Mapped[Operator | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @validates("code")
    def _code_is_fixed(self, key: str, value: str) -> str:
        fixed(self, key, self.code, value)
        return value


class Station(IdMixin, SessionSettingsMixin, Base):
    """The networked thing on the map. `visible` false hides it from all but its private network."""

    __tablename__ = "station"
    __table_args__: Any = (
        code_check(),
        *session_settings_checks(),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        Index("ix_station_position", "longitude", "latitude"),
        {"sqlite_autoincrement": True},
    )

    code: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    area_id: Mapped[int] = mapped_column(BigId, ForeignKey("area.id", ondelete="RESTRICT"), index=True)
    latitude: Mapped[float]
    longitude: Mapped[float]
    address: Mapped[str | None] = mapped_column(String(200))
    city: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str | None] = mapped_column(String(100))
    zip: Mapped[str | None] = mapped_column(String(20))
    country: Mapped[str | None] = mapped_column(String(2))
    opening_hours: Mapped[str | None] = mapped_column(String(500))
    visible: Mapped[bool] = mapped_column(default=True)
    status: Mapped[StationStatus] = mapped_column(one_of(StationStatus), default=StationStatus.AVAILABLE)
    search: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    area: Mapped[Area] = relationship(lazy="raise")
    chargers: Mapped[list["Charger"]] = relationship(
        lazy="raise", order_by="Charger.uid", back_populates="station", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @validates("code")
    def _code_is_fixed(self, key: str, value: str) -> str:
        fixed(self, key, self.code, value)
        return value


class Charger(IdMixin, Base):
    """One EVSE of a station; AC or DC."""

    __tablename__ = "charger"
    __table_args__: Any = (UniqueConstraint("station_id", "uid"), {"sqlite_autoincrement": True})

    station_id: Mapped[int] = mapped_column(BigId, ForeignKey("station.id", ondelete="CASCADE"))
    uid: Mapped[str] = mapped_column(String(36))
    current_type: Mapped[CurrentType] = mapped_column(one_of(CurrentType))

    station: Mapped[Station] = relationship(lazy="raise", back_populates="chargers")
    connectors: Mapped[list["Connector"]] = relationship(
        lazy="raise", order_by="Connector.number", back_populates="charger", passive_deletes=True
    )


class Connector(IdMixin, Base):
    """One plug or socket of a charger; `max_w` is empty where the publisher does not say."""

    __tablename__ = "connector"
    __table_args__: Any = (
        UniqueConstraint("charger_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("max_w >= 1", name="max_w"),
        {"sqlite_autoincrement": True},
    )

    charger_id: Mapped[int] = mapped_column(BigId, ForeignKey("charger.id", ondelete="CASCADE"))
    number: Mapped[int]
    standard: Mapped[str] = mapped_column(String(40), index=True)
    max_w: Mapped[int | None] = mapped_column(index=True)

    charger: Mapped[Charger] = relationship(lazy="raise", back_populates="connectors")
