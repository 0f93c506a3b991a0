"""Equipment behind a bad line: requests are lost on the way there or back, doubled, delayed and reordered."""

import http.client
import json
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

from tests.support.meters import KEY, Meter, Report

AT_ONCE = 8  # sessions of which one thread mixes up the reports
LOST, UNHEARD, DOUBLED, LATE = "lost before it arrived", "answer lost", "sent twice", "sent again later"
FAULTS = {LOST: 6, UNHEARD: 6, DOUBLED: 5, LATE: 5, "": 78}
ALLOWED = {200, 201}
TO_TRY_AGAIN = {404, 503}


class Line:
    """Sends the reports of all meters to `port`, from several threads; counts what happened."""

    def __init__(self, port: int, seed: int, patience_s: float) -> None:
        self.counted: Counter[str] = Counter()
        self._port, self._seed = port, seed
        self._lock = threading.Lock()
        self._until = time.monotonic() + patience_s
        self.failures: list[str] = []

    def send_all(self, meters: Sequence[Meter], threads: int) -> list[threading.Thread]:
        """Started threads; they end when everything has been acknowledged."""
        started = []
        for number in range(threads):
            dice = Random(f"{self._seed}/{number}")  # noqa: S311 - the faults of one line
            thread = threading.Thread(target=self._work, args=(meters[number::threads], dice), daemon=True)
            thread.start()
            started.append(thread)
        return started

    @property
    def acknowledged(self) -> int:
        return self.counted["acknowledged"]

    def _work(self, meters: Sequence[Meter], dice: Random) -> None:
        try:
            waiting = iter(meters)
            going = [_Pending(meter) for _, meter in zip(range(AT_ONCE), waiting, strict=False)]
            while going:
                pending = dice.choice(going)
                report = pending.choose(dice)
                if self._deliver(pending.meter.station, report, dice):
                    pending.done(report)
                if not pending.left:
                    going.remove(pending)
                    going.extend(_Pending(meter) for meter in _next(waiting))
        except Exception as error:
            self.failures.append(repr(error))

    def _deliver(self, station: str, report: Report, dice: Random) -> bool:
        """Send it over the bad line; whether it is settled."""
        assert time.monotonic() < self._until, "it takes too long"
        assert not self.failures, "another thread has failed"
        (fault,) = dice.choices(list(FAULTS), list(FAULTS.values()))
        self._count(fault)
        if fault == LOST:
            return False
        if fault == DOUBLED:
            self._post(station, report)
        status = self._post(station, report, heard=fault != UNHEARD)
        if status in ALLOWED:
            self._count("acknowledged")
            return fault != LATE
        if status is None and fault != UNHEARD:
            time.sleep(0.1)  # nobody is there
        assert status is None or status in TO_TRY_AGAIN, f"{status} to {report}"
        self._count(str(status or ""))
        return False

    def _post(self, station: str, report: Report, *, heard: bool = True) -> int | None:
        """The status; None when there is none. Unheard, the line breaks before the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        basic = b64encode(f"{station}:{KEY}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        try:
            connection.request(
                "POST", f"/api/v1/ingest/sessions{report.path}", json.dumps(report.body), headers
            )
            if not heard:
                return None
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            self._count("nobody there")
            return None
        finally:
            connection.close()

    def _count(self, what: str) -> None:
        if what:
            with self._lock:
                self.counted[what] += 1


class _Pending:
    """What of a meter has not been acknowledged."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.left = [meter.start, *meter.rest]
        self._started = False

    def choose(self, dice: Random) -> Report:
        """Any report; until the start is acknowledged mostly that one, for without it the others are refused."""
        if not self._started and dice.random() < 0.9:
            return self.left[0]
        return dice.choice(self.left)

    def done(self, report: Report) -> None:
        self._started = self._started or report is self.meter.start
        self.left.remove(report)


def _next(waiting: Iterator[Meter]) -> Iterator[Meter]:
    found = next(waiting, None)
    if found is not None:
        yield found
