"""Searches among drivers by an operator's users: few enough that nobody gathers the customer base."""

from portal.domain.clock import now
from portal.services import throttle

from .auth import viewer
from .transaction import transaction

SEARCHES_A_MINUTE = 60


def count_search() -> None:
    """Count one search of the account that asks. Raises TooMany."""
    with transaction() as session:
        throttle.hit(session, f"members:{viewer().account_id}", at=now(), limit=SEARCHES_A_MINUTE)
