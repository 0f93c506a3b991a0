"""Begin to look at the map as somebody else."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import NotFound
from portal.services.looking import look_as
from portal.web.auth import actor, to_login, viewer
from portal.web.htmx import go
from portal.web.transaction import transaction

from .blueprint import bp
from .sight import borrowed, place, remember, start_page


@bp.post("/as")
def start_as() -> Response:
    if viewer().is_anonymous:
        return to_login()
    key = request.form.get("as", "").strip()
    try:
        with transaction() as session:
            seen = borrowed(key)
            look_as(session, viewer(), seen.driver, actor=actor(), at=now())
    except NotFound:
        return start_page(key, None, _("There is no such driver as whom you may look."), http_status=404)
    remember(seen.key)
    return go(seen.url("map.driver_map", **place()))
