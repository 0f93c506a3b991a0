"""The operator's self-service: one module per noun."""

from . import dashboard
from .blueprint import bp

__all__ = ["bp", "dashboard"]
