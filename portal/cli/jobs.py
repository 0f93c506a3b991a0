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
from portal.queries.statements import runs_waiting
from portal.services import tracking
from portal.services.statement_runs import next_step
from portal.web.statement_mail import notify_issued
from portal.web.transaction import transaction

from .opened import opened_portal

EVERY_SECONDS = 5
AT_ONCE = 100
WORKER = Actor("jobs", via="cli")
log = logging.getLogger(__name__)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due, and stop.")
def jobs(once: bool) -> None:
    """Close idle sessions and issue statements that were asked for. Several of these may run at once."""
    with opened_portal() as app:
        if once:
            click.echo(f"idle sessions: {close_idle_sessions()}")
            click.echo(f"statements: {issue_waiting_statements()}")
            return
        click.echo("Jobs run every few seconds. Stop with Ctrl+C.")
        work(app, threading.Event().wait)


def in_background(app: Flask) -> None:
    """The same beside a server in this process, until it ends."""
    threading.Thread(target=work, args=(app, threading.Event().wait), name="jobs", daemon=True).start()


def work(app: Flask, wait: Callable[[float], bool]) -> None:
    """Do what is due, wait a little, and so on until `wait` says that it is over.

    What fails is logged and tried again a little later.
    """
    over = False
    while not over:
        with app.app_context():
            try:
                close_idle_sessions()
                issue_waiting_statements()
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


def issue_waiting_statements() -> int:
    """Go on with the runs that were asked for, one operator a transaction; how many statements were issued."""
    issued = 0
    while db.session.scalar(runs_waiting()):
        with transaction() as session:
            step = next_step(session, at=now())
            issued += len(step.issued) if step else 0
        notify_issued(step.issued if step else [])
        db.session.remove()
        if step is None:  # somebody else is at it
            break
    return issued
