"""Plays charging sessions against a running portal, several at once, until told to stop.

At a speed above 1 a session begins in the past and its clock runs faster until it has caught up with the present:
then it walks. So no report is of the future, nothing is faster than its connector, a session ends at about now, and no
two on one connector overlap. It never lags further behind than LAG, for a portal closes what seems idle.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from .charging import Plug, visit
from .reporting import Portal, Refused, SimulationError
from .staying import Stay

LAG = timedelta(minutes=20)
BETWEEN = timedelta(minutes=1)  # one car leaves, another one comes
REST_S = 3.0  # most seconds that a charger rests between two cars
WATCH_S = 0.25


@dataclass(slots=True)
class Bay:
    """A connector, who may charge there (None: a token that nobody knows), since when it is free, its register."""

    plug: Plug
    tokens: Sequence[str | None]
    free_from: datetime
    register_wh: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """Speed of the clocks, chargers at once, sessions in all (None: no end), seed of the dice (None: any)."""

    speed: float = 60
    chargers: int = 5
    sessions: int | None = None
    seed: int | None = None


@dataclass(slots=True)
class Tally:
    """What has been played so far."""

    charging: int = 0
    done: int = 0
    refused: int = 0
    energy_wh: int = 0


class Player:
    """Plays on `bays`; `ending` stops it, and the sessions that run then are stopped in an orderly way."""

    def __init__(self, portal: Portal, bays: list[Bay], pace: Pace, ending: threading.Event) -> None:
        self.tally = Tally()
        self._portal, self._bays, self._pace, self._ending = portal, bays, pace, ending
        self._run = pace.seed if pace.seed is not None else time.time_ns()
        self._name = f"SIM-{time.time_ns() // 1_000_000:X}"  # two runs never call a session the same
        self._failure: SimulationError | None = None
        self._lock = threading.Lock()
        self._begun = 0

    def play(self, watch: Callable[[Tally], None]) -> None:
        """Play until it is over, showing `watch` the tally all the while. Raises SimulationError."""
        number = min(self._pace.chargers, len(self._bays))
        threads = [threading.Thread(target=self._charger, args=(n,), daemon=True) for n in range(number)]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                watch(self.tally)
                time.sleep(WATCH_S)
        finally:
            self._ending.set()
            for thread in threads:
                thread.join()
            watch(self.tally)
        if self._failure is not None:
            raise self._failure

    def _charger(self, number: int) -> None:
        """One car after the other."""
        dice, rest_s = Random(f"{self._run}/{number}"), 0.0  # noqa: S311 - made-up cars
        try:
            while (turn := self._next()) is not None:
                self._ending.wait(rest_s)
                self._car(dice, f"{self._name}-{turn}")
                rest_s = dice.uniform(0, REST_S)
        except SimulationError as error:
            self._fail(error)
        except Exception as error:
            self._fail(SimulationError(f"the simulation has a fault: {error!r}"))

    def _next(self) -> int | None:
        """The number of the next session; None once it is over."""
        with self._lock:
            if self._ending.is_set() or self._begun == self._pace.sessions:
                return None
            self._begun += 1
            return self._begun

    def _car(self, dice: Random, name: str) -> None:
        bay = self._take(dice)
        if bay is None:
            return
        readings = visit(dice, bay.plug)
        began = _began(bay.free_from, readings[-1].after_s, self._pace.speed)
        token, speed = dice.choice(bay.tokens), self._pace.speed
        stay = Stay(self._portal, bay.plug, name, token, began, bay.register_wh, speed)
        try:
            stay.plug_in()
            self._count(charging=1)
            last = stay.charge(readings, self._ending, lambda wh: self._count(energy_wh=wh))
            bay.free_from, bay.register_wh = stay.at(last) + BETWEEN, bay.register_wh + last.energy_wh
            self._count(charging=-1, done=1)
        except Refused:
            self._count(refused=1)
        with self._lock:
            self._bays.append(bay)

    def _take(self, dice: Random) -> Bay | None:
        """A free connector, rather one that has been free for long; None once it is over."""
        while not self._ending.is_set():
            with self._lock:
                present = datetime.now(UTC)
                free = [bay for bay in self._bays if bay.free_from <= present]
                rested = [bay for bay in free if bay.free_from <= present - LAG]
                if free:
                    bay = dice.choice(rested) if rested else min(free, key=lambda bay: bay.free_from)
                    self._bays.remove(bay)
                    return bay
            self._ending.wait(1)
        return None

    def _fail(self, error: SimulationError) -> None:
        with self._lock:
            self._failure = self._failure or error
        self._ending.set()

    def _count(self, **more: int) -> None:
        with self._lock:
            for name, number in more.items():
                setattr(self.tally, name, getattr(self.tally, name) + number)


def _began(free_from: datetime, lasts_s: int, speed: float) -> datetime:
    """When a session begins so that it ends at about the present, as far as LAG and the former session let it."""
    present = datetime.now(UTC).replace(microsecond=0)
    lag = min(LAG, timedelta(seconds=max(0, int(lasts_s * (1 - 1 / speed)))))
    return max(present - lag, free_from)
