"""Who could see one's own station at a moment of the past, and in which periods a driver could."""

from flask import Response
from werkzeug.wrappers import Response as BaseResponse

from portal.web.driver_access import driver_access_page
from portal.web.then import export_then, moments_page, then_page

from .blueprint import bp

LAYOUT = "layouts/operator.html"


@bp.get("/stations/<code>/then")
def station_then(code: str) -> BaseResponse:
    return moments_page(LAYOUT, code)


@bp.route("/stations/<code>/then/<moment>/", methods=["GET", "POST"])
def station_then_at(code: str, moment: str) -> Response:
    return then_page(LAYOUT, code, moment)


@bp.get("/stations/<code>/then/<moment>/export.<any(csv,xlsx):kind>")
def station_then_export(code: str, moment: str, kind: str) -> Response:
    return export_then(code, moment, kind)


@bp.get("/members/<number>/access")
def member_access(number: str) -> Response:
    return driver_access_page(LAYOUT, number)
