"""Share and reimbursement of an operator: add, change and remove a version of its terms."""

from datetime import date
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Invalid, NotFound
from portal.domain.operator_values import TERMS, month_value
from portal.extensions import db
from portal.models import Operator, Terms
from portal.queries.operators import one_operator, terms_from, terms_of
from portal.services.terms import add_terms, change_terms, remove_terms
from portal.web.auth import actor, viewer
from portal.web.htmx import go
from portal.web.lookup import found
from portal.web.transaction import transaction

from .blueprint import bp
from .forms_terms import TermsForm
from .operator_edit import as_typed
from .operator_steps import months
from .saving import Attempt, attempt, form_page

TEMPLATE = "admin/terms/form.html"


@bp.route("/operators/<code>/terms/new", methods=["GET", "POST"])
def terms_new(code: str) -> Response:
    operator = _operator(code)
    latest = db.session.scalar(terms_of(operator).limit(1))
    form = TermsForm(data=_start(operator, latest, _next_month(latest)))
    tried = attempt(form, lambda session: _add(session, code, form))
    return _saved(code) if tried.done else _form(form, tried, _operator(code))


@bp.route("/operators/<code>/terms/<month>/", methods=["GET", "POST"])
def terms_edit(code: str, month: str) -> Response:
    operator, first = _operator(code), _month(month)
    terms = found(db.session.scalar(terms_from(operator, first)))
    form = TermsForm(data=_start(operator, terms, first))
    tried = attempt(form, lambda session: _change(session, code, first, form))
    return _saved(code) if tried.done else _form(form, tried, _operator(code), month=first)


@bp.post("/operators/<code>/terms/<month>/delete")
def terms_delete(code: str, month: str) -> Response:
    version = request.form.get("version", 0, type=int)
    with transaction() as session:
        operator = _locked(session, code)
        terms = found(session.scalar(terms_from(operator, _month(month))))
        remove_terms(session, operator, terms, version=version, actor=actor(), at=now())
    flash(_("The terms from this month are removed."), "success")
    return go(url_for(".operator", code=code.upper()))


def _add(session: Session, code: str, form: TermsForm) -> None:
    operator = _locked(session, code)
    add_terms(session, operator, form.raw(), version=form.opened_on(), actor=actor(), at=now())


def _change(session: Session, code: str, month: date, form: TermsForm) -> None:
    operator = _locked(session, code)
    terms = found(session.scalar(terms_from(operator, month).with_for_update()))
    change_terms(session, operator, terms, form.raw(), version=form.opened_on(), actor=actor(), at=now())


def _operator(code: str) -> Operator:
    return found(db.session.scalar(one_operator(viewer(), code)))


def _locked(session: Session, code: str) -> Operator:
    return found(session.scalar(one_operator(viewer(), code).with_for_update()))


def _month(text: str) -> date:
    """A month of an address; what is none has no terms."""
    try:
        return month_value("month", text)
    except Invalid:
        raise NotFound from None


def _next_month(latest: Terms | None) -> date:
    """What a new version may begin with: the next month, or this one where nothing is agreed yet."""
    offered = [date.fromisoformat(day) for day in months(now())]
    if latest is None:
        return offered[0]
    return next((day for day in offered[1:] if day > latest.effective_from), offered[-1])


def _start(operator: Operator, terms: Terms | None, month: date) -> dict[str, Any]:
    values = {name: as_typed(getattr(terms, name)) for name in TERMS} if terms else {}
    return {**values, "effective_from": f"{month:%Y-%m}-01", "version": operator.version}


def _form(form: TermsForm, tried: Attempt, operator: Operator, month: date | None = None) -> Response:
    offered = [(day, "") for day in months(now())]
    return form_page(TEMPLATE, form, tried, operator, month=month, months=offered)


def _saved(code: str) -> Response:
    flash(_("The terms are saved."), "success")
    return go(f"{url_for('.operator', code=code.upper())}#terms")
