"""Charge Portal: the application factory."""

from datetime import timedelta

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.config import Config
from portal.engine import engine_options, prepare_engine
from portal.extensions import babel, csrf, db, migrate
from portal.schema import MIGRATIONS

__version__ = "0.1.0"

MAX_BODY = 2 * 1024 * 1024


def create_app(config: Config | None = None) -> Flask:
    """Build the portal: config, extensions, kit, surfaces. Raises ConfigError when a setting is wrong."""
    config = config or Config.from_environment()
    app = Flask(__name__)
    app.config.update(
        PORTAL=config,
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.database_url),
        SESSION_COOKIE_NAME="__Host-portal" if config.secure else "portal",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_REFRESH_EACH_REQUEST=False,  # a sign-in ends anyhow; and no cookie rides on a cacheable answer
        WTF_CSRF_TIME_LIMIT=None,  # a form left open is worth as much as the sign-in it belongs to
        WTF_CSRF_SSL_STRICT=False,  # web/gate.py compares origins, knowing the address behind a proxy
        BABEL_DEFAULT_LOCALE=config.default_locale,
        BABEL_DEFAULT_TIMEZONE=config.default_timezone,
        MAX_CONTENT_LENGTH=MAX_BODY,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        SITE_NAME="Charge Portal",
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if config.trusted_proxies:
        _behind_proxies(app, config.trusted_proxies)
    _extensions(app)
    _kit(app, config)
    _surfaces(app)
    return app


def _behind_proxies(app: Flask, number: int) -> None:
    """Take the visitor's address and scheme from the headers that so many proxies of ours add; never the host."""
    wsgi = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=0, x_prefix=0)
    app.wsgi_app = wsgi  # type: ignore[method-assign]


def _extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    csrf.init_app(app)
    from portal.web.locale import select_locale

    babel.init_app(app, locale_selector=select_locale)


def _kit(app: Flask, config: Config) -> None:
    from portal.web import auth, errors, filters, gate, headers, htmx, later, live_stream, navigation, undo

    headers.init_app(app, config)
    gate.init_app(app, config)
    htmx.init_app(app)
    auth.init_app(app)
    errors.init_app(app)
    filters.init_app(app)
    navigation.init_app(app)
    later.init_app(app)
    live_stream.init_app(app)
    undo.init_app(app)


def _surfaces(app: Flask) -> None:
    from portal import admin, api, auth, brand, health, map, operator, start
    from portal.web import live_stream

    map.scripts.check(app.config["PORTAL"])
    for surface in (auth, admin, operator, map, api, brand, health, start, live_stream):
        app.register_blueprint(surface.bp)


__all__ = ["create_app"]
