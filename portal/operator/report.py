"""The commission report of one's own sessions."""

from flask import Response

from portal.web.report import ReportPages

from .blueprint import bp

PAGES = ReportPages("layouts/operator.html", "operator")


@bp.get("/report/")
def report() -> Response:
    return PAGES.show()


@bp.get("/report/export.<any(csv,xlsx):kind>")
def report_export(kind: str) -> Response:
    return PAGES.export(kind)


@bp.get("/report/sessions/")
def report_sessions() -> Response:
    return PAGES.sessions()
