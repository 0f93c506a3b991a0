"""`portal check`: config, database, migrations, invariants."""

import sys

import click
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from portal import create_app
from portal.config import ConfigError
from portal.extensions import db
from portal.queries.invariants import invariants
from portal.schema import newest_revision
from portal.web.site import config, current_site


@click.command()
def check() -> None:
    """Look whether everything is as it must be; exit 1 when something is not."""
    try:
        app = create_app()
    except ConfigError as error:
        _say(False, f"config: {error}")
        sys.exit(1)
    _say(True, "config")
    with app.app_context():
        sys.exit(0 if _database() and all((_invariants(), _mail())) else 1)


def _database() -> bool:
    try:
        revision = MigrationContext.configure(db.session.connection()).get_current_revision()
    except DBAPIError as error:
        return _say(False, f"database: {str(error.orig).strip().splitlines()[0]}")
    _say(True, "database")
    newest = newest_revision()
    return _say(revision == newest, f"migrations: at {revision or 'none'}, newest {newest}")


def _invariants() -> bool:
    results = []
    for name, breaches in invariants().items():
        count = db.session.scalar(breaches) or 0
        results.append(_say(count == 0, f"{name}: {count}"))
    return all(results)


def _mail() -> bool:
    """Good without any; what is set up has to be able to send links."""
    site, environment = current_site(), config()
    if site.mail is None and not environment.mail_folder:
        return _say(True, "mail: not set up")
    if not environment.base_url:
        return _say(False, "mail: PORTAL_BASE_URL is not set, so that no link can be sent")
    if site.mail is not None and site.mail.user and not environment.mail_password:
        return _say(False, "mail: PORTAL_MAIL_PASSWORD is not set, although the server has a user")
    return _say(True, "mail")


def _say(good: bool, text: str) -> bool:
    click.echo(f"{'ok  ' if good else 'FAIL'} {text}")
    return good
