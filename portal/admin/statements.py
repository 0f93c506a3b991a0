"""The statements of all operators: the list, one of them, its files."""

from flask import Response, url_for

from portal.extensions import db
from portal.queries.statements import runs
from portal.web.auth import viewer
from portal.web.statement_page import StatementPages
from portal.web.statement_words import RUN_STATES

from .blueprint import bp

PAGES = StatementPages(
    layout="layouts/admin.html",
    statements_url=lambda: url_for("admin.statements"),
    statement_url=lambda number: url_for("admin.statement", number=number),
    file_url=lambda number, kind: url_for("admin.statement_file", number=number, kind=kind),
    session_url=lambda session_id: url_for("admin.session", session_id=session_id),
    operator_url=lambda code: url_for("admin.operator", code=code),
)


@bp.route("/statements/", methods=["GET", "POST"])
def statements() -> Response:
    latest = db.session.scalar(runs(viewer()).limit(1))
    return PAGES.show_list("admin/statements/list.html", latest=latest, run_states=RUN_STATES)


@bp.get("/statements/export.<any(csv,xlsx):kind>")
def statements_export(kind: str) -> Response:
    return PAGES.export(kind)


@bp.route("/statements/<number>/", methods=["GET", "POST"])
def statement(number: str) -> Response:
    return PAGES.show(number)


@bp.get("/statements/<number>.<any(pdf,csv):kind>")
def statement_file(number: str, kind: str) -> Response:
    return PAGES.file(number, kind)
