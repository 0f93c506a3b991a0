"""`portal jobs`: what has to be done although nobody asks, such as closing idle sessions."""

import logging
import threading
from collections.abc import Callable

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

from portal.domain.clock import now
from portal.domain.viewer import Actor
from portal.extensions import db
from portal.services import tracking
from portal.web.transaction import transaction

from .opened import opened_portal

EVERY_SECONDS = 60
AT_ONCE = 100
WORKER = Actor("jobs", via="cli")
log = logging.getLogger(__name__)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due, and stop.")
def jobs(once: bool) -> None:
    """Close idle sessions, every minute. Several of these may run at once."""
    with opened_portal() as app:
        if once:
            click.echo(f"idle sessions: {close_idle_sessions()}")
            return
        click.echo("Jobs run every minute. Stop with Ctrl+C.")
        work(app, threading.Event().wait)


def in_background(app: Flask) -> None:
    """The same beside a server in this process, until it ends."""
    threading.Thread(target=work, args=(app, threading.Event().wait), name="jobs", daemon=True).start()


def work(app: Flask, wait: Callable[[float], bool]) -> None:
    """Do what is due, wait a minute, and so on until `wait` says that it is over.

    What fails is logged and tried again a minute later.
    """
    over = False
    while not over:
        with app.app_context():
            try:
                close_idle_sessions()
            except DBAPIError as error:
                log.error("jobs: the database does not do it: %s", error.__class__.__name__)
            except Exception:
                log.exception("jobs: something failed")
        over = wait(EVERY_SECONDS)


def close_idle_sessions() -> int:
    """Close what is idle by now, a portion a transaction; how many sessions that were."""
    closed, portion = 0, AT_ONCE
    while portion == AT_ONCE:
        with transaction() as session:
            portion = tracking.close_idle(session, actor=WORKER, at=now(), limit=AT_ONCE)
        closed += portion
    db.session.remove()
    return closed
