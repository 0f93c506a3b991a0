"""The operator's self-service: one module per noun."""

from . import audit, dashboard, members, sessions, stations, undo
from .blueprint import bp

__all__ = ["audit", "bp", "dashboard", "members", "sessions", "stations", "undo"]
