"""The address without a path: on to where the one who asks starts."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.web.auth import viewer
from portal.web.htmx import go
from portal.web.navigation import home_url

bp = Blueprint("start", __name__)


@bp.get("/")
def start() -> Response:
    return go(home_url(viewer().role))
