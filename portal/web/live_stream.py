"""Server-sent events that say "look again" and nothing else: what has changed, a page asks of its own view.

GET /live/events?about=sessions|stations[&station=CODE] is a stream of `ready` (now, look once), `changed`, `ping`, and
`full` (somebody else of yours took the place). It ends by itself, soon; whoever gets 204 has to ask from time to time.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, current_app, request
from flask_login import current_user
from sqlalchemy.exc import DBAPIError

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.text import N_
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.queries import live as query

from .auth import load, viewer
from .live_hub import LIFE, Hub, News, Place

PING = 2.0  # seconds; also how long a reader who has left, or signed out, may keep a place
STREAMS = 2  # of a process that says nothing else
MOST = 10_000  # ids that one question to the database may name

bp = Blueprint("live", __name__, url_prefix="/live")


def init_app(app: Flask) -> None:
    app.config.setdefault("LIVE_STREAMS", STREAMS)
    app.extensions["live"] = Hub(app)


@bp.get("/events")
def events() -> Response:
    """204 for who may not listen, or not now: visitors without a login, and those for whom there is no place left."""
    wanted = Wanted.read(request.args)
    place = _place() if "text/event-stream" in request.headers.get("Accept", "") else None
    if place is None:
        return Response(status=204)
    reader = Reader(_app(), str(current_user.get_id()), wanted)
    response = Response(Stream(_hub(), place, reader), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # a proxy in front passes each event on
    return response


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page wants to hear of: sessions that its viewer reads, or stations that it sees being taken or left."""

    about: str
    station: str | None

    @classmethod
    def read(cls, args: Mapping[str, str]) -> "Wanted":
        """From the parameters of an address. Raises Invalid."""
        about = args.get("about", "sessions")
        if about not in ("sessions", "stations"):
            raise Invalid("about", N_("Expected sessions or stations."))
        return cls(about, args["station"].upper() if args.get("station") else None)

    def met_by(self, news: News, asking: Viewer) -> bool:
        """Whether the news concern this viewer, by the same rules that its pages obey."""
        if self.about == "stations":
            stmt = query.sees_any(asking, now(), sorted(news.stations)[-MOST:])
        else:
            stmt = query.reads_any(asking, sorted(news.sessions)[-MOST:], self.station)
        return db.session.scalar(stmt) is not None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who listens, asked anew each time: a sign-out, or an account that is closed, ends the stream."""

    app: Flask
    secret: str
    wanted: Wanted

    def hears(self, news: News) -> bool | None:
        """Whether to say that something changed; None when this sign-in does not count any more, or nobody can tell."""
        with self.app.app_context():
            try:
                signed_in = load(self.secret)
                if signed_in is None:
                    return None
                return bool(news) and self.wanted.met_by(news, signed_in.viewer)
            except DBAPIError:
                return None


class Stream:
    """The bytes for one reader. The server closes it, also when it was never begun."""

    def __init__(self, hub: Hub, place: Place, reader: Reader) -> None:
        self._hub, self._place, self._reader = hub, place, reader

    def __iter__(self) -> Iterator[bytes]:
        until = time.monotonic() + LIFE
        yield b"retry: 2000\n\n"
        seen = self._hub.start(self._place, LIFE)
        yield event("ready")
        while not self._place.lost and (left := until - time.monotonic()) > 0:
            seen, news = self._hub.wait(self._place, seen, min(PING, left))
            heard = None if self._place.lost else self._reader.hears(news)
            if heard is None:
                break
            yield event("changed" if heard else "ping")
        if self._place.lost:
            yield event("full")

    def close(self) -> None:
        self._hub.leave(self._place)


def event(name: str) -> bytes:
    """An event without data; browsers leave out one that has no line for it."""
    return f"event: {name}\ndata:\n\n".encode()


def _place() -> Place | None:
    number = viewer().account_id
    return _hub().enter(number) if number is not None else None


def _hub() -> Hub:
    hub: Hub = current_app.extensions["live"]
    return hub


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app
