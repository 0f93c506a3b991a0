"""What happens to charging sessions, watched once a process while anybody listens, and the places for listeners.

A stream holds a thread of the server, so there are few places; who gets none asks again by itself from time to time.
"""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from flask import Flask

from portal.extensions import db
from portal.queries import live as query

LOOK_EVERY = 1.0
SHARE = 20  # a look may take this part of the time, however much there is to look at
AFTER_FAILURE = 5.0
LIFE = 25.0  # seconds of a stream; less than a server waits for its threads when it stops
KEPT = 60  # looks that are remembered: more than pass between two turns of any listener
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """Sessions that are not as they were, and stations where one of them began or ended."""

    sessions: frozenset[int] = frozenset()
    stations: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.sessions)

    def __or__(self, other: "News") -> "News":
        return News(self.sessions | other.sessions, self.stations | other.stations)


@dataclass(eq=False, slots=True)
class Place:
    """Where one stream listens; `lost` once it has to give way."""

    who: int
    since: float = field(default_factory=time.monotonic)
    lost: bool = False


class Hub:
    """The places of one process and the thread that watches for them."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._turn = threading.Condition()
        self._places: list[Place] = []
        self._looks = 0
        self._news: deque[tuple[int, News]] = deque(maxlen=KEPT)
        self._watcher: threading.Thread | None = None
        self._watching = False  # the watcher knows how things stand
        self._closing = threading.Event()

    def enter(self, who: int) -> Place | None:
        """A place for this account, if need be that of its own oldest stream; None when others have them all."""
        with self._turn:
            if self._closing.is_set():
                return None
            late = time.monotonic() - LIFE - 2 * AFTER_FAILURE  # its stream was never read, nor closed
            self._places = [place for place in self._places if place.since > late]
            held = [place for place in self._places if not place.lost]
            if len(held) >= self._app.config["LIVE_STREAMS"]:
                own = next((place for place in held if place.who == who), None)
                if own is None:
                    return None
                own.lost = True
                self._turn.notify_all()
            mine = Place(who)
            self._places.append(mine)
            self._watch()
            return mine

    def leave(self, place: Place) -> None:
        with self._turn:
            self._places = [each for each in self._places if each is not place]
            self._turn.notify_all()

    def start(self, place: Place, seconds: float) -> int:
        """Wait until somebody watches; the number of the latest look. What changes now is in the news after it."""
        with self._turn:
            self._turn.wait_for(lambda: place.lost or self._watching, seconds)
            return self._looks

    def wait(self, place: Place, seen: int, seconds: float) -> tuple[int, News]:
        """The news after the look `seen`, as soon as there are any, and the look that they go to."""
        with self._turn:
            self._turn.wait_for(lambda: place.lost or self._after(seen), seconds)
            return self._looks, self._after(seen)

    def close(self) -> None:
        """End all streams and the watcher: whoever calls this takes the database away next."""
        with self._turn:
            self._closing.set()
            for place in self._places:
                place.lost = True
            self._turn.notify_all()
            self._turn.wait_for(lambda: not self._places, 5)
            watcher = self._watcher
        if watcher is not None:
            watcher.join(5)

    def _after(self, seen: int) -> News:
        found = News()
        for number, news in self._news:
            found |= news if number > seen else News()
        return found

    def _watch(self) -> None:
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._run, name="live", daemon=True)
            self._watcher.start()

    def _run(self) -> None:
        known = Known()
        while True:
            with self._turn:
                if self._closing.is_set() or not self._places:
                    self._watcher, self._watching = None, False
                    return
            began = time.monotonic()
            try:
                with self._app.app_context():
                    news = known.look()
            except Exception:
                log.exception("the sessions could not be looked at")
                self._closing.wait(AFTER_FAILURE)
                continue
            with self._turn:
                self._looks, self._watching = self._looks + 1, True
                if news:
                    self._news.append((self._looks, news))
                self._turn.notify_all()
            self._closing.wait(max(LOOK_EVERY, SHARE * (time.monotonic() - began)))


class Known:
    """What the last look found: running sessions as id → (station, version), and the newest session of all."""

    def __init__(self) -> None:
        self._running: dict[int, tuple[int, int]] | None = None
        self._newest = 0

    def look(self) -> News:
        """What is different from the last time; nothing at the first."""
        session = db.session()
        before, newest = self._running, self._newest
        if before is None:
            self._newest = session.scalar(query.newest_session()) or 0
            fresh: dict[int, int] = {}
        else:
            fresh = {row[0]: row[1] for row in session.execute(query.sessions_after(newest))}
            self._newest = max(fresh, default=newest)
        now = {row[0]: (row[1], row[2]) for row in session.execute(query.running_sessions())}
        self._running = now
        if before is None:
            return News()
        turned = dict(fresh)
        turned |= {number: (before.get(number) or now[number])[0] for number in before.keys() ^ now.keys()}
        moved = {number for number in before.keys() & now.keys() if before[number] != now[number]}
        return News(frozenset(moved | turned.keys()), frozenset(turned.values()))
