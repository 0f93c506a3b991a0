"""Signing in and out, single-use links that set a password, and one's own profile."""

from . import (
    forgot,
    my_data,
    my_sessions,
    profile,
    views,
)
from .blueprint import bp

__all__ = ["bp", "forgot", "my_data", "my_sessions", "profile", "views"]
