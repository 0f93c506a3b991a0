"""Personal data of one driver out of the audit trail: entries stay, what they say of the person goes.

The database lets nothing else change in an entry, and only where the entry names a younger one of an erasure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Driver
from portal.queries.driver_data import (
    REQUEST,
    Records,
    events_about,
    events_that_say,
    login_of,
    records_of,
    tokens,
)

ERASED = "erased"
# Fields that say who somebody is, in entries about drivers, logins, tokens and memberships.
PERSONAL = frozenset(
    {"name", "email", "phone", "phone_e164", "uid", "tokens", "token_uid", "note", "revoke_reason", "reason"}
)
UNIQUE = ("uid", "token_uid")


@dataclass(frozen=True, slots=True)
class Values:
    """What the person is or was called, in lower case; `unique` is what nobody else can have."""

    all: frozenset[str]
    unique: frozenset[str]


def known_values(session: Session, driver: Driver) -> Values:
    """Present and former ones: those of the trail itself among them."""
    account = session.scalar(login_of(driver))
    uids = {token.uid for token in session.scalars(tokens(driver.id))}
    emails = {account.email} if account else set()
    found = {driver.name, driver.email, driver.phone, driver.phone_e164, account.name if account else None}
    records = records_of(session, driver)
    for event in session.scalars(select(AuditEvent).where(events_about(records))):
        for side in (event.before, event.after) if _is_about(event, records) else ():
            for name, text in _texts(side):
                if name in UNIQUE:
                    uids.add(text)
                elif name in ("name", "email", "phone", "phone_e164"):
                    found.add(text)
    unique = frozenset(text.lower() for text in uids | emails)
    return Values(frozenset(text.lower() for text in found if text) | unique, unique)


def erase_from_trail(session: Session, records: Records, values: Values, erasure: AuditEvent) -> None:
    """Take the values out of every entry before `erasure` that tells of the driver or repeats them."""
    wanted = or_(events_about(records), events_that_say(values.all, values.unique))
    for event in session.scalars(select(AuditEvent).where(wanted, AuditEvent.id < erasure.id)):
        _erase(event, records, values, erasure.id)
    session.flush()


def _erase(event: AuditEvent, records: Records, values: Values, erasure_id: int) -> None:
    """Change what has to change, and mark the entry if anything had."""
    about = _is_about(event, records)
    gone = values.all if about or event.subject_type == REQUEST else values.unique
    own = event.actor_id in records.accounts
    former = (event.subject, event.actor, event.address, event.before, event.after)
    subject = _name(event.subject, records.number, gone)
    erased = (
        subject,
        records.number if own else event.actor,
        None if own or subject != event.subject else event.address,
        _side(event.before, gone, about),
        _side(event.after, gone, about),
    )
    if erased != former:
        event.subject, event.actor, event.address, event.before, event.after = erased
        event.erased_by = erasure_id


def _is_about(event: AuditEvent, records: Records) -> bool:
    """Rather than an entry of what the driver did to something else."""
    ids = {
        "driver": {records.driver_id},
        "account": records.accounts,
        "membership": records.memberships,
        "token": records.tokens,
    }
    if event.subject_id in ids.get(event.subject_type, ()):
        return True
    return event.subject_type == "token" and event.subject.startswith(f"{records.number} ")


def _name(text: str, number: str, gone: frozenset[str]) -> str:
    """The driver's number for what it was called by; a token's own number goes."""
    if text.lower() in gone:
        return number
    first, _blank, rest = text.partition(" ")
    return f"{first} {ERASED}" if first == number and rest.lower() in gone else text


def _side(values: dict[str, Any] | None, gone: frozenset[str], about: bool) -> dict[str, Any]:
    return {name: _value(name, value, gone, about) for name, value in (values or {}).items()}


def _value(name: str, value: Any, gone: frozenset[str], about: bool) -> Any:
    if isinstance(value, dict):
        return _side(value, gone, about)
    if isinstance(value, list):
        return [_value(name, each, gone, about) for each in value]
    if isinstance(value, str) and value and (value.lower() in gone or (about and name in PERSONAL)):
        return ERASED
    return value


def _texts(side: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    for name, value in (side or {}).items():
        if isinstance(value, str) and value not in ("", ERASED):
            yield name, value
