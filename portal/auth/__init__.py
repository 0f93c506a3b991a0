"""Signing in and out, and single-use links that set a password."""

from .views import bp

__all__ = ["bp"]
