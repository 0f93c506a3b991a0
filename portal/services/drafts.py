"""Server-held runs of the wizard: what was typed, step by step, until it makes one operator.

`data` holds what was handed in per step (as typed), under `typed` what was typed since, under `key` the seal
and last four characters of a security key: never the key.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.domain.errors import Change, Conflict, Invalid
from portal.domain.operator_values import Raw, check_code, check_details, check_environment, check_terms
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import Operator, OperatorDraft
from portal.queries.operators import code_taken

from .operators import create_operator
from .security_keys import SealedKey

STEPS = ("operator", "environment")
EMPTY_LASTS = timedelta(days=1)
LONGEST = 2_000
STALE = N_("This wizard was saved in another tab in the meantime. Compare and save again.")


def start_draft(session: Session, account_id: int, *, at: datetime) -> OperatorDraft:
    """A fresh run of the wizard; the account's old runs into which nothing was typed go."""
    old = OperatorDraft.updated_at < at - EMPTY_LASTS
    for draft in session.scalars(select(OperatorDraft).where(OperatorDraft.account_id == account_id, old)):
        if not draft.data and draft.operator_id is None:
            session.delete(draft)
    draft = OperatorDraft(id=uuid4().hex, account_id=account_id, data={}, created_at=at, updated_at=at)
    session.add(draft)
    session.flush()
    return draft


def step_errors(session: Session, step: str, raw: Raw) -> list[Invalid]:
    """Everything that keeps the step from being finished."""
    if step == "environment":
        return check_environment(raw).errors + check_terms(raw).errors
    code = check_code(raw)
    if not code.errors and code_taken(session, code.values["code"]):
        taken = N_("The code %(code)s is taken or was in use before.")
        code.errors.append(Invalid("code", taken, code=code.values["code"]))
    return check_details(raw).errors + code.errors


def first_unfinished(session: Session, draft: OperatorDraft) -> str | None:
    """The first step that was not handed in, or that no longer holds (its code was taken meanwhile)."""
    for step in STEPS:
        if step not in draft.data or step_errors(session, step, draft.data[step]):
            return step
    return None


def shown(draft: OperatorDraft, step: str) -> dict[str, Any]:
    """What the form of a step starts with: what was typed last, else what was handed in."""
    typed: dict[str, Any] = draft.data.get("typed", {}).get(step) or draft.data.get(step, {})
    return dict(typed)


def save_step(
    session: Session, draft: OperatorDraft, step: str, raw: Raw, *, version: int, at: datetime
) -> OperatorDraft:
    """Hand a step in. Raises Invalid, or Conflict when another tab handed in something else since then."""
    for error in step_errors(session, step, raw):
        raise error
    stored = draft.data.get(step, {})
    changes = tuple(
        Change(name, stored.get(name), value)
        for name, value in raw.items()
        if (stored.get(name) or "") != value
    )
    if draft.version != version and changes:
        raise Conflict(STALE, changes=changes)
    typed = {name: value for name, value in draft.data.get("typed", {}).items() if name != step}
    draft.data = {**draft.data, step: dict(raw), "typed": typed}
    draft.updated_at = at
    session.flush()
    return draft


def keep_typed(
    session: Session, draft: OperatorDraft, step: str, raw: Raw, *, version: int, at: datetime
) -> bool:
    """Keep what stands in an unfinished form, as it is; a form older than the draft is not kept: False."""
    if draft.version != version:
        return False
    typed = {
        **draft.data.get("typed", {}),
        step: {name: (value or "")[:LONGEST] for name, value in raw.items()},
    }
    _write(session, draft, {**draft.data, "typed": typed}, at)
    return True


def keep_key(session: Session, draft: OperatorDraft, key: SealedKey | None, *, at: datetime) -> None:
    """Remember a sealed key for the operator to be, or forget it."""
    rest = {name: value for name, value in draft.data.items() if name != "key"}
    sealed = {"key": {"hash": key.hash, "last4": key.last4}} if key else {}
    _write(session, draft, {**rest, **sealed}, at)


def discard_draft(session: Session, draft: OperatorDraft) -> None:
    session.execute(delete(OperatorDraft).where(OperatorDraft.id == draft.id))


def finish_draft(
    session: Session, draft: OperatorDraft, *, version: int, actor: Actor, at: datetime
) -> Operator:
    """Make the operator; a draft (locked by the caller) that made one already answers with that one.

    Raises Invalid (a step no longer holds), Conflict (other values than those that were looked at).
    """
    if draft.operator_id is not None:
        return session.get_one(Operator, draft.operator_id)
    if draft.version != version:
        raise Conflict(STALE)
    raw = {name: value for step in STEPS for name, value in draft.data.get(step, {}).items()}
    key = SealedKey(**draft.data["key"]) if "key" in draft.data else None
    operator = create_operator(session, raw, actor=actor, at=at, key=key)
    draft.operator_id, draft.data, draft.updated_at = operator.id, {}, at
    session.flush()
    return operator


def _write(session: Session, draft: OperatorDraft, data: dict[str, Any], at: datetime) -> None:
    """Without a new version: what is only being typed is no reason to refuse the same tab's next save."""
    stmt = update(OperatorDraft).where(OperatorDraft.id == draft.id).values(data=data, updated_at=at)
    session.execute(stmt.execution_options(synchronize_session=False))
    session.refresh(draft)
