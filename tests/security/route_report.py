"""The routes of terms and of the commission report."""

from tests.security.route_kinds import ADMIN, OPERATOR, get, post

AGREED = {"version": "1", "price_per_kwh_ac": "0.2", "share_percent": "5", "effective_from": "2026-11-01"}

REPORT = (
    get("/admin/operators/{operator}/terms/new", ADMIN),
    post("/admin/operators/{operator}/terms/new", ADMIN, AGREED, "terms.create"),
    get("/admin/operators/{operator}/terms/{terms}/", ADMIN),
    post("/admin/operators/{operator}/terms/{terms}/", ADMIN, AGREED, "terms.update"),
    post("/admin/operators/{operator}/terms/{terms}/delete", ADMIN, {"version": "1"}, "terms.delete"),
    get("/admin/report/", ADMIN),
    get("/admin/report/?preset=last_12_months&by=day", ADMIN),
    get("/admin/report/sessions/", ADMIN),
    get("/admin/report/export.csv", ADMIN, 200, "list.export"),
    get("/admin/report/export.xlsx", ADMIN, 200, "list.export"),
    get("/admin/report/what-if", ADMIN),
    get("/admin/report/what-if/export.csv", ADMIN, 404),  # of no operator
    get("/admin/report/what-if/export.xlsx", ADMIN, 404),
    get("/admin/report/what-if/export.pdf", ADMIN, 404),
    get("/operator/report/", OPERATOR),
    get("/operator/report/?operator={operator}&by=driver", OPERATOR),
    get("/operator/report/sessions/", OPERATOR),
    get("/operator/report/export.csv", OPERATOR, 200, "list.export"),
    get("/operator/report/export.xlsx", OPERATOR, 200, "list.export"),
)
