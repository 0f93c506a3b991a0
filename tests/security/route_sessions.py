"""What admins do about one session; the one of the world has ended and nothing about it is doubtful."""

from tests.security.route_kinds import ADMIN, get, post

CORRECTED = {"version": "1", "ended_at": "2026-09-01T14:30", "energy": "12", "pricing": "typed", "net": "5.00",
             "vat": "1.10", "reason": "the meter"}  # fmt: skip

SESSION = (
    post("/admin/sessions/{session}/accept", ADMIN, {}),
    post("/admin/sessions/{session}/withdraw", ADMIN, {}),
    get("/admin/sessions/{session}/stop", ADMIN),
    post("/admin/sessions/{session}/stop", ADMIN, {"reason": "blocked"}, status=409),
    get("/admin/sessions/{session}/correct", ADMIN),
    post("/admin/sessions/{session}/correct", ADMIN, CORRECTED, "session.correct"),
)
