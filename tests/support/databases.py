"""A fresh migrated database for each test: migrations run once a worker and engine, each test gets a copy."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.support.migrated import migrate
from tests.support.postgres import Postgres

ENGINES = ("sqlite", "postgresql")


class Databases:
    """Makes databases of both engines; what is expensive happens when the first test asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._server: Postgres | None = None
        self._sqlite_template: Path | None = None

    @property
    def server(self) -> Postgres:
        """The PostgreSQL of this worker, with the database `migrated` in it."""
        if self._server is None:
            self._server = Postgres()
            migrate(self._server.create("migrated"))
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
        name = f"test_{next(self._numbers)}"
        if engine_name == "postgresql":
            server = self.server
            yield server.create(name, "migrated" if migrated else None)
            server.drop(name)
            return
        file = self._folder / f"{name}.sqlite"
        if migrated:
            shutil.copyfile(self.sqlite_template, file)
        yield f"sqlite:///{file}"
        for part in self._folder.glob(f"{name}.sqlite*"):
            part.unlink()

    def close(self) -> None:
        """Stop the server, when one was started."""
        if self._server is not None:
            self._server.stop()
