"""Optimistic locking: the second of two people who edit the same thing is told what changed."""

from typing import Any

from portal.domain.errors import Change, Conflict


def check_version(subject: Any, version: int, submitted: dict[str, object]) -> None:
    """Raises Conflict with the fields that differ when the form was opened on an older version."""
    if subject.version == version:
        return
    changes = tuple(
        Change(field, getattr(subject, field), value)
        for field, value in submitted.items()
        if hasattr(subject, field) and getattr(subject, field) != value
    )
    raise Conflict(
        "Somebody else saved changes while you were editing. Compare them and save again.", changes=changes
    )
