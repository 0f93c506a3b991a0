"""What happened to a session, in words: from the audit trail, times in its operator's zone, amounts in its currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from portal.domain.corrections import Pricing
from portal.models import AuditEvent
from portal.queries.session_page import numbers_of

from .audit_values import value_words
from .audit_words import VIAS, action_label, field_label
from .filters import duration, local_time, money

CORRECT = "session.correct"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: `changes` are (field, before, after) in words, `reason` what a person gave for it."""

    event: AuditEvent
    reason: str | None
    changes: Sequence[tuple[Any, Any, Any]]
    names: dict[tuple[str, int], str]

    @property
    def action(self) -> Any:
        return action_label(self.event.action)

    @property
    def via(self) -> Any:
        return VIAS.get(self.event.via, self.event.via)

    @property
    def corrects(self) -> bool:
        """A person corrected the session, rather than a late report."""
        return self.event.action == CORRECT and self.reason is not None


def history_of(session: Session, events: Sequence[AuditEvent], zone: str, currency: str) -> list[Happening]:
    """The events in words, in their order; one query for the names of drivers."""
    ids = {side.get("driver_id") for event in events for side in (event.before or {}, event.after or {})}
    wanted = {each for each in ids if isinstance(each, int)}
    names = {("driver_id", row[0]): row[1] for row in session.execute(numbers_of(wanted))} if wanted else {}
    return [_happening(event, names, zone, currency) for event in events]


def typed_by_hand(events: Sequence[Happening]) -> Happening | None:
    """The latest correction if it was that which set the amount by hand (`events`: the latest first)."""
    priced = (each for each in events if each.corrects and "net_minor" in each.event.after)
    latest = next(priced, None)
    return latest if latest and latest.event.after.get("pricing") == Pricing.TYPED else None


def originals(events: Sequence[Happening], zone: str, currency: str) -> dict[str, Any]:
    """What fields said before people corrected them, by field, in words (`events`: the latest first)."""
    found: dict[str, Any] = {}
    for each in events:
        if each.corrects:
            found |= {
                name: field_words(name, value, zone, currency, each.names) or _("none")
                for name, value in each.event.before.items()
            }
    return found


def field_words(
    name: str, value: Any, zone: str, currency: str, names: dict[tuple[str, int], str] | None = None
) -> Any:
    """One value of the trail of a session."""
    if value is None:
        return None
    if name.endswith("_minor") and isinstance(value, int):
        return money(value, currency)
    if name.endswith("_s") and isinstance(value, int):
        return duration(timedelta(seconds=value))
    if name.endswith("_at") and isinstance(value, str):
        return local_time(datetime.fromisoformat(value), zone, seconds=True)
    return value_words(name, value, names)


def _happening(event: AuditEvent, names: dict[tuple[str, int], str], zone: str, currency: str) -> Happening:
    before, after = event.before or {}, event.after or {}
    changes = [
        (
            field_label(name),
            field_words(name, before.get(name), zone, currency, names),
            field_words(name, after.get(name), zone, currency, names),
        )
        for name in dict.fromkeys([*before, *after])
        if name != "reason" and before.get(name) != after.get(name)
    ]
    reason = after.get("reason")
    return Happening(event, reason if isinstance(reason, str) else None, changes, names)
