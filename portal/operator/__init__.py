"""The operator's self-service: one module per noun."""

from . import (
    analytics,
    audit,
    dashboard,
    members,
    report,
    sessions,
    statements,
    station_bulk,
    stations,
    tariffs,
    then,
    undo,
    why,
)
from .blueprint import bp

__all__ = [
    "analytics",
    "audit",
    "bp",
    "dashboard",
    "members",
    "report",
    "sessions",
    "statements",
    "station_bulk",
    "stations",
    "tariffs",
    "then",
    "undo",
    "why",
]
