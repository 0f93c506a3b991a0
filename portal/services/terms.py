"""Share and reimbursement: one version a month at most, in force until the next one.

What was settled stays as it was: a version that a statement used never changes, and none may begin, change or go where
it would have applied to a session on a live statement. Triggers hold the former too.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.days import month_bounds
from portal.domain.errors import Change, Conflict, Invalid
from portal.domain.operator_values import Raw, check_terms
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import Operator, OperatorStatus, Terms
from portal.queries.operators import terms_from
from portal.queries.terms import statement_over, versions

from .audit import changes, record
from .security_keys import ARCHIVED
from .versions import check_version

FROZEN = N_(
    "The terms from %(month)s were used by statement %(number)s and stay as they are. Let other terms begin in a later"
    " month."
)
SETTLED = N_(
    "Statement %(number)s has settled sessions to which these terms from %(month)s would apply. Choose a later month, or"
    " credit the statement first."
)
TAKEN = N_("There are terms from this month already. Change those, or choose another month.")
NOTHING = N_("Fill in a price or the percentage. 0 says that nothing is due.")


def set_terms(
    session: Session, operator: Operator, values: dict[str, Any], *, actor: Actor, at: datetime
) -> Terms:
    """Write the version that starts in `values["effective_from"]`: a new one, or the present one corrected.

    `values` are those of `check_terms`; money is in the operator's currency. Raises Conflict for what is frozen or
    settled; what is written again as it is changes nothing.
    """
    month: date = values["effective_from"]
    terms = session.scalar(terms_from(operator, month).with_for_update())
    wanted = {**values, "currency": operator.currency}
    different = {name: value for name, value in wanted.items() if getattr(terms, name, None) != value}
    if terms is not None and not different:
        return terms
    _refuse_settled(session, operator, month)
    verb = "update"
    if terms is None:
        terms, verb = Terms(operator_id=operator.id, created_at=at, updated_at=at), "create"
        session.add(terms)
    for name, value in different.items():
        setattr(terms, name, value)
    terms.updated_at = operator.updated_at = at  # a change of the operator too: its version moves on
    record(session, actor, f"terms.{verb}", terms, **_about(operator, month, at))
    return terms


def add_terms(
    session: Session, operator: Operator, raw: Raw, *, version: int, actor: Actor, at: datetime
) -> Terms:
    """A new version from the fields as typed. `version` is the operator's when the form was opened.

    Raises Invalid (any field; a month that has terms), Conflict (version, archived, settled).
    """
    values = _values(operator, raw)
    check_version(operator, version, {})
    if session.scalar(terms_from(operator, values["effective_from"])) is not None:
        raise Invalid("effective_from", TAKEN)
    return set_terms(session, operator, values, actor=actor, at=at)


def change_terms(
    session: Session, operator: Operator, terms: Terms, raw: Raw, *, version: int, actor: Actor, at: datetime
) -> Terms:
    """Prices and percentage of a version that no statement used; its month stays.

    Raises Invalid (any field), Conflict (version, with what was saved meanwhile; archived, frozen, settled).
    """
    values = _values(operator, {**raw, "effective_from": terms.effective_from.isoformat()})
    try:
        check_version(operator, version, {})
    except Conflict as stale:
        pairs = ((name, getattr(terms, name), value) for name, value in values.items())
        stale.changes = tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])
        raise
    return set_terms(session, operator, values, actor=actor, at=at)


def remove_terms(
    session: Session, operator: Operator, terms: Terms, *, version: int, actor: Actor, at: datetime
) -> None:
    """Take away a version that no statement used. Raises Conflict (version, archived, frozen, settled)."""
    _refuse_archived(operator)
    check_version(operator, version, {})
    month = terms.effective_from
    _refuse_settled(session, operator, month)
    plain = Terms(**{name: getattr(terms, name) for name in _KEPT})
    _before, gone = changes(plain)
    operator.updated_at = at
    record(session, actor, "terms.delete", terms, before=gone, after={}, **_about(operator, month, at))
    session.delete(terms)
    session.flush()


_KEPT = (
    *("effective_from", "currency", "price_per_kwh_ac", "price_per_kwh_dc", "price_per_session"),
    *("price_per_hour", "share_percent", "reimbursement_first"),
)


def _values(operator: Operator, raw: Raw) -> dict[str, Any]:
    _refuse_archived(operator)
    values = check_terms(raw).accepted()
    if not values:
        raise Invalid("share_percent", NOTHING)
    return values


def _refuse_archived(operator: Operator) -> None:
    if operator.status is OperatorStatus.ARCHIVED:
        raise Conflict(ARCHIVED, code=operator.code)


def _refuse_settled(session: Session, operator: Operator, month: date) -> None:
    """Neither the version of that month, nor the sessions that it applies or would apply to, may be settled."""
    known = session.execute(versions(operator)).all()
    shown = f"{month:%Y-%m}"
    for terms, number in known:
        if terms.effective_from == month and number is not None:
            raise Conflict(FROZEN, month=shown, number=number)
    later = [terms.effective_from for terms, _number in known if terms.effective_from > month]
    since = month_bounds(operator.timezone, month)[0]
    until = month_bounds(operator.timezone, later[0])[0] if later else None
    number = session.scalar(statement_over(operator, since, until))
    if number is not None:
        raise Conflict(SETTLED, month=shown, number=number)


def _about(operator: Operator, month: date, at: datetime) -> dict[str, Any]:
    return {"at": at, "operator_id": operator.id, "name": f"{operator.code} {month:%Y-%m}"}
