"""Counting tries."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.errors import TooMany
from portal.models import Throttle
from portal.services.throttle import hit, take_back

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_more_than_the_limit_is_too_many_until_the_window_ends(session: Session) -> None:
    for _ in range(3):
        hit(session, "k", at=AT, limit=3)
    with pytest.raises(TooMany) as refusal:
        hit(session, "k", at=AT + timedelta(seconds=20), limit=3)
    assert refusal.value.retry_after == 40
    hit(session, "other", at=AT, limit=3)
    hit(session, "k", at=AT + timedelta(seconds=60), limit=3)


def test_a_strict_window_has_no_edge(session: Session) -> None:
    for second in range(3):
        hit(session, "k", at=AT + timedelta(seconds=50 + second), limit=3, strict=True)
    with pytest.raises(TooMany):
        hit(session, "k", at=AT + timedelta(seconds=70), limit=3, strict=True)


def test_success_is_no_try(session: Session) -> None:
    for _ in range(5):
        hit(session, "k", at=AT, limit=1)
        take_back(session, "k", at=AT)
    assert session.scalars(select(Throttle.tries)).all() == [0]


def test_old_counters_go(session: Session) -> None:
    hit(session, "old", at=AT - timedelta(days=2))
    hit(session, "new", at=AT)
    take_back(session, "new", at=AT)
    assert session.scalars(select(Throttle.key)).all() == ["new"]
