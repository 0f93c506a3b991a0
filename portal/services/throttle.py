"""Slows guessing down, across workers: a counter per key and window in the database."""

from datetime import datetime

from sqlalchemy import and_, case, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.errors import TooMany
from portal.models import Throttle

KEPT = 24 * 3600


def hit(
    session: Session, *keys: str, at: datetime, limit: int = 10, seconds: int = 60, strict: bool = False
) -> None:
    """Count one try under each key. Raises TooMany once one has more than `limit` in a window of `seconds`.

    A window begins with its first try. A strict one begins anew with each: no `seconds` anywhere hold more than
    `limit` tries, and only a pause as long as that ends it.
    """
    second = int(at.timestamp())
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    running = Throttle.window > second - seconds
    stays = and_(running, Throttle.tries >= limit) if strict else running
    start = case((stays, Throttle.window), else_=second)
    again = case((running, Throttle.tries + 1), else_=1)
    for key in sorted(keys):
        stmt = insert(Throttle).values(key=key, window=second, tries=1)
        tries, began = session.execute(
            stmt.on_conflict_do_update(
                index_elements=[Throttle.key], set_={"window": start, "tries": again}
            ).returning(Throttle.tries, Throttle.window)
        ).one()
        if tries > limit:
            raise TooMany(began + seconds - second)


def take_back(session: Session, *keys: str, at: datetime) -> None:
    """A try that succeeded was no guess. Counters that nobody touched for a day go at this occasion."""
    session.execute(delete(Throttle).where(Throttle.window < int(at.timestamp()) - KEPT))
    session.execute(
        update(Throttle).where(Throttle.key.in_(keys), Throttle.tries > 0).values(tries=Throttle.tries - 1)
    )
