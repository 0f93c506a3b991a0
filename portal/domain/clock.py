"""The one source of the present moment. Everything below the edge takes it as the argument `at`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
