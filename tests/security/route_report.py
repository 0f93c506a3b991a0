"""The routes of terms and of the commission report."""

from tests.security.route_kinds import ADMIN, get, post

AGREED = {"version": "1", "price_per_kwh_ac": "0.2", "share_percent": "5", "effective_from": "2026-11-01"}

REPORT = (
    get("/admin/operators/{operator}/terms/new", ADMIN),
    post("/admin/operators/{operator}/terms/new", ADMIN, AGREED, "terms.create"),
    get("/admin/operators/{operator}/terms/{terms}/", ADMIN),
    post("/admin/operators/{operator}/terms/{terms}/", ADMIN, AGREED, "terms.update"),
    post("/admin/operators/{operator}/terms/{terms}/delete", ADMIN, {"version": "1"}, "terms.delete"),
)
