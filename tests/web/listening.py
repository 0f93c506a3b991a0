"""A browser that listens to a stream of events, in this process."""

from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient

STREAM = {"Accept": "text/event-stream"}


class Listener:
    """Reads what a stream says, one event after the other; `with` closes it."""

    def __init__(self, client: FlaskClient, **query: Any) -> None:
        self.answer = client.get("/live/events", query_string=query, headers=STREAM)
        self._chunks: Iterator[bytes] = iter(self.answer.response)

    def __enter__(self) -> "Listener":
        assert self.answer.status_code == 200, self.answer.status_code
        assert self.answer.mimetype == "text/event-stream"
        assert next(self._chunks).startswith(b"retry:")
        assert self.next() == "ready"
        return self

    def __exit__(self, *_error: object) -> None:
        self.answer.close()

    def next(self) -> str | None:
        """The name of the next event; None at the end. No event carries data."""
        said = next(self._chunks, None)
        if said is None:
            return None
        name, _, rest = said.decode().removeprefix("event: ").partition("\n")
        assert rest == "data:\n\n"
        return name

    def heard(self) -> str | None:
        """The next event that is more than a ping."""
        for _ in range(200):
            if (name := self.next()) != "ping":
                return name
        raise AssertionError("nothing but pings")

    def pings(self, number: int) -> bool:
        """Whether the next events are so many pings."""
        return [self.next() for _ in range(number)] == ["ping"] * number
