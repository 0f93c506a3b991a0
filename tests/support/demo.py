"""The demo network in a database of each engine: built once a worker and engine, each test gets a copy."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from portal.cli.demo_build import build
from portal.domain.clock import now
from portal.engine import engine_options, prepare_engine
from tests.support.databases import Databases


class DemoNetworks:
    """Copies of the demo network; the first one of an engine takes as long as `portal demo` does."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases = databases
        self._folder = folder
        self._numbers = count(1)
        self._built: set[str] = set()

    @contextmanager
    def fresh(self, engine_name: str) -> Iterator[str]:
        """The URL of a demo network of one's own, gone afterwards."""
        name = f"demo_{next(self._numbers)}"
        if engine_name == "postgresql":
            server = self._databases.server
            if engine_name not in self._built:
                self._build(server.create("demo", "migrated"), engine_name)
            yield server.create(name, "demo")
            server.drop(name)
            return
        template = self._folder / "demo.sqlite"
        if engine_name not in self._built:
            shutil.copyfile(self._databases.sqlite_template, template)
            self._build(f"sqlite:///{template}", engine_name)
        file = self._folder / f"{name}.sqlite"
        shutil.copyfile(template, file)
        yield f"sqlite:///{file}"
        for part in self._folder.glob(f"{name}.sqlite*"):
            part.unlink()

    def _build(self, url: str, engine_name: str) -> None:
        engine = create_engine(url, **engine_options(url))
        prepare_engine(engine)
        with Session(engine) as session:
            build(session, now())
            session.commit()
        engine.dispose()  # nobody stays connected, so that it can be copied
        self._built.add(engine_name)
