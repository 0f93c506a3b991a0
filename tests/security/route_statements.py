"""The routes of statements."""

from tests.security.route_kinds import ADMIN, OPERATOR, get, lists, post

ONE = "/admin/statements/{statement}"
OWN = "/operator/statements/{statement}"
MONTH = {"month": "2026-09"}

STATEMENTS = (
    *lists("/admin/statements/", ADMIN),
    get("/admin/statements/new?month=2026-09&operator={operator}", ADMIN),
    post(
        "/admin/statements/new", ADMIN, {**MONTH, "operator": "{operator}"}, status=409
    ),  # it has one already
    post("/admin/statements/runs/", ADMIN, MONTH, "statement_run.start"),
    get("/admin/statements/runs/{run}/", ADMIN),
    get(f"{ONE}/", ADMIN),
    post(f"{ONE}/", ADMIN, {"keep": "usual-columns"}, "list.columns"),
    get(f"{ONE}.pdf", ADMIN),
    get(f"{ONE}.csv", ADMIN),
    get(f"{ONE}/pay", ADMIN),
    post(f"{ONE}/pay", ADMIN, {"amount": "1", "paid_on": "2026-10-01"}, status=422),  # nothing is due
    get(f"{ONE}/credit", ADMIN),
    post(f"{ONE}/credit", ADMIN, {"reason": "Wrong"}, "statement.credit"),
    *lists("/operator/statements/", OPERATOR),
    get(f"{OWN}/", OPERATOR),
    post(f"{OWN}/", OPERATOR, {"keep": "usual-columns"}, "list.columns"),
    get(f"{OWN}.pdf", OPERATOR),
    get(f"{OWN}.csv", OPERATOR),
)
