"""The four ways in which a request can be refused. Messages are English message ids with %(name)s parameters."""

from dataclasses import dataclass, field

from .text import N_, said

NOTHING_HERE = N_("There is nothing at this address, or it is not for you to see.")


class PortalError(Exception):
    """Base of all refusals; the edge translates `message % params`."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return said(self.message, **self.params)


class NotFound(PortalError):
    """Absent, foreign or hidden: the caller cannot tell which."""

    def __init__(self, message: str = NOTHING_HERE, **params: object) -> None:
        super().__init__(message, **params)


class Forbidden(PortalError):
    """The caller is known and may not do this."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field that somebody else changed in the meantime: what they saved and what was submitted."""

    field: str
    theirs: object
    yours: object


@dataclass(frozen=True, slots=True)
class Blocker:
    """What keeps an object from being deleted, how many there are, and where to deal with them."""

    noun: str
    count: int
    remedy: str
    params: dict[str, str] = field(default_factory=dict)


class Conflict(PortalError):
    """True when it was asked, but no longer: a newer version, a taken code, a reference."""

    def __init__(
        self,
        message: str,
        *,
        changes: tuple[Change, ...] = (),
        blockers: tuple[Blocker, ...] = (),
        **params: object,
    ) -> None:
        super().__init__(message, **params)
        self.changes = changes
        self.blockers = blockers


class Invalid(PortalError):
    """A value is not acceptable; `field` names the input, the message says what was expected."""

    def __init__(self, field: str, message: str, **params: object) -> None:
        super().__init__(message, **params)
        self.field = field


class TooMany(PortalError):
    """Tried too often; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(N_("Too many tries. Wait %(seconds)s seconds and try again."), seconds=retry_after)
        self.retry_after = retry_after
