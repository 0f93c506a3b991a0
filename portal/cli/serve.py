"""`portal serve`: the production server."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask

from portal import create_app

THREADS = 8
STREAMS = THREADS // 4  # each holds a thread of its process; the others are left for pages


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(bind: str, workers: int) -> None:
    """Serve the portal on PORTAL_DATABASE_URL."""
    if ":" not in bind:
        raise click.BadParameter("expected HOST:PORT", param_hint="--bind")
    app = create_app()
    app.config["LIVE_STREAMS"] = STREAMS
    if sys.platform == "win32":
        serve_waitress(app, *bind.rsplit(":", 1))
    else:
        _serve_gunicorn(app, bind, workers)


def serve_waitress(app: Flask, host: str, port: str | int) -> None:
    """One process with threads; for the demo and for Windows."""
    from waitress import serve as waitress

    waitress(app, host=host, port=int(port), threads=THREADS, ident=None)


@contextmanager
def serving(app: Flask, host: str, port: int) -> Iterator[None]:
    """The same beside what this process does in the meantime."""
    from waitress import create_server

    server = create_server(app, host=host, port=port, threads=THREADS, ident=None)
    thread = threading.Thread(target=server.run, name="server", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.task_dispatcher.shutdown()  # what is being answered is answered to its end
        server.close()
        thread.join(timeout=5)


def _serve_gunicorn(app: Flask, bind: str, workers: int) -> None:
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": bind,
                "workers": workers,
                "worker_class": "gthread",
                "threads": THREADS,
                "timeout": 60,
                "accesslog": None,
                "proc_name": "portal",
                "control_socket_disable": True,
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Server().run()
