"""How a session runs, judged from what its meter reported (see SEMANTICS: "Session settings").

A result is a function of the set of reports: late, doubled and out-of-order ones give the same. "Deadline" is the
idle timeout after the last advance (after the start where there is none); without a timeout there is no deadline.

    state        | seen next, in order of time           | becomes
    -------------+---------------------------------------+--------------------------------------------------------
    running      | energy grew by a step, before deadline | running; an advance: activity, and the running amount
    running      | energy grew by less                    | running, as it was
    running      | any sample, or the clock, at deadline  | closed_idle at the last activity, with its energy
    running      | the stop                               | closed at the stop, on its exact energy
    closed_idle  | a sample                               | closed_idle: it comes after the end
    closed_idle  | the stop                               | closed, `corrected`: the equipment knows better
    closed       | a sample or another stop               | closed: it comes after the end
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.models import SessionStatus

NO_TIME = timedelta()
SECOND = timedelta(seconds=1)
IDLE = "idle"
UNSAID = "equipment"
BY_HAND = "admin"


@dataclass(frozen=True, slots=True, order=True)
class Sample:
    """The meter's register in Wh at an instant."""

    at: datetime
    meter_wh: int


@dataclass(frozen=True, slots=True)
class Closing:
    """The register at the stop, and why it stopped (None: the equipment does not say)."""

    at: datetime
    meter_wh: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings that the session runs under: the step in Wh (>= 1), the idle timeout (zero: never)."""

    energy_step_wh: int
    idle_timeout: timedelta = NO_TIME


@dataclass(frozen=True, slots=True)
class Track:
    """What the reports add up to. Energy in Wh: while it runs that of the last advance, never negative; exact (and so
    perhaps negative) once the stop is known. `check_at`: when it becomes idle unless it advances before.
    """

    status: SessionStatus
    energy_wh: int
    last_advance_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    charging_s: int
    idle_s: int
    check_at: datetime | None
    corrected: bool = False

    @property
    def billed_wh(self) -> int:
        """The energy that is rated: a meter that ran backwards costs nothing."""
        return max(0, self.energy_wh)


@dataclass(frozen=True, slots=True)
class _Walk:
    """The advances of a session up to its end: the last, its energy, and whether a deadline passed before."""

    last: Sample | None
    energy_wh: int
    activity_at: datetime
    missed: bool


def track(
    start: Sample, samples: Iterable[Sample], stop: Closing | None, rules: Rules, at: datetime
) -> Track:
    """Judge a session at the instant `at` by all that was reported of it, in whatever order."""
    known = _in_order(start, samples, stop)
    if stop is not None:
        return _closed(start, known, stop, rules)
    walk = _walk(start, known, rules, at, through_idling=False)
    end = walk.activity_at
    charging_s, idle_s = _times(start, [sample for sample in known if sample.at <= end], end)
    return Track(
        status=SessionStatus.CLOSED_IDLE if walk.missed else SessionStatus.RUNNING,
        energy_wh=walk.energy_wh,
        last_advance_at=walk.last.at if walk.last else None,
        ended_at=end if walk.missed else None,
        end_reason=IDLE if walk.missed else None,
        charging_s=charging_s,
        idle_s=idle_s,
        check_at=None if walk.missed or not rules.idle_timeout else end + rules.idle_timeout,
    )


def first_stop(stops: Iterable[Closing]) -> Closing | None:
    """Of several stops the earliest: what comes after it comes after the end."""
    return min(stops, key=lambda stop: (stop.at, -stop.meter_wh, stop.reason or ""), default=None)


def _closed(start: Sample, known: Sequence[Sample], stop: Closing, rules: Rules) -> Track:
    end = max(stop.at, start.at)
    walk = _walk(start, known, rules, end, through_idling=True)
    charging_s, idle_s = _times(start, [*known, Sample(end, stop.meter_wh)], end)
    return Track(
        status=SessionStatus.CLOSED,
        energy_wh=stop.meter_wh - start.meter_wh,
        last_advance_at=walk.last.at if walk.last else None,
        ended_at=end,
        end_reason=stop.reason or UNSAID,
        charging_s=charging_s,
        idle_s=idle_s,
        check_at=None,
        corrected=walk.missed,
    )


def _in_order(start: Sample, samples: Iterable[Sample], stop: Closing | None) -> list[Sample]:
    """One sample an instant (the higher register), after the start and before the stop."""
    at_instant: dict[datetime, Sample] = {}
    for sample in samples:
        if sample.at > start.at and (stop is None or sample.at < stop.at):
            at_instant[sample.at] = max(sample, at_instant.get(sample.at, sample))
    return sorted(at_instant.values())


def _walk(
    start: Sample, known: Sequence[Sample], rules: Rules, until: datetime, *, through_idling: bool
) -> _Walk:
    """From advance to advance; where the deadline is missed the walk ends, unless the stop says that it went on."""
    last: Sample | None = None
    energy, activity, missed = 0, start.at, False
    for sample in known:
        if _idle(activity, sample.at, rules):
            missed = True
            if not through_idling:
                break
        if sample.meter_wh - start.meter_wh >= energy + rules.energy_step_wh:
            last, energy, activity = sample, sample.meter_wh - start.meter_wh, sample.at
    return _Walk(last, energy, activity, missed or _idle(activity, until, rules))


def _idle(activity: datetime, moment: datetime, rules: Rules) -> bool:
    return rules.idle_timeout > NO_TIME and moment - activity >= rules.idle_timeout


def _times(start: Sample, known: Iterable[Sample], end: datetime) -> tuple[int, int]:
    """Charging and idle time in whole seconds that add up to the whole.

    It charges between two samples when the register rose; the step has no say, for it never changes a bill.
    """
    charging, before, highest = NO_TIME, start.at, start.meter_wh
    for sample in known:
        if sample.meter_wh > highest:
            charging, highest = charging + (sample.at - before), sample.meter_wh
        before = sample.at
    return charging // SECOND, (end - start.at) // SECOND - charging // SECOND
