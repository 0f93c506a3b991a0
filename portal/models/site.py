"""Settings of the whole site: the last stop of inheritance."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from .base import Base, Scaled, UtcDateTime, one_of


class MailSecurity(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class SiteSettings(Base):
    """One row: name and defaults; empty values fall back to the environment's settings."""

    __tablename__ = "site_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="single_row"),
        CheckConstraint("energy_step_wh >= 1", name="energy_step"),
        CheckConstraint("idle_timeout_min >= 0", name="idle_timeout"),
        CheckConstraint("monetary_session_limit >= 100", name="monetary_limit"),
        CheckConstraint("mail_port BETWEEN 1 AND 65535", name="mail_port"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(100), default="Charge Portal")
    energy_step_wh: Mapped[int] = mapped_column(default=100)
    idle_timeout_min: Mapped[int] = mapped_column(default=30)
    monetary_session_limit: Mapped[Decimal | None] = mapped_column(Scaled(4))
    # Empty: the environment's setting holds.
    locale: Mapped[str | None] = mapped_column(String(16))
    timezone: Mapped[str | None] = mapped_column(String(64))
    currency: Mapped[str | None] = mapped_column(String(3))
    tile_url: Mapped[str | None] = mapped_column(String(500))
    tile_attribution: Mapped[str | None] = mapped_column(String(300))
    logo: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    logo_type: Mapped[str | None] = mapped_column(String(40))
    # Mail leaves through this server; the password stands in the environment only (PORTAL_MAIL_PASSWORD).
    mail_from: Mapped[str | None] = mapped_column(String(254))
    mail_host: Mapped[str | None] = mapped_column(String(253))
    mail_port: Mapped[int | None]
    mail_security: Mapped[MailSecurity] = mapped_column(one_of(MailSecurity), default=MailSecurity.STARTTLS)
    mail_user: Mapped[str | None] = mapped_column(String(254))
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
