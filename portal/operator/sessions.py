"""Sessions at one's own stations, in one's own zone."""

from flask import Response, url_for

from portal.web.session_lists import SessionPages

from .blueprint import bp

PAGES = SessionPages(
    layout="layouts/operator.html",
    sessions_url=lambda: url_for("operator.sessions"),
    session_url=lambda session_id: url_for("operator.session", session_id=session_id),
    station_url=lambda code: url_for("operator.station", code=code),
)


@bp.route("/sessions/", methods=["GET", "POST"])
def sessions() -> Response:
    return PAGES.show_list()


@bp.get("/sessions/export.<any(csv,xlsx):kind>")
def sessions_export(kind: str) -> Response:
    return PAGES.export(kind)


@bp.get("/sessions/<int:session_id>/")
def session(session_id: int) -> Response:
    return PAGES.show(session_id)
