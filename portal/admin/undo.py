"""Undo of anything that the trail shows as undoable."""

from werkzeug.wrappers import Response

from portal.web.undo import undo_now

from .blueprint import bp


@bp.post("/audit/<int:event_id>/undo")
def audit_undo(event_id: int) -> Response:
    return undo_now(event_id)
