"""What is doubtful about sessions, by their own facts and by those of others on the same connector."""

from datetime import datetime, timedelta
from typing import NamedTuple

from portal.models import Doubt, SessionStatus

UNKNOWN_MAX_W = 400_000  # where the power of a connector is not known: what the strongest of today deliver
TOLERANCE = timedelta(minutes=1)  # clocks that show no seconds, clocks that are a little fast
TOLERANCE_PERCENT = 1  # meters
HOUR_US = 3_600_000_000

ALONE = frozenset(
    {Doubt.NO_END, Doubt.NO_ENERGY, Doubt.NEGATIVE_ENERGY, Doubt.TOO_MUCH_ENERGY, Doubt.IN_THE_FUTURE}
)
TOGETHER = frozenset({Doubt.OVERLAP, Doubt.DUPLICATE})
JUDGED = ALONE | TOGETHER
"""Doubts that follow from what is stored; the others are noted when they happen."""


class Facts(NamedTuple):
    """A session as far as doubts need it: energy in Wh, `max_w` of its connector (None: not known).

    A tuple, because an import judges hundreds of thousands.
    """

    id: int
    started_at: datetime
    ended_at: datetime | None
    energy_wh: int | None
    status: SessionStatus
    max_w: int | None = None

    @property
    def until(self) -> datetime:
        """Its end; without one nothing is known but its start."""
        return self.ended_at or self.started_at


def most_wh(max_w: int | None, duration: timedelta) -> int:
    """The energy that a connector of this power can deliver in this time, tolerances included."""
    whole = duration + TOLERANCE
    microseconds = (whole.days * 86_400 + whole.seconds) * 1_000_000 + whole.microseconds
    return (max_w or UNKNOWN_MAX_W) * microseconds * (100 + TOLERANCE_PERCENT) // (100 * HOUR_US)


def own_doubts(facts: Facts, at: datetime) -> set[Doubt]:
    """What is doubtful about a session whatever others say; one that runs is yet to get its end and energy."""
    found = set()
    ended = facts.status is not SessionStatus.RUNNING
    if ended and facts.ended_at is None:
        found.add(Doubt.NO_END)
    if ended and not facts.energy_wh:
        found.add(Doubt.NO_ENERGY)
    energy_wh = facts.energy_wh or 0
    if energy_wh < 0:
        found.add(Doubt.NEGATIVE_ENERGY)
    if facts.ended_at is not None and energy_wh > most_wh(facts.max_w, facts.ended_at - facts.started_at):
        found.add(Doubt.TOO_MUCH_ENERGY)
    if facts.until > at + TOLERANCE:
        found.add(Doubt.IN_THE_FUTURE)
    return found


def doubts_between(one: Facts, other: Facts) -> dict[int, Doubt]:
    """What two sessions on one connector make doubtful, by the number of the session.

    The same charging under another name: the one that came later is the duplicate. Overlapping ones are both doubtful,
    for nobody can say which is wrong; to touch is not to overlap.
    """
    same = (one.started_at, one.ended_at, one.energy_wh) == (
        other.started_at,
        other.ended_at,
        other.energy_wh,
    )
    if same:
        return {max(one.id, other.id): Doubt.DUPLICATE}
    if one.started_at < other.until and other.started_at < one.until:
        return {one.id: Doubt.OVERLAP, other.id: Doubt.OVERLAP}
    return {}
