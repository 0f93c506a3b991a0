"""The CPO's admin portal: one module per noun."""

from . import (
    area_edit,
    areas,
    audit,
    dashboard,
    members,
    sessions,
    station_edit,
    station_hardware,
    stations,
)
from .blueprint import bp

__all__ = [
    "area_edit",
    "areas",
    "audit",
    "bp",
    "dashboard",
    "members",
    "sessions",
    "station_edit",
    "station_hardware",
    "stations",
]
