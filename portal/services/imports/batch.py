"""What every import has in common: outcomes, counts, and the audit rows that close a run."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.viewer import Actor
from portal.models import Operator
from portal.services.audit import record_many

R = TypeVar("R")


class Outcome(StrEnum):
    """What became of a record that was taken."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that the portal's present state does not admit: which field, its value, and why."""

    field: str | None
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that differs from a later change by hand, which stays: unchanged, with a word on why."""

    note: str


@dataclass(frozen=True, slots=True)
class Defaults:
    """What files do not say: zone and currency of new operators, country of phone numbers without +."""

    timezone: str
    currency: str
    country: str | None = None


class Batch(Generic[R]):
    """One run of an import; subclasses take records of their noun."""

    noun = ""

    def __init__(self, session: Session, defaults: Defaults, *, actor: Actor, at: datetime) -> None:
        self.session = session
        self.defaults = defaults
        self.actor = actor
        self.at = at
        self.counts: Counter[str] = Counter()
        self._tenants: dict[int, Counter[str]] = {}
        self._events: list[dict[str, Any]] = []

    def take(self, records: Sequence[R]) -> Sequence[Outcome | Refused | Kept]:
        """Write the records and say what became of each, in their order."""
        raise NotImplementedError

    def finish(self, *, source: str, format_name: str, rejected: int) -> None:
        """Write the audit rows of a run with changes: one for the site, one for each operator touched."""
        if not self.counts:
            return
        details = {"format": format_name, **self.counts, "rejected": rejected}
        events: list[dict[str, Any]] = [{"subject_type": "file", "subject": source[:254], "after": details}]
        codes = select(Operator.id, Operator.code).order_by(Operator.id)
        # An operator reads its own row: neither the file's name nor other numbers are its business.
        for operator_id, code in self.session.execute(codes):
            if counts := self._tenants.get(operator_id):
                subject: dict[str, Any] = {
                    "subject_type": "operator",
                    "subject_id": operator_id,
                    "subject": code,
                }
                events.append({**subject, "operator_id": operator_id, "after": dict(counts)})
        action = f"import.{self.noun}"
        record_many(self.session, self.actor, [{"action": action} | event for event in events], at=self.at)

    def count(self, what: str, operator_id: int | None = None, number: int = 1) -> None:
        """Note a change for the audit rows of the site and of the operator."""
        self.counts[what] += number
        if operator_id is not None:
            self._tenants.setdefault(operator_id, Counter())[what] += number

    def note_event(self, event: dict[str, Any]) -> None:
        """Keep an audit row of one object until the batch is written."""
        self._events.append(event)

    def write_events(self) -> None:
        """Write the audit rows that were kept."""
        record_many(self.session, self.actor, self._events, at=self.at)
        self._events.clear()
