"""What the site is called and what holds on it: the settings' row, and the environment behind it."""

from dataclasses import dataclass

from flask import current_app, g

from portal.config import Config
from portal.domain.site_values import PORTS, effective
from portal.extensions import db
from portal.models import MailSecurity, SiteSettings

NAME = "Charge Portal"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Through which server mails leave, and from whom they come."""

    host: str
    port: int
    security: MailSecurity
    user: str | None
    sender: str


@dataclass(frozen=True, slots=True)
class Site:
    """The values in force. `logo` is the version of the picture, for addresses; None where there is none."""

    name: str
    locale: str
    timezone: str
    currency: str
    tile_url: str
    tile_attribution: str
    logo: int | None = None
    mail: MailServer | None = None


def current_site() -> Site:
    """Read once a request."""
    if "site" not in g:
        away = g.get("without_database")
        g.site = site_of(None if away else db.session.get(SiteSettings, 1), config())
    return _kept()


def site_if_known() -> Site:
    """For what must not ask the database: as far as this request has read it, else the environment's."""
    return _kept() if "site" in g else site_of(None, config())


def site_of(row: SiteSettings | None, environment: Config) -> Site:
    """The values in force with this row; None is a site whose settings cannot be read."""

    def value(field: str) -> str:
        return effective(row, environment, field).value

    return Site(
        name=row.name if row else NAME,
        locale=value("locale"),
        timezone=value("timezone"),
        currency=value("currency"),
        tile_url=value("tile_url"),
        tile_attribution=value("tile_attribution"),
        logo=row.version if row and row.logo_type else None,
        mail=_mail(row) if row else None,
    )


def config() -> Config:
    """The environment's settings."""
    found: Config = current_app.config["PORTAL"]
    return found


def _kept() -> Site:
    kept: Site = g.site
    return kept


def _mail(row: SiteSettings) -> MailServer | None:
    if not row.mail_host or not row.mail_from:
        return None
    port = row.mail_port or PORTS[row.mail_security]
    return MailServer(row.mail_host, port, row.mail_security, row.mail_user, row.mail_from)
