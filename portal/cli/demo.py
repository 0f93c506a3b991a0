"""`portal demo`: a network to try everything on, on this machine only."""

import secrets
import sqlite3
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade

from portal import create_app
from portal.config import Config
from portal.domain.clock import now
from portal.extensions import db
from portal.simulation.playing import Pace
from portal.web.transaction import transaction

from .demo_build import BUILDER, PASSWORD, build, is_built
from .demo_chargers import APPLICATION_ID, DATABASE, KEY, demo_bays, give_keys, is_demo
from .demo_network import LOGINS
from .jobs import in_background
from .serve import serve_waitress, serving
from .simulate import play

HOST = "127.0.0.1"


@click.command()
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--dir", "folder", default="instance/demo", show_default=True, type=click.Path(path_type=Path))
@click.option("--live", is_flag=True, help="Play charging sessions on it, as `portal simulate` does.")
@click.option("--no-serve", is_flag=True, help="Make the demo network and stop.")
def demo(port: int, folder: Path, live: bool, no_serve: bool) -> None:
    """Make a demo network under DIR, print its logins, and serve it on 127.0.0.1."""
    app = make_demo(folder.resolve(), port)
    click.echo(f"Charge Portal demo: http://{HOST}:{port}/")
    click.echo(f"Logins (password {PASSWORD} for all):")
    for email, _name, _whose, note in LOGINS:
        click.echo(f"  {email:<20} {note}")
    click.echo(f"Mails go to {folder.resolve() / 'mail'}.")
    click.echo(f"Equipment reports with the key {KEY} (`portal simulate`).")
    if no_serve:
        return
    in_background(app)
    if live:
        with serving(app, HOST, port):
            play(f"http://{HOST}:{port}", KEY, demo_bays(folder.resolve() / DATABASE, now()), Pace())
        return
    click.echo("Stop with Ctrl+C.")
    serve_waitress(app, HOST, port)


def make_demo(folder: Path, port: int) -> Flask:
    """The app on the demo database in `folder`, made first when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / DATABASE
    _claim(file)
    mails = folder / "mail"
    mails.mkdir(exist_ok=True)
    app = create_app(
        Config(
            database_url=f"sqlite:///{file}",
            secret_key=_secret_key(folder / "secret.key"),
            base_url=f"http://{HOST}:{port}",
            default_timezone="Europe/Ljubljana",
            mail_folder=str(mails),
            demo=True,
        )
    )
    with app.app_context():
        upgrade()
        if not is_built(db.session()):
            click.echo("Making the demo network …")
            with transaction() as session:
                build(session, now())
        with transaction() as session:
            give_keys(session, app.config["PORTAL"].secret_key, actor=BUILDER, at=now())
    return app


def _claim(file: Path) -> None:
    """Mark a new database as ours; refuse one that the demo did not make."""
    if not file.exists() or file.stat().st_size == 0:
        with sqlite3.connect(file) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("VACUUM")  # writes the header
        connection.close()
    if not is_demo(file):
        raise click.ClickException(
            f"{file.name} in that folder is not a database of the demo: choose another --dir"
        )


def _secret_key(file: Path) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text().strip()
