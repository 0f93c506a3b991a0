"""What changed in one's own tenant, and who changed it."""

from flask import Response

from portal.web.audit_lists import audit_page, event_page, export_audit

from .blueprint import bp


@bp.route("/audit", methods=["GET", "POST"])
def audit() -> Response:
    return audit_page("layouts/operator.html")


@bp.get("/audit/export.<any(csv,xlsx):kind>")
def audit_export(kind: str) -> Response:
    return export_audit(kind)


@bp.get("/audit/<int:event_id>/")
def audit_event(event_id: int) -> Response:
    return event_page("layouts/operator.html", event_id)
