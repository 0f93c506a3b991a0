"""Slows guessing down, across workers: a counter per key and window in the database."""

from datetime import datetime

from sqlalchemy import case, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.errors import TooMany
from portal.models import Throttle


def hit(session: Session, *keys: str, at: datetime, limit: int = 10, seconds: int = 60) -> None:
    """Count one try under each key. Raises TooMany once one has more than `limit` in a window of `seconds`."""
    second = int(at.timestamp())
    window = second - second % seconds
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    for key in sorted(keys):
        stmt = insert(Throttle).values(key=key, window=window, tries=1)
        again = case((Throttle.window == window, Throttle.tries + 1), else_=1)
        tries = session.scalar(
            stmt.on_conflict_do_update(
                index_elements=[Throttle.key], set_={"window": window, "tries": again}
            ).returning(Throttle.tries)
        )
        if tries is not None and tries > limit:
            raise TooMany(window + seconds - second)


def take_back(session: Session, *keys: str) -> None:
    """A try that succeeded was no guess."""
    session.execute(
        update(Throttle).where(Throttle.key.in_(keys), Throttle.tries > 0).values(tries=Throttle.tries - 1)
    )
