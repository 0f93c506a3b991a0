"""What browsers show of the site itself: its own logo, and the icon that they ask for unasked."""

from flask import Blueprint, Response, current_app, request
from sqlalchemy import select

from portal.domain.errors import NotFound
from portal.extensions import db
from portal.models import SiteSettings
from portal.services.site import picture_digest

bp = Blueprint("brand", __name__)

FOREVER = "public, max-age=31536000, immutable"


@bp.get("/site/logo")
def logo() -> Response:
    """The picture of the settings; an address that names another version is to be asked for again."""
    wanted = select(SiteSettings.logo, SiteSettings.logo_type, SiteSettings.version)
    row = db.session.execute(wanted).first()
    if row is None or row.logo is None:
        raise NotFound
    response = Response(row.logo, mimetype=row.logo_type)
    present = request.args.get("v") == str(row.version)
    response.headers["Cache-Control"] = FOREVER if present else "no-cache"
    response.set_etag(picture_digest(row.logo))
    response.make_conditional(request)
    return response


@bp.get("/favicon.ico")
def favicon() -> Response:
    """For browsers that do not read our pages' link to the icon."""
    return current_app.send_static_file("favicon.ico")
