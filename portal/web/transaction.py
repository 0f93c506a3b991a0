"""The one place where web and command line commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.domain.errors import Conflict
from portal.engine import WRITE
from portal.extensions import db

RACE = "Somebody else changed this at the same moment. Look at its present state and try again."


@contextmanager
def transaction() -> Iterator[Session]:
    """One write: commits at the end, rolls back on any exception. Load what you change inside it.

    A constraint that a race ran into becomes a Conflict.
    """
    session: Session = db.session()
    session.rollback()  # what was read so far must not be the snapshot that the write starts from
    session.expire_all()
    session.connection(execution_options=WRITE)
    try:
        yield session
        session.commit()
    except (IntegrityError, StaleDataError) as error:
        session.rollback()
        raise Conflict(RACE) from error
    except BaseException:
        session.rollback()
        raise
