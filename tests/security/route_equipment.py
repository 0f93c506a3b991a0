"""Rows of what equipment reports to: no role and no cookie opens it, but a station's code and key (tests/api)."""

from tests.security.route_kinds import Route

EQUIPMENT = tuple(
    Route("POST", f"/api/v1/ingest/sessions{address}", "equipment", status)
    for address, status in (("", 201), ("/any/samples", 200), ("/any/stop", 200))
)
