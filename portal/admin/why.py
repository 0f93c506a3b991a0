"""Why somebody sees a station, or does not."""

from flask import Response

from portal.web.why import suggestions, why_page

from .blueprint import bp


@bp.get("/why")
def why() -> Response:
    return why_page("layouts/admin.html")


@bp.get("/why/suggest")
def why_suggest() -> Response:
    return suggestions()
