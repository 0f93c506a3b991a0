"""For load balancers: is the process up, is the database good."""

from alembic.runtime.migration import MigrationContext
from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import DBAPIError

from portal.extensions import db
from portal.schema import newest_revision

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The database answers and has all migrations."""
    try:
        present = MigrationContext.configure(db.session.connection()).get_current_revision()
    except DBAPIError:
        return jsonify(status="database unavailable"), 503
    if present != newest_revision():
        return jsonify(status="migrations missing"), 503
    return jsonify(status="ok"), 200
