"""Reports over HTTP, as equipment sends them: what was not answered is sent again as it was."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

TIMEOUT_S = 20
WAITS_S = (1.0, 2.0, 5.0, 10.0)


class SimulationError(Exception):
    """Why it does not go on, in one line."""


class Unreachable(SimulationError):
    """Nobody answers, or it is no portal."""


class Refused(SimulationError):
    """The portal does not let this driver charge here, and says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, the JSON object of the body ({} where it is none), and seconds to wait (0: not said)."""

    status: int
    said: dict[str, Any]
    retry_after: int = 0


class Portal:
    """A running portal by its address; `wait(seconds)` pauses and says whether to give up."""

    def __init__(self, url: str, key: str, wait: Callable[[float], bool]) -> None:
        parts = urlsplit(url if "//" in url else f"//{url}", scheme="http")
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
            raise SimulationError(f"{url!r} is no address of a portal, such as http://127.0.0.1:5000")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._root = parts.hostname, port, parts.path.rstrip("/")
        self._key, self._wait = key, wait
        self.away = False
        """Whether the last report found nobody."""

    def check(self) -> None:
        """Raises Unreachable when no portal answers."""
        answer = self._ask("GET", "/healthz", {}, None)
        if (answer.status, answer.said) != (200, {"status": "ok"}):
            raise Unreachable(f"no portal at {self.url}: something else answers there")

    def start(self, station: str, said: dict[str, Any]) -> dict[str, Any]:
        return self._deliver(station, "", said)

    def samples(self, station: str, session_id: str, said: list[dict[str, Any]]) -> dict[str, Any]:
        return self._deliver(station, f"/{quote(session_id, safe='')}/samples", said)

    def stop(self, station: str, session_id: str, said: dict[str, Any]) -> dict[str, Any]:
        return self._deliver(station, f"/{quote(session_id, safe='')}/stop", said)

    def _deliver(self, station: str, path: str, said: Any) -> dict[str, Any]:
        """Send until it is answered. Raises Refused, SimulationError; Unreachable once `wait` gives up."""
        tries = 0
        while True:
            pause = WAITS_S[min(tries, len(WAITS_S) - 1)]
            try:
                answer = self.post(station, path, said)
                self.away = False
                if answer.status != 429 and answer.status < 500:
                    return _read(station, answer)
                reason: SimulationError = Unreachable(f"the portal answers {answer.status}")
                pause = max(pause, answer.retry_after)
            except Unreachable as error:
                self.away, reason = True, error
            tries += 1
            if self._wait(pause) and tries > 1:
                raise reason

    def post(self, station: str, path: str, said: Any) -> Answer:
        """One report, sent once. Raises Unreachable."""
        basic = b64encode(f"{station}:{self._key}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        return self._ask("POST", f"/api/v1/ingest/sessions{path}", headers, json.dumps(said))

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str | None) -> Answer:
        connection = self._kind(self._host, self._port, timeout=TIMEOUT_S)
        try:
            connection.request(method, self._root + path, body, {"Accept": "application/json"} | headers)
            return _answer(connection.getresponse())
        except (OSError, HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise Unreachable(f"no portal at {self.url}: {why}") from error
        finally:
            connection.close()


def _answer(response: HTTPResponse) -> Answer:
    try:
        said = json.loads(response.read())
    except ValueError:
        said = {}
    wait = response.headers.get("Retry-After", "")
    return Answer(
        response.status, said if isinstance(said, dict) else {}, int(wait) if wait.isdecimal() else 0
    )


def _read(station: str, answer: Answer) -> dict[str, Any]:
    """What the portal said to a report that it took in."""
    if answer.status in (200, 201):
        return answer.said
    detail = str(answer.said.get("detail") or f"it answered {answer.status}")
    if answer.status == 403:
        raise Refused(detail)
    if answer.status == 401:
        raise SimulationError(f"the portal does not let station {station} in: {detail}")
    raise SimulationError(f"the portal does not take a report of station {station}: {detail}")
