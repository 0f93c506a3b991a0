"""What an account keeps for itself: language, theme, list columns, saved views, files on their way in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, BigId, IdMixin, UtcDateTime, one_of


class Theme(StrEnum):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Preference(Base):
    """One row an account, once it chose something. `columns`: keys of the shown columns by list endpoint."""

    __tablename__ = "preference"

    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    locale: Mapped[str | None] = mapped_column(String(16))
    theme: Mapped[Theme] = mapped_column(one_of(Theme), default=Theme.AUTO)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class SavedView(IdMixin, Base):
    """A list's search, filters, sort and columns under a name of the account's own; `query` is the URL's."""

    __tablename__ = "saved_view"
    __table_args__: Any = (UniqueConstraint("account_id", "endpoint", "name"), {"sqlite_autoincrement": True})

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id", ondelete="CASCADE"))
    endpoint: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Upload(Base):
    """A file between its dry run and the decision to take it in; `purpose` says what it was uploaded for."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(80))
    filename: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
