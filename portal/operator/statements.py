"""One's own statements: read and downloaded, never changed."""

from flask import Response, url_for

from portal.web.statement_page import StatementPages

from .blueprint import bp

PAGES = StatementPages(
    layout="layouts/operator.html",
    statements_url=lambda: url_for("operator.statements"),
    statement_url=lambda number: url_for("operator.statement", number=number),
    file_url=lambda number, kind: url_for("operator.statement_file", number=number, kind=kind),
    session_url=lambda session_id: url_for("operator.session", session_id=session_id),
)


@bp.route("/statements/", methods=["GET", "POST"])
def statements() -> Response:
    return PAGES.show_list("operator/statements/list.html")


@bp.get("/statements/export.<any(csv,xlsx):kind>")
def statements_export(kind: str) -> Response:
    return PAGES.export(kind)


@bp.route("/statements/<number>/", methods=["GET", "POST"])
def statement(number: str) -> Response:
    return PAGES.show(number)


@bp.get("/statements/<number>.<any(pdf,csv):kind>")
def statement_file(number: str, kind: str) -> Response:
    return PAGES.file(number, kind)
