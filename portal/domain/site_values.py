"""The settings of the site: how they are checked, and what holds where they are silent."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from portal.config import LOCALES, Config
from portal.models import MailSecurity, SiteSettings

from .checking import Checked
from .contact import email_value
from .errors import Invalid
from .geography import currency_value
from .operator_values import check_session_settings
from .text import N_
from .tiles import attribution_value, tile_url_value
from .values import required_text, text_value
from .zones import zone_value

Raw = Mapping[str, str | None]

SESSIONS = ("energy_step_wh", "idle_timeout_min", "monetary_session_limit")
MAIL = ("mail_host", "mail_port", "mail_security", "mail_user", "mail_from")
FIELDS = ("name", "locale", "timezone", "currency", *SESSIONS, *MAIL, "tile_url", "tile_attribution")
PORTS = {MailSecurity.NONE: 25, MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465}

BEHIND = {
    "locale": "default_locale",
    "timezone": "default_timezone",
    "currency": "default_currency",
    "tile_url": "tile_url",
    "tile_attribution": "tile_attribution",
}
"""What stands behind an empty setting: the field of Config by the field of SiteSettings."""

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")


class Origin(StrEnum):
    SITE = "site"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class SiteValue:
    """A value in force, and whether the site's settings or the environment says so."""

    value: str
    origin: Origin


def effective(settings: SiteSettings | None, config: Config, field: str) -> SiteValue:
    """The value in force of a field of BEHIND: the settings' own, else the environment's.

    An attribution belongs to its tiles: it never comes from elsewhere than they do.
    """
    decides = "tile_url" if field == "tile_attribution" else field
    if settings is not None and getattr(settings, decides):
        return SiteValue(getattr(settings, field) or "", Origin.SITE)
    return SiteValue(getattr(config, BEHIND[field]), Origin.ENVIRONMENT)


def check_site(raw: Raw) -> Checked:
    """All settings as they were typed; what is left empty and may be is None."""
    checked = Checked()
    checked.take("name", lambda: required_text("name", raw.get("name"), 100))
    checked.take("locale", lambda: _locale(raw.get("locale")))
    for name, check in (("timezone", zone_value), ("currency", currency_value)):
        checked.take(name, partial(_unless_empty, check, name, raw.get(name)))
    _check_sessions(raw, checked)
    _check_mail(raw, checked)
    url = checked.take("tile_url", lambda: tile_url_value("tile_url", raw.get("tile_url")))
    checked.take(
        "tile_attribution", lambda: attribution_value("tile_attribution", raw.get("tile_attribution"), url)
    )
    return checked


def _unless_empty(check: Callable[[str, str], str], name: str, typed: str | None) -> str | None:
    return check(name, typed) if typed and typed.strip() else None


def _locale(typed: str | None) -> str | None:
    if typed and typed not in LOCALES:
        raise Invalid("locale", N_("Choose a language from the list."))
    return typed or None


def _check_sessions(raw: Raw, checked: Checked) -> None:
    """As for an operator, but that the site has nothing to inherit from."""
    sessions = check_session_settings(raw)
    checked.errors += sessions.errors
    checked.values |= sessions.values
    for name in ("energy_step_wh", "idle_timeout_min"):
        if name in sessions.values and sessions.values[name] is None:
            del checked.values[name]
            checked.errors.append(Invalid(name, N_("Please fill this in.")))


def _check_mail(raw: Raw, checked: Checked) -> None:
    """A server needs a sender; a password never travels in clear."""
    host = checked.take("mail_host", lambda: _host(raw.get("mail_host")))
    checked.take("mail_port", lambda: _port(raw.get("mail_port")))
    user = checked.take("mail_user", lambda: text_value("mail_user", raw.get("mail_user"), 254))
    checked.take("mail_security", lambda: _security(raw.get("mail_security"), user))
    sender = checked.take("mail_from", lambda: email_value("mail_from", raw.get("mail_from")))
    if host and sender is None and "mail_from" in checked.values:
        checked.errors.append(Invalid("mail_from", N_("Enter the address that mails come from.")))


def _host(typed: str | None) -> str | None:
    host = text_value("mail_host", typed, 253)
    if host is not None and not _HOST.fullmatch(host):
        raise Invalid("mail_host", N_("Expected the name of a server, such as smtp.example.com."))
    return host


def _port(typed: str | None) -> int | None:
    text = (typed or "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise Invalid(
            "mail_port", N_("Expected a whole number from %(least)s to %(most)s."), least=1, most=65535
        )
    return int(text)


def _security(typed: str | None, user: str | None) -> MailSecurity:
    try:
        security = MailSecurity(typed or MailSecurity.STARTTLS)
    except ValueError:
        raise Invalid("mail_security", N_("Choose one from the list.")) from None
    if user and security is MailSecurity.NONE:
        raise Invalid("mail_security", N_("A user signs in over an encrypted connection only."))
    return security
