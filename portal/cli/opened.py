"""The portal for the time of one command."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from portal import create_app
from portal.extensions import db


@contextmanager
def opened_portal() -> Iterator[Flask]:
    """The app in its context; every connection to the database is closed afterwards."""
    app = create_app()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
