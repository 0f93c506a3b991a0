"""What admins do about one session: accept its doubts, stop it, correct it."""

from dataclasses import asdict

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.corrections import Shown, shown
from portal.domain.errors import Conflict, NotFound
from portal.domain.text import N_
from portal.extensions import db
from portal.models import ChargingSession, Doubt, SessionStatus
from portal.queries.session_page import one_session, session_to_change
from portal.services.session_changes import (
    accept_doubts,
    correct_session,
    stop_by_hand,
    withdraw_acceptance,
)
from portal.web.auth import actor, viewer
from portal.web.filters import number
from portal.web.htmx import go
from portal.web.lookup import found, row_id
from portal.web.session_page import zone_of
from portal.web.transaction import transaction

from .blueprint import bp
from .forms_session import CorrectionForm, StopForm
from .saving import attempt, form_page

STILL_RUNS = N_("Session %(id)s still runs. Stop it first, then correct it.")


@bp.post("/sessions/<int:session_id>/accept")
def session_accept(session_id: int) -> Response:
    with transaction() as session:
        done = accept_doubts(session, _locked(session, session_id), _doubt(), actor=actor(), at=now())
    words = ngettext(
        "%(count)s doubt is accepted.", "%(count)s doubts are accepted.", done, count=number(done)
    )
    flash(words if done else _("Nothing of this was open any more."), "success" if done else "info")
    return go(url_for(".session", session_id=session_id))


@bp.post("/sessions/<int:session_id>/withdraw")
def session_withdraw(session_id: int) -> Response:
    with transaction() as session:
        done = withdraw_acceptance(session, _locked(session, session_id), _doubt(), actor=actor(), at=now())
    flash(_("The acceptance is withdrawn.") if done else _("Nothing of this was accepted any more."), "info")
    return go(url_for(".session", session_id=session_id))


@bp.route("/sessions/<int:session_id>/stop", methods=["GET", "POST"])
def session_stop(session_id: int) -> Response:
    form = StopForm()
    tried = attempt(form, lambda session: _stop(session, session_id, form))
    if not tried.done:
        subject = _session(session_id)
        return form_page("admin/sessions/stop.html", form, tried, subject, zone=zone_of(subject))
    flash(_("The session is stopped."), "success")
    return go(url_for(".session", session_id=session_id))


@bp.route("/sessions/<int:session_id>/correct", methods=["GET", "POST"])
def session_correct(session_id: int) -> Response:
    subject = _session(session_id)
    form = _form(subject)
    tried = attempt(form, lambda session: _correct(session, session_id, form))
    if not tried.done:
        fresh = _session(session_id)
        form.after(tried.conflict, _shown(fresh))
        return form_page("admin/sessions/correct.html", form, tried, fresh, zone=zone_of(fresh))
    flash(_("The session is corrected. What it was before stands in its history."), "success")
    return go(url_for(".session", session_id=session_id))


def _session(session_id: int) -> ChargingSession:
    return found(db.session.scalar(one_session(viewer(), row_id(session_id))))


def _locked(session: Session, session_id: int) -> ChargingSession:
    return found(session.scalar(session_to_change(viewer(), row_id(session_id))))


def _form(subject: ChargingSession) -> CorrectionForm:
    """Raises Conflict while the session runs: what equipment reports next would undo it."""
    if subject.status is SessionStatus.RUNNING:
        raise Conflict(STILL_RUNS, id=subject.external_id)
    stored = _shown(subject)
    return CorrectionForm(data=asdict(stored)).of(subject, stored, zone_of(subject), now())


def _shown(subject: ChargingSession) -> Shown:
    return shown(subject, subject.driver.number if subject.driver else None, zone_of(subject))


def _stop(session: Session, session_id: int, form: StopForm) -> None:
    stop_by_hand(session, _locked(session, session_id), form.reason.data, actor=actor(), at=now())


def _correct(session: Session, session_id: int, form: CorrectionForm) -> None:
    subject = _locked(session, session_id)
    version, zone = form.opened_on(), zone_of(subject)
    correct_session(session, subject, form.raw(), version=version, zone=zone, actor=actor(), at=now())


def _doubt() -> Doubt | None:
    """The doubt that the form names; none for all of them."""
    named = request.form.get("doubt", "")
    if not named:
        return None
    try:
        return Doubt(named)
    except ValueError:
        raise NotFound from None
