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
        sys.exit(0 if _database() and _invariants() else 1)


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


def _say(good: bool, text: str) -> bool:
    click.echo(f"{'ok  ' if good else 'FAIL'} {text}")
    return good
