"""Settings of the app under test, and migrations run through the app as `portal db upgrade` does."""

from typing import Any

import flask_migrate

from portal import create_app
from portal.config import Config
from portal.extensions import db


def make_config(database_url: str, **changes: Any) -> Config:
    """Settings for tests; the key is nobody's secret."""
    return Config(database_url=database_url, secret_key="only-for-tests-0123456789", **changes)


def migrate(database_url: str) -> None:
    """Bring an empty database to the newest migration."""
    app = create_app(make_config(database_url))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
