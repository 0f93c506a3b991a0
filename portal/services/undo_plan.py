"""What an undo is going to do: made while the rows are locked, carried out once its own event is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import AuditEvent

CHANGED = N_("%(subject)s has been changed since, so this cannot be undone.")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A subject that stays as it is; the reason is a message with `%(subject)s` in it."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How many subjects change back, which do not, and how to do it (given the undo's own event)."""

    changes: int
    skipped: Sequence[Skipped]
    apply: Callable[[AuditEvent, Actor], None]
