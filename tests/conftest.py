"""Fixtures of all tests. A test that asks for any of them but `engine_name` runs once on each engine."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import create_app
from portal.engine import engine_options, prepare_engine
from portal.extensions import db
from tests.support.chromium import ARGUMENTS, find_chromium
from tests.support.databases import ENGINES, Databases
from tests.support.migrated import make_config
from tests.support.pages import Pages
from tests.support.serving import serving
from tests.support.templates import COMPILED


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


class _Client(FlaskClient):
    """Refuses to run inside an app context: flask-login would keep one client's login there for the next."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        assert not has_app_context(), "call the client outside `with app.app_context()`"
        return super().open(*args, **kwargs)


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The portal on the test's database."""
    made = create_app(make_config(database_url))
    made.jinja_env.bytecode_cache = COMPILED
    made.test_client_class = _Client
    yield made
    made.extensions["live"].close()
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def new_client(app: Flask) -> Callable[[], FlaskClient]:
    """Makes clients, each a browser of its own: own cookies, own login."""
    return app.test_client


@pytest.fixture
def client(new_client: Callable[[], FlaskClient]) -> FlaskClient:
    """One client."""
    return new_client()


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The origin under which the test's app is served."""
    with serving(app) as origin:
        yield origin


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium a worker."""
    found = find_chromium()
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=found.program, args=list(ARGUMENTS), env={**os.environ, **found.env}
        )
        yield made
        made.close()


@pytest.fixture
def pages(browser: Browser, live_server: str) -> Iterator[Pages]:
    """Opens watched pages: `pages.new(javascript=False, colour_scheme="dark", viewport=PHONE)`."""
    made = Pages(browser, live_server)
    yield made
    made.close()


@pytest.fixture
def page(pages: Pages) -> Page:
    """One watched page with JavaScript, in light colours, on a desktop, in a zone that nobody else has."""
    return pages.new()
