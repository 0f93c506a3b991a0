"""`portal db`: migrations."""

import click
from flask_migrate import upgrade as run_migrations

from portal import create_app


@click.group()
def db() -> None:
    """The database's tables."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest migration."""
    with create_app().app_context():
        run_migrations()
    click.echo("The database is up to date.")
