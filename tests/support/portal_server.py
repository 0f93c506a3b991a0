"""`portal serve` as a process of its own that can be killed and started again at the same address."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from tests.support.chromium import ROOT
from tests.support.migrated import make_config


class PortalServer:
    """Serves a database on a free port of 127.0.0.1, with `workers` processes."""

    def __init__(self, database_url: str, workers: int = 2) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.origin = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "-m", "portal", "serve", "--workers", str(workers)]
        self._command += ["--bind", f"127.0.0.1:{self.port}"]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        secret = make_config(database_url).secret_key
        settings = {"PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": secret}
        self._env = clean | settings | {"PYTHONPATH": str(ROOT)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; `wait` says when it answers."""
        self._process = subprocess.Popen(
            self._command,
            env=self._env,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{self.origin}/readyz", timeout=5).close()
                return
            except OSError:
                assert self._process is not None
                assert self._process.poll() is None, "the server has ended"
                assert time.monotonic() < until, "the server does not answer"
                time.sleep(0.1)

    def kill(self) -> None:
        """-9, workers included."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(timeout=10)
