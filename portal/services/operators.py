"""Operators: create, change, disable, archive, delete (see SEMANTICS: "Operator")."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.domain.errors import Blocker, Change, Conflict, Invalid
from portal.domain.operator_values import Raw, check_code, check_details, check_environment, check_terms
from portal.domain.search import search_text
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import Operator, OperatorCode, OperatorDraft, OperatorStatus
from portal.queries.operators import code_taken, references, terms_from

from .audit import changes, record
from .security_keys import ARCHIVED, SealedKey, set_key
from .terms import set_terms
from .versions import check_version

REMEDIES = {
    "areas": N_("Assign them to another operator or to none."),
    "accounts": N_("Delete these logins or give them to another operator."),
    "memberships": N_("Revoke the live ones. Their history stays for good: archive the operator instead."),
    "sessions": N_("Charging history stays for good: archive the operator instead."),
    "statements": N_("Statements stay for good: archive the operator instead."),
    "tariffs": N_("Charging history stays for good: archive the operator instead."),
}


def create_operator(
    session: Session, raw: Raw, *, actor: Actor, at: datetime, key: SealedKey | None = None
) -> Operator:
    """Make an operator from the fields of both steps as typed; terms when any of theirs are filled in.

    Raises Invalid (any field; `code` also when it was ever taken).
    """
    code: str = check_code(raw).accepted()["code"]
    values = {**check_details(raw).accepted(), **check_environment(raw).accepted()}
    terms = check_terms(raw).accepted()
    if code_taken(session, code):
        raise Invalid("code", N_("The code %(code)s is taken or was in use before."), code=code)
    session.add(OperatorCode(code=code, taken_at=at))
    session.flush()
    operator = Operator(code=code, **values, created_at=at, updated_at=at)
    operator.search = _search(operator)
    session.add(operator)
    _before, after = changes(operator)
    session.flush()
    tenant = operator.id
    record(session, actor, "operator.create", operator, at=at, operator_id=tenant, before={}, after=after)
    if key is not None:
        set_key(session, operator, key, actor=actor, at=at)
    if terms:
        set_terms(session, operator, terms, actor=actor, at=at)
    return operator


def update_details(
    session: Session, operator: Operator, raw: Raw, *, version: int, actor: Actor, at: datetime
) -> Operator:
    """Change the first step's fields, never the code. Raises Invalid, Conflict (version, archived)."""
    return _update(session, operator, check_details(raw).accepted(), version, actor, at)


def update_environment(
    session: Session, operator: Operator, raw: Raw, *, version: int, actor: Actor, at: datetime
) -> Operator:
    """Change the second step's fields and terms. Raises Invalid, Conflict (version, archived)."""
    terms = check_terms(raw).accepted()
    values = check_environment(raw).accepted()
    try:
        _update(session, operator, values, version, actor, at)
    except Conflict as stale:
        stale.changes += _terms_changes(session, operator, terms)
        raise
    if terms:
        set_terms(session, operator, terms, actor=actor, at=at)
    return operator


def set_status(
    session: Session, operator: Operator, status: OperatorStatus, *, actor: Actor, at: datetime
) -> Operator:
    """Enable, disable, archive or restore. An archived operator can only be restored: Conflict otherwise."""
    if operator.status is OperatorStatus.ARCHIVED and status is OperatorStatus.DISABLED:
        raise _archived(operator)
    if operator.status is not status:
        operator.status = status
        operator.updated_at = at
    record(session, actor, f"operator.{status.value}", operator, at=at, operator_id=operator.id)
    return operator


def delete_operator(session: Session, operator: Operator, *, actor: Actor, at: datetime) -> None:
    """Delete an operator that nothing refers to; its code stays taken. Raises Conflict with the blockers."""
    blockers = blockers_of(session, operator)
    if blockers:
        raise Conflict(N_("Operator %(code)s is still in use."), code=operator.code, blockers=blockers)
    session.execute(delete(OperatorDraft).where(OperatorDraft.operator_id == operator.id))
    gone: dict[str, Any] = {"code": operator.code, "name": operator.name}
    record(session, actor, "operator.delete", operator, at=at, operator_id=operator.id, before=gone, after={})
    session.delete(operator)
    session.flush()


def blockers_of(session: Session, operator: Operator) -> tuple[Blocker, ...]:
    """Everything that refers to the operator, with its remedy."""
    params = {"operator": operator.code}
    found = references(session, operator)
    return tuple(Blocker(noun, count, REMEDIES[noun], params) for noun, count in found.items())


def _update(
    session: Session, operator: Operator, values: dict[str, Any], version: int, actor: Actor, at: datetime
) -> Operator:
    if operator.status is OperatorStatus.ARCHIVED:
        raise _archived(operator)
    shown = {name: value for name, value in values.items() if name != "phone_e164"}
    check_version(operator, version, shown)
    different = {name: value for name, value in values.items() if getattr(operator, name) != value}
    if different:
        for name, value in different.items():
            setattr(operator, name, value)
        operator.search = _search(operator)
        operator.updated_at = at
        record(session, actor, "operator.update", operator, at=at, operator_id=operator.id)
    return operator


def _terms_changes(session: Session, operator: Operator, terms: dict[str, Any]) -> tuple[Change, ...]:
    """Where the submitted terms differ from the stored version of their month."""
    stored = session.scalar(terms_from(operator, terms["effective_from"])) if terms else None
    if stored is None:
        return ()
    pairs = [(name, getattr(stored, name), value) for name, value in terms.items()]
    return tuple(Change(name, theirs, yours) for name, theirs, yours in pairs if theirs != yours)


def _search(operator: Operator) -> str:
    return search_text(operator.code, operator.name, operator.organization, operator.city)


def _archived(operator: Operator) -> Conflict:
    return Conflict(ARCHIVED, code=operator.code)
