"""Who asks (Viewer) and who changes (Actor)."""

from dataclasses import dataclass

from portal.models import Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. Built once per request, by the command line and by tests; `zone` is an IANA name.

    `within_operator_id`: an operator's user looks through this driver's eyes, so that of the driver's
    networks only this operator's own is any of its business (see `access.seen_through`).
    """

    role: Role | None = None
    account_id: int | None = None
    operator_id: int | None = None
    driver_id: int | None = None
    label: str = ""
    operator_name: str = ""
    zone: str = "UTC"
    within_operator_id: int | None = None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_anonymous(self) -> bool:
        return self.role is None


ANONYMOUS = Viewer()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes, and from where; goes into the audit trail with every write."""

    label: str
    account_id: int | None = None
    via: str = "web"
    address: str | None = None
    request_id: str | None = None


def command_line() -> Actor:
    """The actor of a command typed on the server."""
    return Actor(label="command line", via="cli")
