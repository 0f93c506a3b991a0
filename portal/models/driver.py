"""Driver, tokens and the dated memberships of private networks."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from .base import Base, BigId, IdMixin, UtcDateTime, code_check, fixed, one_of
from .operator import Operator


class DriverStatus(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


class TokenKind(StrEnum):
    RFID = "rfid"
    APP = "app"


class Driver(IdMixin, Base):
    """A customer who charges."""

    __tablename__ = "driver"
    __table_args__: Any = (code_check("number"), {"sqlite_autoincrement": True})

    number: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    phone_e164: Mapped[str | None] = mapped_column(String(16), index=True)
    status: Mapped[DriverStatus] = mapped_column(one_of(DriverStatus), default=DriverStatus.ACTIVE)
    anonymised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    search: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    tokens: Mapped[list["Token"]] = relationship(
        lazy="raise", order_by="Token.uid", back_populates="driver", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @validates("number")
    def _number_is_fixed(self, key: str, value: str) -> str:
        fixed(self, key, self.number, value)
        return value


class Token(IdMixin, Base):
    """What a driver shows to start charging: an RFID card or the app. `uid` is stored upper-cased."""

    __tablename__ = "token"
    __table_args__: Any = (
        CheckConstraint("uid = upper(uid)", name="uid_form"),
        {"sqlite_autoincrement": True},
    )

    driver_id: Mapped[int] = mapped_column(BigId, ForeignKey("driver.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    kind: Mapped[TokenKind] = mapped_column(one_of(TokenKind), default=TokenKind.RFID)
    blocked: Mapped[bool] = mapped_column(default=False)

    driver: Mapped[Driver] = relationship(lazy="raise", back_populates="tokens")


class Membership(IdMixin, Base):
    """One driver in one operator's private network. A revoked row stays: history is never rewritten."""

    __tablename__ = "membership"
    __table_args__: Any = (
        Index(
            "uq_membership_unrevoked",
            "operator_id",
            "driver_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_membership_valid_to", "operator_id", "valid_to"),
        CheckConstraint("valid_to > valid_from", name="validity"),
        {"sqlite_autoincrement": True},
    )

    operator_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("operator.id", ondelete="RESTRICT"), index=True
    )
    driver_id: Mapped[int] = mapped_column(BigId, ForeignKey("driver.id", ondelete="RESTRICT"), index=True)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by: Mapped[str] = mapped_column(String(254))
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(String(200))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(254))
    revoke_reason: Mapped[str | None] = mapped_column(String(200))

    operator: Mapped[Operator] = relationship(lazy="raise")
    driver: Mapped[Driver] = relationship(lazy="raise")
