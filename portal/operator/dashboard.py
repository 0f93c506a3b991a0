"""Where an operator user starts."""

from flask import Response

from portal.web.htmx import page

from .blueprint import bp


@bp.get("/")
def dashboard() -> Response:
    return page("operator/dashboard.html")
