"""The blueprint of all API endpoints, and how they refuse."""

from flask import Blueprint, Response, json, request

from portal.domain.errors import Forbidden, Invalid
from portal.extensions import csrf, db
from portal.web.errors import answer, translated

from .reading import MOST_BYTES, NotJson
from .stations import NotLetIn

bp = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(bp)  # nothing here believes a cookie


@bp.before_request
def bound_the_body() -> None:
    request.max_content_length = MOST_BYTES


@bp.errorhandler(Invalid)
def invalid(error: Invalid) -> Response:
    """422 with the name of the field, such as `connector` or `3.meter_wh`."""
    db.session.rollback()
    response = answer(422, translated(error))
    response.set_data(json.dumps(response.get_json() | {"field": error.field}))
    return response


@bp.errorhandler(Forbidden)
def forbidden(error: Forbidden) -> Response:
    """403 with the reason; whoever refused has written it down."""
    db.session.rollback()
    return answer(403, translated(error))


@bp.errorhandler(NotJson)
def not_json(error: NotJson) -> Response:
    return answer(error.status, translated(error))


@bp.errorhandler(NotLetIn)
def not_let_in(error: NotLetIn) -> Response:
    """The same for a station that is not there and for a wrong key."""
    response = answer(401, translated(error))
    response.headers["WWW-Authenticate"] = 'Basic realm="ingest", charset="UTF-8"'
    return response
