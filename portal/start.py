"""The address without a path: on to where the one who asks starts."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.extensions import db
from portal.queries.setup import any_account
from portal.web.auth import viewer
from portal.web.htmx import go, page
from portal.web.navigation import home_url

bp = Blueprint("start", __name__)


@bp.get("/")
def start() -> Response:
    """On to where the one who asks starts; a portal that nobody can sign in to says how to begin."""
    if viewer().is_anonymous and not db.session.scalar(any_account()):
        return page("shared/first_admin.html")
    return go(home_url(viewer().role))
