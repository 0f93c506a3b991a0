"""The map that drivers see: page, data, panel; and the same through their eyes."""

from . import data, looking, page, scripts, sight
from .blueprint import bp

__all__ = ["bp", "data", "looking", "page", "scripts", "sight"]
