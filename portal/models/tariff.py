"""Tariff: what charging costs, per operator, area or station, from an instant on."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, BigId, IdMixin, Scaled, UtcDateTime
from .operator import Operator
from .station import Area, Station


class Tariff(IdMixin, Base):
    """Prices without VAT, in `currency`; at most one of operator, area, station (none: the whole site).

    The nearest wins: station, area, operator, site. `step_wh` is the unit in which energy is billed (rounded up),
    `max_price` the most that a session costs, VAT included.
    """

    __tablename__ = "tariff"
    __table_args__: Any = (
        CheckConstraint(
            "(operator_id IS NOT NULL AND area_id IS NULL AND station_id IS NULL) OR "
            "(operator_id IS NULL AND area_id IS NOT NULL AND station_id IS NULL) OR "
            "(operator_id IS NULL AND area_id IS NULL)",
            name="scope",
        ),
        CheckConstraint("valid_to > valid_from", name="validity"),
        CheckConstraint("price_per_kwh >= 0", name="per_kwh"),
        CheckConstraint("price_per_session >= 0", name="per_session"),
        CheckConstraint("price_per_hour >= 0", name="per_hour"),
        CheckConstraint("price_per_idle_hour >= 0", name="per_idle_hour"),
        CheckConstraint("vat_percent BETWEEN 0 AND 1000000", name="vat"),
        CheckConstraint("step_wh >= 1", name="step"),
        CheckConstraint("max_price >= 100", name="max_price"),
        Index("ix_tariff_operator", "operator_id", "valid_from"),
        Index("ix_tariff_area", "area_id", "valid_from"),
        Index("ix_tariff_station", "station_id", "valid_from"),
        {"sqlite_autoincrement": True},
    )

    name: Mapped[str] = mapped_column(String(100))
    operator_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("operator.id", ondelete="RESTRICT"))
    area_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("area.id", ondelete="CASCADE"))
    station_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("station.id", ondelete="CASCADE"))
    currency: Mapped[str] = mapped_column(String(3))
    price_per_kwh: Mapped[Decimal] = mapped_column(Scaled(4), default=Decimal(0))
    price_per_session: Mapped[Decimal] = mapped_column(Scaled(4), default=Decimal(0))
    price_per_hour: Mapped[Decimal] = mapped_column(Scaled(4), default=Decimal(0))
    price_per_idle_hour: Mapped[Decimal] = mapped_column(Scaled(4), default=Decimal(0))
    vat_percent: Mapped[Decimal] = mapped_column(Scaled(4), default=Decimal(0))
    step_wh: Mapped[int] = mapped_column(default=1)
    max_price: Mapped[Decimal | None] = mapped_column(Scaled(4))
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    operator: Mapped[Operator | None] = relationship(lazy="raise")
    area: Mapped[Area | None] = relationship(lazy="raise")
    station: Mapped[Station | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
