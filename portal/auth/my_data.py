"""A driver's own copy of all that the portal knows of it."""

from werkzeug.wrappers import Response

from portal.domain.errors import Forbidden
from portal.domain.text import N_
from portal.models import Role
from portal.queries.driver_data import own_driver
from portal.web.auth import to_login, viewer
from portal.web.driver_files import driver_archive

from .blueprint import bp


@bp.get("/my-data")
def my_data() -> Response:
    """The ZIP; for drivers only."""
    asking = viewer()
    if asking.is_anonymous:
        return to_login()
    if asking.role is not Role.DRIVER:
        raise Forbidden(N_("Only drivers have data of their own to take along."))
    return driver_archive(own_driver(asking.driver_id))
