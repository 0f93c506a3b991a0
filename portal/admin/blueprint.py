"""The admin portal's blueprint: CPO admins only."""

from flask import Blueprint

from portal.models import Role
from portal.web.auth import require

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.before_request(require(Role.ADMIN))
