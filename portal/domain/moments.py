"""Moments of the past as people name them: what a clock showed at a place, and the instants that this was."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from .days import YEARS
from .errors import Invalid, NotFound
from .text import N_


def instants_of(zone: str, shown: datetime) -> tuple[datetime, ...]:
    """The instants (UTC) at which clocks of the zone showed this: one; two where it is repeated; none where skipped."""
    tz = ZoneInfo(zone)
    tried = (shown.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    return tuple(sorted({one for one in tried if one.astimezone(tz).replace(tzinfo=None) == shown}))


def past_instants(field: str, text: str, zone: str, at: datetime) -> tuple[datetime, ...]:
    """What is meant by text such as 2026-09-30T18:00: one instant, or two when the clock was set back.

    Raises Invalid for anything else, for what the clock jumped over, and for the future.
    """
    try:
        shown = datetime.fromisoformat(text)
        found = (shown.astimezone(UTC),) if shown.tzinfo else instants_of(zone, shown)
    except (ValueError, OverflowError):
        raise Invalid(field, N_("Expected a date and a time such as 2026-09-30T18:00.")) from None
    if shown.year not in YEARS:
        raise Invalid(field, N_("Expected a date and a time such as 2026-09-30T18:00."))
    if not found:
        raise Invalid(field, N_("The clock was set forward over this time. Choose another."))
    if found[0] > at:
        raise Invalid(field, N_("Expected a moment of the past."))
    return tuple(one for one in found if one <= at)


def moment_text(moment: datetime) -> str:
    """The moment as an address carries it: 2026-09-30T16:00:00Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def addressed_moment(text: str, at: datetime) -> datetime:
    """The moment that an address names. Raises NotFound for what `moment_text` did not write, and for the future."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or moment.year not in YEARS or moment > at or moment_text(moment) != text:
            raise NotFound
    except (ValueError, OverflowError):
        raise NotFound from None
    return moment.astimezone(UTC)
