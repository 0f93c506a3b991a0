"""Fixtures of all tests. A test that asks for any of them but `engine_name` runs once on each engine."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from portal.engine import engine_options, prepare_engine
from tests.support.databases import ENGINES, Databases


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Both engines of this worker."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`. Narrow it with `@pytest.mark.parametrize("engine_name", ["sqlite"])`."""
    return str(request.param)


@pytest.fixture
def database_url(databases: Databases, engine_name: str) -> Iterator[str]:
    """A fresh migrated database."""
    with databases.fresh(engine_name) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the test's database that behaves as the portal's own."""
    made = create_engine(database_url, **engine_options(database_url))
    prepare_engine(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session beside the app's; nothing is committed but by `session.commit()`.

    Commit or roll back before the app shall see a change, and before reading what the app has changed.
    """
    with Session(engine, expire_on_commit=False) as made:
        yield made


@pytest.fixture
def new_session(engine: Engine) -> Iterator[Callable[[], Session]]:
    """Makes more sessions on the same database, for tests of races."""
    made: list[Session] = []

    def make() -> Session:
        made.append(Session(engine, expire_on_commit=False))
        return made[-1]

    yield make
    for session in made:
        session.close()
