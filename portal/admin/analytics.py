"""Figures of all operators, or of some."""

from functools import partial

from flask import Response, url_for

from portal.web.analytics import AnalyticsPages

from .blueprint import bp

PAGES = AnalyticsPages(
    layout="layouts/admin.html",
    url=partial(url_for, "admin.analytics"),
    export_url=partial(url_for, "admin.analytics_export"),
    sessions_url=partial(url_for, "admin.sessions"),
)


@bp.get("/analytics/")
def analytics() -> Response:
    return PAGES.show()


@bp.get("/analytics/export.<any(csv,xlsx):kind>")
def analytics_export(kind: str) -> Response:
    return PAGES.export(kind)
