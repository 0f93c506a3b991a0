"""Settings from the environment, checked before anything starts."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.numbers import list_currencies
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

LOCALES = ("en", "de")  # the languages of the catalogues; English is in the code


class ConfigError(Exception):
    """A setting is missing or wrong; the message is one line that names it."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the portal needs to know to run; see README for each setting."""

    database_url: str
    secret_key: str
    tile_url: str = ""
    tile_attribution: str = ""
    base_url: str = ""
    default_locale: str = "en"
    default_timezone: str = "UTC"
    default_currency: str = "EUR"
    trusted_proxies: int = 0
    mail_password: str = field(default="", repr=False)
    mail_folder: str = ""
    demo: bool = False

    @property
    def secure(self) -> bool:
        """Served behind TLS: cookies are Secure and carry the __Host- prefix."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> "Config":
        """Read the PORTAL_… settings. Raises ConfigError naming the first wrong one."""
        env = os.environ if env is None else env
        return cls(
            database_url=_required(env, "PORTAL_DATABASE_URL"),
            secret_key=_required(env, "PORTAL_SECRET_KEY"),
            tile_url=env.get("PORTAL_TILE_URL", "").strip(),
            tile_attribution=env.get("PORTAL_TILE_ATTRIBUTION", "").strip(),
            base_url=env.get("PORTAL_BASE_URL", "").strip().rstrip("/"),
            trusted_proxies=_count(env, "PORTAL_TRUSTED_PROXIES"),
            mail_password=env.get("PORTAL_MAIL_PASSWORD", ""),
            mail_folder=env.get("PORTAL_MAIL_FOLDER", "").strip(),
            default_locale=env.get("PORTAL_DEFAULT_LOCALE", "").strip() or "en",
            default_timezone=env.get("PORTAL_DEFAULT_TIMEZONE", "").strip() or "UTC",
            default_currency=(env.get("PORTAL_DEFAULT_CURRENCY", "").strip() or "EUR").upper(),
        )

    def __post_init__(self) -> None:
        _check_database(self.database_url)
        if len(self.secret_key) < 16 or len(set(self.secret_key)) < 6:
            raise ConfigError("PORTAL_SECRET_KEY: expected at least 16 random characters")
        for name, url in (("PORTAL_TILE_URL", self.tile_url), ("PORTAL_BASE_URL", self.base_url)):
            if url and not url.startswith(("http://", "https://")):
                raise ConfigError(
                    f"{name}: expected an address that starts with https:// or http://, got {url!r}"
                )
        if self.tile_url and not all(part in self.tile_url for part in ("{z}", "{x}", "{y}")):
            raise ConfigError("PORTAL_TILE_URL: expected {z}, {x} and {y} in the address")
        if self.mail_folder and not Path(self.mail_folder).is_dir():
            raise ConfigError(f"PORTAL_MAIL_FOLDER: {self.mail_folder!r} is no folder")
        if self.default_timezone not in available_timezones():
            raise ConfigError(f"PORTAL_DEFAULT_TIMEZONE: {self.default_timezone!r} is no IANA time zone")
        if self.default_currency not in list_currencies():
            raise ConfigError(f"PORTAL_DEFAULT_CURRENCY: {self.default_currency!r} is no ISO 4217 currency")
        try:
            known = Locale.parse(self.default_locale).language in LOCALES
        except (UnknownLocaleError, ValueError):
            known = False
        if not known:
            wanted = " or ".join(LOCALES)
            raise ConfigError(
                f"PORTAL_DEFAULT_LOCALE: expected {wanted}, or one of a country such as de_AT; "
                f"got {self.default_locale!r}"
            )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise ConfigError(f"{name}: expected a value, it is not set")
    return value


def _count(env: Mapping[str, str], name: str) -> int:
    text = env.get(name, "").strip() or "0"
    if not text.isascii() or not text.isdigit() or int(text) > 10:
        raise ConfigError(f"{name}: expected a whole number from 0 to 10, got {text!r}")
    return int(text)


def _check_database(url: str) -> None:
    try:
        driver = make_url(url).drivername
    except ArgumentError:
        raise ConfigError("PORTAL_DATABASE_URL: expected sqlite:///FILE or postgresql+psycopg://…") from None
    if driver not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError(
            f"PORTAL_DATABASE_URL: expected sqlite:///FILE or postgresql+psycopg://…, got {driver}://…"
        )
