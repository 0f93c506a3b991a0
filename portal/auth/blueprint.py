"""The blueprint of signing in and of what belongs to one's own login: only the former is open to all."""

from typing import Any

from flask import Blueprint, request

from portal.models import Role
from portal.web.auth import require

bp = Blueprint("auth", __name__, url_prefix="/auth")

OPEN = frozenset({"auth.login", "auth.logout", "auth.link", "auth.forgot"})
signed_in = require(*Role)


@bp.before_request
def guard() -> Any:
    return None if request.endpoint in OPEN else signed_in()
