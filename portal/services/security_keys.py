"""The security key of an operator's equipment: kept as a keyed hash, exchanged with a period of grace."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.domain.secrets import KEY_MAX, KEY_MIN, seal
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import Operator, OperatorStatus

from .audit import record

ARCHIVED = N_("Operator %(code)s is archived and read only. Restore it first.")
GRACE_HOURS = (0, 1, 24, 72, 168)
_KEY = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class SealedKey:
    """What is kept of a key."""

    hash: str
    last4: str


def seal_key(secret: str, pepper: str) -> SealedKey:
    """Check a typed or generated key and seal it. Raises Invalid on `security_key` without repeating it."""
    check_key(secret)
    return SealedKey(seal(secret, pepper), secret[-4:])


def check_key(secret: str) -> None:
    """Raises Invalid on `security_key`."""
    if not KEY_MIN <= len(secret) <= KEY_MAX or not _KEY.fullmatch(secret):
        raise Invalid(
            "security_key",
            N_("Expected %(least)s to %(most)s letters, digits and signs without blanks."),
            least=KEY_MIN,
            most=KEY_MAX,
        )


def set_key(
    session: Session, operator: Operator, key: SealedKey, *, actor: Actor, at: datetime, grace_hours: int = 0
) -> None:
    """Put a key in force; the former one keeps working for `grace_hours`. The same key again changes nothing.

    Raises Conflict (archived), Invalid (grace).
    """
    _refuse_archived(operator)
    if grace_hours not in GRACE_HOURS:
        raise Invalid("key_grace_hours", N_("Choose how long the former key keeps working."))
    if operator.security_key_hash == key.hash:
        return
    graced = grace_hours > 0 and operator.security_key_hash is not None
    operator.former_key_hash = operator.security_key_hash if graced else None
    operator.former_key_until = at + timedelta(hours=grace_hours) if graced else None
    operator.security_key_hash, operator.security_key_last4 = key.hash, key.last4
    operator.security_key_set_at = operator.updated_at = at
    record(session, actor, "operator.security_key", operator, at=at, operator_id=operator.id)


def remove_key(session: Session, operator: Operator, *, actor: Actor, at: datetime) -> None:
    """Take the key and its predecessor out of force at once. Raises Conflict (archived)."""
    _refuse_archived(operator)
    if operator.security_key_hash is None and operator.former_key_hash is None:
        return
    operator.security_key_hash = operator.security_key_last4 = operator.security_key_set_at = None
    operator.former_key_hash = operator.former_key_until = None
    operator.updated_at = at
    record(session, actor, "operator.security_key", operator, at=at, operator_id=operator.id)


def key_opens(operator: Operator, secret: str, pepper: str, at: datetime) -> bool:
    """Whether equipment with this key is the operator's: the present one, or the former within its grace."""
    sealed = seal(secret, pepper)
    graced = operator.former_key_until is not None and at < operator.former_key_until
    present = hmac.compare_digest(sealed, operator.security_key_hash or "")
    former = hmac.compare_digest(sealed, operator.former_key_hash or "")
    return present or (former and graced)


def _refuse_archived(operator: Operator) -> None:
    if operator.status is OperatorStatus.ARCHIVED:
        raise Conflict(ARCHIVED, code=operator.code)
