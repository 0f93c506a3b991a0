"""Imports: records of files become rows, many at a time. Nothing is deleted; the same again changes nothing.

    batch = StationImport(session, defaults, actor=actor, at=at)
    batch.take(records)            # one Outcome, Refused or Kept for each, in order
    batch.finish(source="afdc.csv", format_name="afdc", rejected=3)

All of it belongs to one transaction of the caller. Records of one run name each station or driver once.
"""

from .batch import Defaults, Kept, Outcome, Refused
from .drivers import DriverImport
from .locking import one_import_at_a_time
from .members import MemberImport
from .session_places import Making
from .sessions import SessionImport
from .stations import StationImport

__all__ = [
    "Defaults",
    "DriverImport",
    "Kept",
    "Making",
    "MemberImport",
    "Outcome",
    "Refused",
    "SessionImport",
    "StationImport",
    "one_import_at_a_time",
]
