"""Account (login), its server-side sign-ins, its single-use links, and the throttle counters."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, BigId, IdMixin, UtcDateTime, one_of
from .driver import Driver
from .operator import Operator


class Role(StrEnum):
    ADMIN = "admin"
    OPERATOR = "operator"
    DRIVER = "driver"


class AccountStatus(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


class Account(IdMixin, Base):
    """A login. An operator user belongs to exactly one operator, a driver login to exactly one driver."""

    __tablename__ = "account"
    __table_args__: Any = (
        CheckConstraint("email = lower(email)", name="email_form"),
        CheckConstraint("(role = 'operator') = (operator_id IS NOT NULL)", name="operator_role"),
        CheckConstraint("(role = 'driver') = (driver_id IS NOT NULL)", name="driver_role"),
        {"sqlite_autoincrement": True},
    )

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    role: Mapped[Role] = mapped_column(one_of(Role))
    status: Mapped[AccountStatus] = mapped_column(one_of(AccountStatus), default=AccountStatus.ACTIVE)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    operator_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("operator.id", ondelete="RESTRICT"), index=True
    )
    driver_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("driver.id", ondelete="RESTRICT"), unique=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    operator: Mapped[Operator | None] = relationship(lazy="raise")
    driver: Mapped[Driver | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class LoginSession(IdMixin, Base):
    """One sign-in on one device; its secret is stored hashed and it ends on the server."""

    __tablename__ = "login_session"

    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(300))

    account: Mapped[Account] = relationship(lazy="raise")


class AccountLink(IdMixin, Base):
    """A single-use link with which the owner of an account sets its password."""

    __tablename__ = "account_link"

    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship(lazy="raise")


class Throttle(Base):
    """How often something was tried in the present window; shared by all workers."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    window: Mapped[int] = mapped_column(BigId)
    tries: Mapped[int]
