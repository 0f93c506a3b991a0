"""The page of one session, the same for admins and operators."""

from typing import Any

from flask import Response

from portal.extensions import db
from portal.models import ChargingSession
from portal.queries import sessions as query

from .audit_words import field_label, value_label
from .auth import viewer
from .htmx import page
from .lookup import found, row_id


def show_session(session_id: int, **context: Any) -> Response:
    """One session with the settings that it ran under; NotFound for what the viewer may not read."""
    one = query.sessions(viewer()).where(ChargingSession.id == row_id(session_id))
    shown = found(db.session.scalar(one))
    return page("shared/session_page.html", session=shown, snapshot=snapshot, **context)


def snapshot(session: ChargingSession) -> list[tuple[Any, Any]]:
    """The settings that the session ran under, as (label, text)."""
    return [(field_label(name), value_label(value)) for name, value in session.settings.items()]
