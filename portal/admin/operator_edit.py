"""Update an operator: the same two steps as in the wizard, all but the code."""

from datetime import datetime

from flask import flash, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.operator_values import ENVIRONMENT, TERMS
from portal.extensions import db
from portal.models import Operator
from portal.queries.operators import one_operator, terms_of
from portal.services import operators, security_keys
from portal.web.auth import actor, viewer
from portal.web.htmx import go
from portal.web.lookup import found

from .blueprint import bp
from .forms_operator import DetailsForm, EditEnvironmentForm
from .operator_steps import (
    details_context,
    environment_context,
    forget_key,
    generate_key,
    sealed_key,
    wants,
)
from .saving import Attempt, attempt, form_page

DETAILS_PAGE = "admin/operators/edit_operator.html"
ENVIRONMENT_PAGE = "admin/operators/edit_environment.html"


@bp.route("/operators/<code>/edit/operator", methods=["GET", "POST"])
def operator_edit(code: str) -> Response:
    form = DetailsForm(obj=_operator(code))
    tried = (
        Attempt() if wants("states") else attempt(form, lambda session: _save_details(session, code, form))
    )
    if tried.done:
        return _saved(code)
    return form_page(DETAILS_PAGE, form, tried, _operator(code), step="operator", **details_context(form))


@bp.route("/operators/<code>/edit/environment", methods=["GET", "POST"])
def operator_edit_environment(code: str) -> Response:
    operator = _operator(code)
    form = EditEnvironmentForm(data=_stored(operator))
    if wants("generate"):
        generate_key(form)
        return _environment_page(code, form, Attempt(), generated=True)
    tried = attempt(form, lambda session: _save_environment(session, code, form))
    if tried.done:
        return _saved(code)
    forget_key(form, kept=False)
    return _environment_page(code, form, tried)


def _operator(code: str) -> Operator:
    return found(db.session.scalar(one_operator(viewer(), code)))


def _locked(session: Session, code: str) -> Operator:
    return found(session.scalar(one_operator(viewer(), code).with_for_update()))


def _save_details(session: Session, code: str, form: DetailsForm) -> None:
    operator, at = _locked(session, code), now()
    operators.update_details(session, operator, form.raw(), version=form.opened_on(), actor=actor(), at=at)


def _save_environment(session: Session, code: str, form: EditEnvironmentForm) -> None:
    operator, at = _locked(session, code), now()
    operators.update_environment(
        session, operator, form.raw(), version=form.opened_on(), actor=actor(), at=at
    )
    _save_key(session, operator, form, at)


def _save_key(session: Session, operator: Operator, form: EditEnvironmentForm, at: datetime) -> None:
    """A typed key wins over the box that removes the present one."""
    key = sealed_key(form)
    if key is not None:
        hours = form.key_grace_hours.data
        security_keys.set_key(session, operator, key, actor=actor(), at=at, grace_hours=hours)
    elif form.remove_key.data:
        security_keys.remove_key(session, operator, actor=actor(), at=at)


def _stored(operator: Operator) -> dict[str, object]:
    """What the form starts with: the operator's own values and the newest terms."""
    terms = db.session.scalar(terms_of(operator).limit(1))
    values = {name: getattr(operator, name) for name in (*ENVIRONMENT, "version")}
    values |= {name: getattr(terms, name) for name in TERMS} if terms else {}
    return {name: as_typed(value) for name, value in values.items()}


def as_typed(value: object) -> object:
    """Figures as people write them: no exponent, no zeros at the end."""
    if isinstance(value, bool) or value is None:
        return value
    text = f"{value:f}" if hasattr(value, "as_tuple") else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _environment_page(
    code: str, form: EditEnvironmentForm, tried: Attempt, generated: bool = False
) -> Response:
    context = {"step": "environment", "generated": generated, **environment_context(form)}
    return form_page(ENVIRONMENT_PAGE, form, tried, _operator(code), **context)


def _saved(code: str) -> Response:
    flash(_("The changes are saved."), "success")
    return go(url_for(".operator", code=code.upper()))
