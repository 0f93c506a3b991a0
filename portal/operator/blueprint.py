"""The operator's own area: users of one operator, and nothing of any other."""

from flask import Blueprint

from portal.models import Role
from portal.web.auth import require

bp = Blueprint("operator", __name__, url_prefix="/operator")
bp.before_request(require(Role.OPERATOR))
