"""One car at one connector: plugged in, measured in batches, stopped."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .charging import READ_S, Plug, Reading
from .reporting import Portal

LONGEST_PAUSE_S, SHORTEST_PAUSE_S = 10.0, 1.0


@dataclass(frozen=True, slots=True)
class Stay:
    """A session under the station's own name for it; `began` lies in the past where its clock runs `speed` times as fast."""

    portal: Portal
    plug: Plug
    name: str
    token: str | None
    began: datetime
    register_wh: int
    speed: float

    def plug_in(self) -> None:
        """Raises Refused, SimulationError."""
        said = {"id": self.name, "connector": self.plug.connector, "driver_token": self.token}
        self.portal.start(self.plug.station, said | self._measured(Reading(0, 0)))

    def charge(
        self, readings: Sequence[Reading], ending: threading.Event, grown: Callable[[int], None]
    ) -> Reading:
        """Report each reading once its time has come, and the stop at the last, or earlier when told to; what was last.

        `grown` hears of each Wh that the portal took in. Raises SimulationError.
        """
        plugged_in, ahead_s = time.monotonic(), (datetime.now(UTC) - self.began).total_seconds()
        pause_s = min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, READ_S / self.speed))
        last, reason = Reading(0, 0), "driver"
        while last is not readings[-1]:
            over = ending.wait(pause_s)
            passed_s = time.monotonic() - plugged_in
            elapsed_s = min(passed_s * self.speed, passed_s + ahead_s)
            due = [one for one in readings if last.after_s < one.after_s <= elapsed_s]
            asked = bool(due) and self._send(due)
            grown((due[-1].energy_wh if due else last.energy_wh) - last.energy_wh)
            last = due[-1] if due else last
            if (over or asked) and last is not readings[-1]:
                last, reason = Reading(int(elapsed_s), last.energy_wh), "local" if over else "remote"
                break
        stop = self._measured(last) | {"reason": reason}
        self.portal.stop(self.plug.station, self.name, stop)
        return last

    def at(self, reading: Reading) -> datetime:
        return self.began + timedelta(seconds=reading.after_s)

    def _send(self, due: Sequence[Reading]) -> bool:
        """Report a batch; whether the portal asks to end the charging."""
        answer = self.portal.samples(self.plug.station, self.name, [self._measured(one) for one in due])
        return bool(answer.get("stop"))

    def _measured(self, reading: Reading) -> dict[str, Any]:
        return {"at": self.at(reading).isoformat(), "meter_wh": self.register_wh + reading.energy_wh}
