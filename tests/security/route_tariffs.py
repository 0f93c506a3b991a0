"""The routes of tariffs."""

from tests.security.route_kinds import ADMIN, OPERATOR, get, lists, post

PRICED = {"version": "1", "name": "New name", "currency": "EUR"}

TARIFFS = (
    *lists("/admin/tariffs/", ADMIN),
    get("/admin/tariffs/new", ADMIN),
    post("/admin/tariffs/new", ADMIN, {**PRICED, "scope": "site"}, "tariff.create"),
    get("/admin/tariffs/{tariff}/", ADMIN),
    post("/admin/tariffs/{tariff}/", ADMIN, PRICED, "tariff.update"),
    post("/admin/tariffs/{tariff}/end", ADMIN, {"version": "1"}, "tariff.end"),
    *lists("/operator/tariffs/", OPERATOR),
)
