"""What a row of the route table is, and short ways to write one."""

from dataclasses import dataclass, field

ANYONE, ADMIN, OPERATOR = "anyone", "admin", "operator"
ROLES = ("anonymous", "admin", "operator", "driver")

Form = dict[str, str]


@dataclass(frozen=True)
class Route:
    """One method at one address. `form` is what the right one sends; `trail` the actions that it leaves."""

    method: str
    address: str
    who: str
    status: int = 200
    form: Form = field(default_factory=dict)
    trail: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def allows(self, role: str) -> bool:
        return self.who == ANYONE or role in (self.who, *self.also)

    @property
    def unsafe(self) -> bool:
        return self.method != "GET"


def get(address: str, who: str, status: int = 200, *trail: str) -> Route:
    return Route("GET", address, who, status, {}, trail)


def post(address: str, who: str, form: Form, *trail: str, status: int = 303) -> Route:
    return Route("POST", address, who, status, form, trail)


def lists(address: str, who: str) -> tuple[Route, ...]:
    """A list with its exports; its own address takes what the account keeps for it."""
    base = address if address.endswith("/") else f"{address}/"
    exports = (get(f"{base}export.{kind}", who, 200, "list.export") for kind in ("csv", "xlsx"))
    return (get(address, who), post(address, who, {"keep": "usual-columns"}, "list.columns"), *exports)


def figures(address: str, who: str) -> tuple[Route, ...]:
    """Analytics with their files."""
    files = (get(f"{address}export.{kind}", who, 200, "list.export") for kind in ("csv", "xlsx"))
    return (get(address, who), *files)


def members(base: str, who: str, upload: str) -> tuple[Route, ...]:
    """What a members page leads to, beside its own grants and revokes."""
    chosen = {"verb": "revoke", "number": "{driver}"}
    return (
        post(f"{base}/bulk", who, chosen, "members.revoke_many", "membership.revoke"),
        get(f"{base}/{{driver}}/dates", who),
        post(f"{base}/{{driver}}/dates", who, {"note": "Room 7"}, "membership.update"),
        get(f"{base}/{{driver}}/history", who),
        get(f"{base}/import", who),
        post(f"{base}/import", who, {}, status=422),
        get(f"{base}/import/{upload}", who),
        post(f"{base}/import/{upload}", who, {"seen": "something else"}, status=409),
    )


def explained(surface: str, who: str, drivers: str) -> tuple[Route, ...]:
    """Why somebody sees a station, who could see it then, and a driver's access over time."""
    return (
        get(f"{surface}/why", who),
        get(f"{surface}/why/suggest?station=zq", who),
        get(f"{surface}/stations/{{station}}/then", who),
        *lists(f"{surface}/stations/{{station}}/then/2026-11-01T12:00:00Z/", who),
        get(f"{surface}/{drivers}/{{driver}}/access", who),
    )
