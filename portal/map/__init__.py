"""The map that drivers see: page, data, panel."""

from . import page
from .blueprint import bp

__all__ = ["bp", "page"]
