"""The drivers' map: open to everybody, each viewer sees what the access rule lets it see."""

from flask import Blueprint

bp = Blueprint("map", __name__, url_prefix="/map")
