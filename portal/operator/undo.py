"""Undo of what one did oneself in one's own tenant."""

from werkzeug.wrappers import Response

from portal.web.undo import undo_now

from .blueprint import bp


@bp.post("/audit/<int:event_id>/undo")
def audit_undo(event_id: int) -> Response:
    return undo_now(event_id)
