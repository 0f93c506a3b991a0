"""Base class, naming convention and column types shared by all models."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Enum, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Declarative base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    # Numbers of deleted rows are never handed out again: the audit trail names rows by number.
    __table_args__: Any = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it


class IdMixin:
    """Surrogate key that is never reused."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: expected one with a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Scaled(TypeDecorator[Decimal]):
    """An exact decimal with a fixed number of places, kept as an integer so that no engine makes it a float."""

    impl = BigInteger
    cache_ok = True
    python_type = Decimal

    def __init__(self, places: int = 4) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError("float where an exact decimal is expected")
        scaled = Decimal(value).scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} decimal places")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


def one_of(kind: type[StrEnum]) -> Enum:
    """Column type of a closed list of words, held by a CHECK on both engines."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
        name=kind.__name__.lower(),
    )


def code_check(column: str = "code") -> CheckConstraint:
    """Codes are stored upper-cased, so a plain unique index ignores case on both engines."""
    return CheckConstraint(
        f"{column} = upper({column}) AND length({column}) BETWEEN 2 AND 36", name=f"{column}_form"
    )


def fixed(instance: object, field: str, old: object, new: object) -> None:
    """Refuse to change a value that integrations and history rely on once it is set."""
    if old is not None and old != new:
        raise ValueError(f"{type(instance).__name__}.{field} never changes ({old!r} to {new!r} refused)")
