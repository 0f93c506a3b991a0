"""Settings of the whole site: the last stop of inheritance."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Scaled


class SiteSettings(Base):
    """One row: name and defaults; empty values fall back to the environment's settings."""

    __tablename__ = "site_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="single_row"),
        CheckConstraint("energy_step_wh >= 1", name="energy_step"),
        CheckConstraint("idle_timeout_min >= 0", name="idle_timeout"),
        CheckConstraint("monetary_session_limit >= 100", name="monetary_limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(100), default="Charge Portal")
    energy_step_wh: Mapped[int] = mapped_column(default=100)
    idle_timeout_min: Mapped[int] = mapped_column(default=30)
    monetary_session_limit: Mapped[Decimal | None] = mapped_column(Scaled(4))
