"""The CPO's admin portal: one module per noun."""

from . import audit, dashboard, members, sessions
from .blueprint import bp

__all__ = ["audit", "bp", "dashboard", "members", "sessions"]
