"""Several of one's own stations at once: show and hide."""

from werkzeug.wrappers import Response

from portal.web.station_bulk import VISIBILITY, apply_page, preview_page

from .blueprint import bp


@bp.get("/stations/bulk")
def stations_bulk() -> Response:
    return preview_page("layouts/operator.html", "operator.stations", VISIBILITY)


@bp.post("/stations/bulk")
def stations_bulk_apply() -> Response:
    return apply_page("layouts/operator.html", "operator.stations", VISIBILITY)
