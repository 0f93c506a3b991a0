"""Settings: a wrong one stops the start with one line that names it."""

import pytest

from portal import create_app
from portal.config import Config, ConfigError
from portal.web.headers import content_security_policy

GOOD = {"PORTAL_DATABASE_URL": "sqlite:///x.db", "PORTAL_SECRET_KEY": "abcdefghijklmnop1234"}


def test_the_least_that_is_needed() -> None:
    config = Config.from_environment(GOOD)
    assert (config.default_locale, config.default_timezone, config.default_currency) == ("en", "UTC", "EUR")
    assert not config.secure


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_DATABASE_URL", ""),
        ("PORTAL_DATABASE_URL", "not a url"),
        ("PORTAL_DATABASE_URL", "mysql://localhost/x"),
        ("PORTAL_SECRET_KEY", ""),
        ("PORTAL_SECRET_KEY", "short"),
        ("PORTAL_SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaa"),
        ("PORTAL_TILE_URL", "ftp://tiles/{z}/{x}/{y}"),
        ("PORTAL_TILE_URL", "https://tiles.example/{z}/{x}.png"),
        ("PORTAL_BASE_URL", "portal.example.com"),
        ("PORTAL_TRUSTED_PROXIES", "-1"),
        ("PORTAL_TRUSTED_PROXIES", "yes"),
        ("PORTAL_DEFAULT_LOCALE", "xx_YY_ZZ"),
        ("PORTAL_MAIL_FOLDER", "no/such/folder"),
        ("PORTAL_DEFAULT_TIMEZONE", "Mars/Olympus"),
        ("PORTAL_DEFAULT_CURRENCY", "EURO"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        Config.from_environment({**GOOD, name: value})
    assert str(refusal.value).startswith(name)
    assert "\n" not in str(refusal.value)


def test_a_password_in_the_address_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as refusal:
        Config.from_environment({**GOOD, "PORTAL_DATABASE_URL": "mysql://me:hunter2@localhost/x"})
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("attribution", ["", "<script>alert(1)</script>"])
def test_tiles_that_no_map_can_be_made_of_stop_the_start(attribution: str) -> None:
    tiles = {
        "PORTAL_TILE_URL": "https://tiles.example/{z}/{x}/{y}.png",
        "PORTAL_TILE_ATTRIBUTION": attribution,
    }
    with pytest.raises(ConfigError, match="PORTAL_TILE"):
        create_app(Config.from_environment({**GOOD, **tiles}))


def test_tiles_are_allowed_by_their_origin_only() -> None:
    tiles = {"PORTAL_TILE_URL": "https://{s}.tiles.example/{z}/{x}/{y}.png"}
    policy = content_security_policy(Config.from_environment({**GOOD, **tiles}).tile_url)
    assert "img-src 'self' data: https://*.tiles.example;" in policy
    assert "unsafe" not in policy


def test_the_password_of_the_mail_server_is_not_shown() -> None:
    config = Config.from_environment({**GOOD, "PORTAL_MAIL_PASSWORD": "hunter2"})
    assert config.mail_password == "hunter2"
    assert "hunter2" not in repr(config)
