"""The map that drivers see: page, data, panel."""

from . import data, page, scripts
from .blueprint import bp

__all__ = ["bp", "data", "page", "scripts"]
