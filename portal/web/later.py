"""Work that is done once the answer is out, so that its time tells nobody anything."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from flask import Flask, after_this_request, current_app
from werkzeug.wrappers import Response

WORKERS, MOST_WAITING = 2, 100
log = logging.getLogger(__name__)


class Later:
    """A few threads of this process. What still waits is done before the process ends."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="later")
        self._running: set[Future[None]] = set()

    def start(self, work: Callable[[], None]) -> None:
        """Do it in an app context of its own; what goes wrong is logged."""
        if len(self._running) >= MOST_WAITING:
            log.error("too much is waiting: left out")
            return
        running = self._pool.submit(self._do, work)
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    def settle(self) -> None:
        """Wait until nothing is left to do."""
        wait(tuple(self._running))

    def _do(self, work: Callable[[], None]) -> None:
        with self._app.app_context():
            try:
                work()
            except Exception:
                log.exception("work after an answer failed")


def init_app(app: Flask) -> None:
    app.extensions["later"] = Later(app)


def after_answer(work: Callable[[], None]) -> None:
    """Start the work when the answer to this request has been sent."""
    later: Later = current_app.extensions["later"]

    @after_this_request
    def start(response: Response) -> Response:
        response.call_on_close(lambda: later.start(work))
        return response
