"""One import at a time."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

_LOCK = 0x696D706F7274  # "import"


def one_import_at_a_time(session: Session) -> None:
    """Wait until no other import runs, so that what it wrote is seen; held until the transaction ends.

    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
