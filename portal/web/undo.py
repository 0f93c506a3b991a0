"""Undo, offered right after a write and in the trail while it is possible."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, flash, g, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.undoing import UNDO_LASTS, undoable, undoable_by
from portal.extensions import db
from portal.models import AuditEvent
from portal.queries import undo as query
from portal.services.undo import Undone, undo

from .audit_words import action_label
from .auth import actor, safe_next, viewer
from .filters import number
from .htmx import go, page, wants_fragment
from .lookup import found, row_id
from .transaction import transaction

LISTED = 10
KEPT = "undo"  # the key in the session cookie, and on `g`


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(kept_undo_offer=kept_undo_offer, undo_url=undo_url)
    app.after_request(_carry)


def offer_undo(event: AuditEvent | None) -> None:
    """Offer to undo what this request has written (call it after the commit; None or another kind: no offer).

    After a redirect the button stands beside the next page's message, after a swap in a note at the page's foot.
    """
    if event is not None and undoable(event, now()) and undoable_by(viewer(), event):
        g.undo = {
            "id": event.id,
            "action": event.action,
            "subject": event.subject,
            "at": event.at.isoformat(),
        }


def undo_now(event_id: int) -> BaseResponse:
    """Take the event back, say how that went, and return to the page that the button stood on."""
    with transaction() as session:
        subject = found(session.scalar(query.event(viewer(), row_id(event_id)).with_for_update()))
        words = f"{action_label(subject.action)}: {subject.subject}"
        undone = undo(session, subject, viewer=viewer(), actor=actor(), at=now())
    flash(*_said(undone, words))
    surface = "admin" if viewer().is_admin else "operator"
    return go(safe_next(request.form.get("next"), url_for(f"{surface}.audit")))


def kept_undo_offer() -> dict[str, Any] | None:
    """The offer that the last request left for this page (`url`, `words`, `subject`), once."""
    kept = session.pop(KEPT, None) if KEPT in session else None
    if not isinstance(kept, dict) or datetime.fromisoformat(kept["at"]) + UNDO_LASTS <= now():
        return None
    return _offer(kept)


def undo_url(event: AuditEvent) -> str | None:
    """Where to POST to undo the event; None when this viewer cannot, or no longer. One query a page."""
    at = now()
    if not undoable(event, at) or not undoable_by(viewer(), event):
        return None
    if "undone" not in g:
        g.undone = set(db.session.scalars(query.undone_lately(at)))
    return None if event.id in g.undone else _address(event.id)


def back_url() -> str:
    """The page that the viewer looks at, as a path of this site: a swap's page, else this request's."""
    shown = urlsplit(request.headers.get("HX-Current-URL", "")) if wants_fragment() else None
    if shown is not None and shown.path:
        return shown.path + (f"?{shown.query}" if shown.query else "")
    return request.full_path.rstrip("?")


def _said(undone: Undone, words: str) -> tuple[str, str]:
    """Message and tone: what was undone, and what was left because it was changed since."""
    if not undone.skipped:
        return _("Undone. %(what)s", what=words), "success"
    left = [each.subject for each in undone.skipped]
    listed = ", ".join(left[:LISTED])
    if len(left) > LISTED:
        listed = _("%(some)s and %(count)s more", some=listed, count=number(len(left) - LISTED))
    whole = undone.changed + len(left)
    return _(
        "Undone for %(done)s of %(whole)s. Changed since, or not to be changed now, and therefore left: %(left)s.",
        done=number(undone.changed),
        whole=number(whole),
        left=listed,
    ), "warning"


def _carry(response: Response) -> Response:
    """Put the offer into a swapped piece, or keep it for the next page."""
    kept = g.pop("undo", None)
    if kept is None or response.status_code >= 400:
        return response
    if wants_fragment() and response.status_code == 200 and not response.is_streamed:
        note = page("shared/undo_note.html", fragment="note", offer=_offer(kept), back=back_url())
        response.set_data(response.get_data(as_text=True) + note.get_data(as_text=True))
    else:
        session[KEPT] = kept
    return response


def _offer(kept: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": _address(kept["id"]),
        "words": action_label(kept["action"]),
        "subject": kept["subject"],
    }


def _address(event_id: int) -> str:
    surface = "admin" if viewer().is_admin else "operator"
    return url_for(f"{surface}.audit_undo", event_id=event_id)
