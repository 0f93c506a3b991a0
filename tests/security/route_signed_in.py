"""Rows of what belongs to more than one role: the own profile, and the map through other eyes."""

from tests.security.route_kinds import ADMIN, OPERATOR, Route, get, lists

# What drivers charged.
SESSIONS = (*lists("/auth/sessions/", "driver"), get("/auth/sessions/{session}/", "driver"))

# What everybody has who is signed in.
PROFILE = SESSIONS + tuple(
    Route(method, f"/auth/profile{address}", ADMIN, status, form, trail, also=(OPERATOR, "driver"))
    for method, address, status, form, trail in (
        ("GET", "", 200, {}, ()),
        (
            "POST",
            "",
            303,
            {"name": "New name", "locale": "en", "theme": "dark"},
            ("account.update", "account.preferences"),
        ),
        (
            "POST",
            "/password",
            422,
            {"present": "wrong", "password": "a new password", "repeat": "a new password"},
            ("account.password_refused",),
        ),
        ("POST", "/theme", 303, {"theme": "dark"}, ("account.preferences",)),
        ("POST", "/sign-ins/{sign_in}/end", 303, {}, ("account.sign_out",)),
        ("POST", "/sign-ins/end-others", 303, {}, ("account.sign_out_elsewhere",)),
    )
)

# The map through somebody else's eyes: operators too, and theirs are shown as the admins' are.
EYES = tuple(
    Route(method, address, ADMIN, status, form, trail, also=(OPERATOR,))
    for method, address, status, form, trail in (
        ("GET", "/map/?as={driver}", 200, {}, ()),
        ("GET", "/map/?as={driver}&mine=1&near=46,14", 200, {}, ()),
        ("GET", "/map/stations/{public}?as={driver}", 200, {}, ()),
        ("POST", "/map/as", 303, {"as": "{driver}"}, ("map.view_as",)),
    )
)
