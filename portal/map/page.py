"""The map page: Folium's map, the filter form, and an equal list."""

from flask import Response

from portal.web.htmx import page

from .blueprint import bp


@bp.get("/")
def driver_map() -> Response:
    return page("map/page.html")
