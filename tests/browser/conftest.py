"""Browser tests walk through the demo network: its places and people are those of portal/cli/demo_network.py."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.databases import Databases
from tests.support.demo import DemoNetworks

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def demo_networks(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> DemoNetworks:
    return DemoNetworks(databases, tmp_path_factory.mktemp("demo"))


@pytest.fixture
def database_url(demo_networks: DemoNetworks, engine_name: str) -> Iterator[str]:
    """The demo network instead of an empty database: the app, `pages` and `page` of a test stand on it."""
    with demo_networks.fresh(engine_name) as url:
        yield url


@pytest.fixture(params=[True, False], ids=["javascript", "plain"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """A walk with it runs once with scripts and once without."""
    return bool(request.param)
