"""The wizard that makes an operator: Operator, Environment setup, Summary, kept as a draft on the server."""

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Conflict, Invalid
from portal.domain.zones import zone_of
from portal.extensions import db
from portal.models import Operator, OperatorDraft
from portal.queries.operators import one_draft
from portal.services import drafts
from portal.web.auth import actor, viewer
from portal.web.errors import translated
from portal.web.htmx import changed, go
from portal.web.lookup import found
from portal.web.site import current_site
from portal.web.transaction import transaction

from .blueprint import bp
from .forms_operator import EnvironmentForm, NewOperatorForm, StepForm
from .operator_steps import (
    PARTS,
    details_context,
    environment_context,
    forget_key,
    generate_key,
    sealed_key,
    suggest,
    wants,
)
from .operator_summary import summary_page
from .saving import Attempt, attempt, form_page

NEXT = {"operator": "environment", "environment": "summary"}
PREVIOUS = {"environment": "operator", "summary": "environment"}
STEP_URL = "/operators/new/<string(length=32):draft_id>/<any(operator,environment):step>"


@bp.get("/operators/new")
def operator_new() -> Response:
    with transaction() as session:
        draft = drafts.start_draft(session, viewer().account_id or 0, at=now())
    return go(url_for(".operator_step", draft_id=draft.id, step="operator"))


@bp.get(STEP_URL)
def operator_step(draft_id: str, step: str) -> Response:
    draft = found(db.session.scalar(one_draft(viewer(), draft_id)))
    return _elsewhere(draft, step) or _show(draft, step, _form(draft, step))


@bp.post(STEP_URL)
def save_operator_step(draft_id: str, step: str) -> Response:
    draft = found(db.session.scalar(one_draft(viewer(), draft_id)))
    if away := _elsewhere(draft, step):
        return away
    form = _form(draft, step)
    if wants("states") or wants("generate"):
        return _filled_in(draft, step, form)
    if wants("back"):
        _keep(draft_id, step, form)
        return go(_url(draft_id, PREVIOUS[step]))
    return _hand_in(draft_id, step, form)


@bp.post(f"{STEP_URL}/keep")
def keep_operator_step(draft_id: str, step: str) -> Response:
    """What was typed so far, kept while it is being typed."""
    form = NewOperatorForm() if step == "operator" else EnvironmentForm()
    kept = _keep(draft_id, step, form, with_key=False)
    return changed(PARTS, "kept", _url(draft_id, step), kept=kept)


@bp.get("/operators/new/<string(length=32):draft_id>/summary")
def operator_summary(draft_id: str) -> Response:
    draft = found(db.session.scalar(one_draft(viewer(), draft_id)))
    return _elsewhere(draft, "summary") or summary_page(draft)


@bp.post("/operators/new/<string(length=32):draft_id>/summary")
def create_operator(draft_id: str) -> Response:
    try:
        operator = _finish(draft_id)
    except Conflict as error:
        return summary_page(found(db.session.scalar(one_draft(viewer(), draft_id))), error)
    except Invalid as error:
        flash(translated(error), "danger")
        return go(_url(draft_id, "summary"))
    flash(_("Operator %(code)s is created. Assign it an area next.", code=operator.code), "success")
    return go(url_for(".operator", code=operator.code))


@bp.post("/operators/new/<string(length=32):draft_id>/discard")
def discard_operator_draft(draft_id: str) -> Response:
    with transaction() as session:
        drafts.discard_draft(session, _locked(session, draft_id))
    flash(_("The draft is discarded."))
    return go(url_for(".operators"))


def _finish(draft_id: str) -> Operator:
    with transaction() as session:
        draft = _locked(session, draft_id)
        version = request.form.get("version", str(draft.version))
        seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        return drafts.finish_draft(session, draft, version=seen, actor=actor(), at=now())


def _elsewhere(draft: OperatorDraft, step: str) -> Response | None:
    """Where to go instead: to the operator that the draft made, or to the first step that is not finished."""
    if draft.operator_id is not None:
        made = db.session.get_one(Operator, draft.operator_id)
        return go(url_for(".operator", code=made.code))
    unfinished = drafts.first_unfinished(db.session(), draft)
    order = (*drafts.STEPS, "summary")
    if unfinished is None or order.index(step) <= order.index(unfinished):
        return None
    flash(_("Please finish this step first."), "warning")
    return go(_url(draft.id, unfinished))


def _form(draft: OperatorDraft, step: str) -> StepForm:
    """The step's form as it was left; a new environment starts with the country's zone and our currency.

    A field that is not sent keeps what it started with; a script need not name the version that it saw.
    """
    start = {**drafts.shown(draft, step), "version": str(draft.version)}
    if step == "operator":
        return NewOperatorForm(data=start)
    zone = zone_of(drafts.shown(draft, "operator").get("country")) or current_site().timezone
    return EnvironmentForm(data={"timezone": zone, "currency": current_site().currency, **start})


def _show(
    draft: OperatorDraft, step: str, form: StepForm, tried: Attempt | None = None, **more: Any
) -> Response:
    """The step; a form that was only opened starts from the draft's present version."""
    tried = tried or Attempt()
    if not form.is_submitted():
        form.version.data = str(draft.version)
    context = _context(form)
    return form_page(
        f"admin/operators/wizard_{step}.html", form, tried, draft, step=step, draft=draft, **context, **more
    )


def _context(form: StepForm) -> dict[str, Any]:
    if isinstance(form, NewOperatorForm):
        return details_context(form)
    return environment_context(form) if isinstance(form, EnvironmentForm) else {}


def _filled_in(draft: OperatorDraft, step: str, form: StepForm) -> Response:
    """The form again with what a button asked for; nothing is checked yet."""
    if isinstance(form, EnvironmentForm):
        generate_key(form)
    return _show(draft, step, form, generated=wants("generate"))


def _hand_in(draft_id: str, step: str, form: StepForm) -> Response:
    """Save the step and go on; refused values stay in the form and in the draft."""
    tried = (
        Attempt() if _suggested(form) else attempt(form, lambda session: _save(session, draft_id, step, form))
    )
    if tried.done:
        return go(_url(draft_id, NEXT[step]))
    kept = _keep(draft_id, step, form)
    if isinstance(form, EnvironmentForm):
        forget_key(form, kept=kept)
    return _show(found(db.session.scalar(one_draft(viewer(), draft_id))), step, form, tried)


def _suggested(form: StepForm) -> bool:
    """A code left empty is filled in from the name, to be looked at before it is for good."""
    if not isinstance(form, NewOperatorForm) or form.code.data or not suggest(form):
        return False
    form.code.errors = [
        _("This code is suggested from the name. It never changes later: check it and go on.")
    ]
    return True


def _save(session: Session, draft_id: str, step: str, form: StepForm) -> None:
    draft = _locked(session, draft_id)
    _save_key(session, draft, form)
    drafts.save_step(session, draft, step, form.raw(), version=form.opened_on(), at=now())


def _keep(draft_id: str, step: str, form: StepForm, *, with_key: bool = True) -> bool:
    """Keep what was typed, finished or not, unless another tab was faster."""
    with transaction() as session:
        draft = _locked(session, draft_id)
        kept = drafts.keep_typed(session, draft, step, form.raw(), version=form.opened_on(), at=now())
        if kept and with_key:
            _save_key(session, draft, form)
        return kept


def _save_key(session: Session, draft: OperatorDraft, form: StepForm) -> None:
    key = sealed_key(form) if isinstance(form, EnvironmentForm) else None
    if key is not None or (isinstance(form, EnvironmentForm) and form.remove_key.data):
        drafts.keep_key(session, draft, key, at=now())


def _locked(session: Session, draft_id: str) -> OperatorDraft:
    return found(session.scalar(one_draft(viewer(), draft_id).with_for_update()))


def _url(draft_id: str, step: str) -> str:
    if step == "summary":
        return url_for(".operator_summary", draft_id=draft_id)
    return url_for(".operator_step", draft_id=draft_id, step=step)
