"""Guessing is slow: tries are counted before anything is looked at, in a transaction of their own."""

from portal.domain.clock import now
from portal.services import throttle
from portal.web.transaction import transaction


def slow_down(*keys: str, limit: int = 10, seconds: int = 60) -> None:
    """Count one try under each key. Raises TooMany."""
    with transaction() as session:
        throttle.hit(session, *keys, at=now(), limit=limit, seconds=seconds, strict=True)
