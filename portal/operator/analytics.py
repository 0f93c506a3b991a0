"""Figures of one's own stations, in one's own zone."""

from functools import partial

from flask import Response, url_for

from portal.web.analytics import AnalyticsPages

from .blueprint import bp

PAGES = AnalyticsPages(
    layout="layouts/operator.html",
    url=partial(url_for, "operator.analytics"),
    export_url=partial(url_for, "operator.analytics_export"),
    sessions_url=partial(url_for, "operator.sessions"),
)


@bp.get("/analytics/")
def analytics() -> Response:
    return PAGES.show()


@bp.get("/analytics/export.<any(csv,xlsx):kind>")
def analytics_export(kind: str) -> Response:
    return PAGES.export(kind)
