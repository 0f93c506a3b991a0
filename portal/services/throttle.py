"""Slows guessing down, across workers: a counter per key and window in the database."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.errors import TooMany
from portal.models import Throttle


def hit(session: Session, key: str, *, at: datetime, limit: int = 10, seconds: int = 60) -> None:
    """Count one try under `key`. Raises TooMany once more than `limit` fall into a window of `seconds`."""
    second = int(at.timestamp())
    window = second - second % seconds
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    same = Throttle.window == window
    stmt = insert(Throttle).values(key=key, window=window, tries=1)
    tries = session.scalar(
        stmt.on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={"window": window, "tries": same.cast(Throttle.tries.type) * Throttle.tries + 1},
        ).returning(Throttle.tries)
    )
    if tries is not None and tries > limit:
        raise TooMany(window + seconds - second)
