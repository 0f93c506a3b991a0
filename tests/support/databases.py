"""A fresh migrated database for each test: migrations run once a worker and engine, tests get copies.

A copy of an SQLite file costs nothing. One of PostgreSQL does, so its databases are emptied and used again.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.support.emptying import empty, remember
from tests.support.migrated import migrate
from tests.support.postgres import Postgres

ENGINES = ("sqlite", "postgresql")
USES = 40  # emptied rows still take room: after so many tests a new copy is the faster one


class Databases:
    """Makes databases of both engines; what is expensive happens when the first test asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._server: Postgres | None = None
        self._sqlite_template: Path | None = None
        self._used: list[tuple[str, str, int]] = []

    @property
    def server(self) -> Postgres:
        """The PostgreSQL of this worker, with the database `migrated` in it."""
        if self._server is None:
            self._server = Postgres()
            url = self._server.create("migrated")
            migrate(url)
            remember(url)
        return self._server

    @property
    def sqlite_template(self) -> Path:
        """An SQLite file with all migrations done and nobody connected, so that the file is all of it."""
        if self._sqlite_template is None:
            self._sqlite_template = self._folder / "migrated.sqlite"
            migrate(f"sqlite:///{self._sqlite_template}")
        return self._sqlite_template

    @contextmanager
    def fresh(self, engine_name: str, *, migrated: bool = True) -> Iterator[str]:
        """The URL of a database of one's own, gone afterwards. Without `migrated` it is empty."""
        if engine_name == "postgresql":
            yield from self._of_server(migrated)
            return
        name = f"test_{next(self._numbers)}"
        file = self._folder / f"{name}.sqlite"
        if migrated:
            shutil.copyfile(self.sqlite_template, file)
        yield f"sqlite:///{file}"
        for part in self._folder.glob(f"{name}.sqlite*"):
            part.unlink()

    def _of_server(self, migrated: bool) -> Iterator[str]:
        name, url, uses = self._used.pop() if migrated and self._used else self._made(migrated)
        yield url
        if migrated and uses < USES and empty(url):
            self._used.append((name, url, uses + 1))
        else:
            self.server.drop(name)

    def _made(self, migrated: bool) -> tuple[str, str, int]:
        server = self.server
        name = f"test_{next(self._numbers)}"
        return name, server.create(name, "migrated" if migrated else None), 1

    def close(self) -> None:
        """Stop the server, when one was started."""
        if self._server is not None:
            self._server.stop()
