"""Share and reimbursement: one version a month at most, in force until the next one."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.viewer import Actor
from portal.models import Operator, Terms
from portal.queries.operators import terms_from

from .audit import record


def set_terms(
    session: Session, operator: Operator, values: dict[str, Any], *, actor: Actor, at: datetime
) -> Terms:
    """Write the version that starts in `values["effective_from"]`: a new one, or the present one corrected.

    `values` are those of `check_terms`; money is in the operator's currency.
    """
    terms = session.scalar(terms_from(operator, values["effective_from"]).with_for_update())
    verb = "update"
    if terms is None:
        terms, verb = Terms(operator_id=operator.id, created_at=at, updated_at=at), "create"
        session.add(terms)
    for name, value in {**values, "currency": operator.currency}.items():
        if getattr(terms, name) != value:
            setattr(terms, name, value)
    name = f"{operator.code} {values['effective_from']:%Y-%m}"
    written = record(session, actor, f"terms.{verb}", terms, at=at, operator_id=operator.id, name=name)
    if written is not None:
        terms.updated_at = operator.updated_at = at  # a change of the operator too: its version moves on
        session.flush()
    return terms
