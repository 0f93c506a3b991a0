"""Several stations at once: show, hide, move, status."""

from werkzeug.wrappers import Response

from portal.web.station_bulk import ALL, apply_page, preview_page

from .blueprint import bp


@bp.get("/stations/bulk")
def stations_bulk() -> Response:
    return preview_page("layouts/admin.html", "admin.stations", ALL)


@bp.post("/stations/bulk")
def stations_bulk_apply() -> Response:
    return apply_page("layouts/admin.html", "admin.stations", ALL)
