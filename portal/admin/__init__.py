"""The CPO's admin portal: one module per noun."""

from . import dashboard, members
from .blueprint import bp

__all__ = ["bp", "dashboard", "members"]
