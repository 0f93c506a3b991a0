"""The app behind a real HTTP server in this process, for browsers."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """A test's output is what failed, not every request."""


class _Counted:
    """The app, and a way to wait for requests that run on although their browser has gone."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._running = 0
        self._changed = threading.Condition()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self._add(1)
        try:
            return self._app(environ, start_response)
        finally:  # what is left is bytes on their way
            self._add(-1)

    def wait(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._running == 0, timeout=10)

    def _add(self, number: int) -> None:
        with self._changed:
            self._running += number
            self._changed.notify_all()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the app on a free port of 127.0.0.1, several requests at once; yields the origin."""
    counted = _Counted(app)
    server = make_server("127.0.0.1", 0, counted, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        counted.wait()  # who disposes of the database next leaves no connection open
