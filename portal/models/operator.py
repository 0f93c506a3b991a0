"""Operator: the tenant company that owns chargers; its code, its draft, its terms."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from .base import Base, BigId, IdMixin, Scaled, UtcDateTime, code_check, fixed, one_of


class OperatorStatus(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"
    ARCHIVED = "archived"


class SessionSettingsMixin:
    """Session settings of one level; null means inherit (site, then operator, then station)."""

    energy_step_wh: Mapped[int | None]
    idle_timeout_min: Mapped[int | None]
    monetary_session_limit: Mapped[Decimal | None] = mapped_column(Scaled(4))


def session_settings_checks() -> tuple[CheckConstraint, ...]:
    """Range checks of SessionSettingsMixin (limits are kept in ten-thousandths, so 0.01 is 100)."""
    return (
        CheckConstraint("energy_step_wh >= 1", name="energy_step"),
        CheckConstraint("idle_timeout_min >= 0", name="idle_timeout"),
        CheckConstraint("monetary_session_limit >= 100", name="monetary_limit"),
    )


class OperatorCode(Base):
    """Every code that an operator ever had; rows stay when the operator goes, so no code is reused."""

    __tablename__ = "operator_code"

    code: Mapped[str] = mapped_column(String(36), primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Operator(IdMixin, SessionSettingsMixin, Base):
    """A company whose chargers the CPO manages. Tenant: one operator never sees another's data."""

    __tablename__ = "operator"
    __table_args__: Any = (
        code_check(),
        *session_settings_checks(),
        CheckConstraint("length(name) BETWEEN 1 AND 100", name="name_length"),
        {"sqlite_autoincrement": True},
    )
    code: Mapped[str] = mapped_column(
        String(36), ForeignKey("operator_code.code", ondelete="RESTRICT"), unique=True
    )
    name: Mapped[str] = mapped_column(String(100))
    organization: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(40))
    phone_e164: Mapped[str | None] = mapped_column(String(16))
    country: Mapped[str | None] = mapped_column(String(2))
    state: Mapped[str | None] = mapped_column(String(100))
    city: Mapped[str | None] = mapped_column(String(100))
    zip: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[OperatorStatus] = mapped_column(one_of(OperatorStatus), default=OperatorStatus.ACTIVE)
    timezone: Mapped[str] = mapped_column(String(64))
    currency: Mapped[str] = mapped_column(String(3))
    security_key_hash: Mapped[str | None] = mapped_column(String(128))
    security_key_last4: Mapped[str | None] = mapped_column(String(4))
    security_key_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    former_key_hash: Mapped[str | None] = mapped_column(String(128))
    former_key_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    search: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @validates("code")
    def _code_is_fixed(self, key: str, value: str) -> str:
        fixed(self, key, self.code, value)
        return value


class OperatorDraft(Base):
    """Server-held state of one run of the wizard; `operator_id` makes its last step idempotent."""

    __tablename__ = "operator_draft"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    operator_id: Mapped[int | None] = mapped_column(
        ForeignKey("operator.id", ondelete="SET NULL"), unique=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Terms(IdMixin, Base):
    """Share/reimbursement of an operator, in force from the first day of a month until the next version."""

    __tablename__ = "terms"
    __table_args__: Any = (
        UniqueConstraint("operator_id", "effective_from"),
        CheckConstraint("price_per_kwh_ac >= 0", name="kwh_ac"),
        CheckConstraint("price_per_kwh_dc >= 0", name="kwh_dc"),
        CheckConstraint("price_per_session >= 0", name="per_session"),
        CheckConstraint("price_per_hour >= 0", name="per_hour"),
        CheckConstraint("share_percent BETWEEN 0 AND 1000000", name="share"),
        {"sqlite_autoincrement": True},
    )

    operator_id: Mapped[int] = mapped_column(BigId, ForeignKey("operator.id", ondelete="CASCADE"))
    effective_from: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    price_per_kwh_ac: Mapped[Decimal] = mapped_column(Scaled(4), default=Decimal(0))
    price_per_kwh_dc: Mapped[Decimal] = mapped_column(Scaled(4), default=Decimal(0))
    price_per_session: Mapped[Decimal] = mapped_column(Scaled(4), default=Decimal(0))
    price_per_hour: Mapped[Decimal] = mapped_column(Scaled(4), default=Decimal(0))
    share_percent: Mapped[Decimal] = mapped_column(Scaled(4), default=Decimal(0))
    reimbursement_first: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @validates("effective_from")
    def _first_of_month(self, key: str, value: date) -> date:
        if value.day != 1:
            raise ValueError(f"{key} {value}: expected the first day of a month")
        return value
