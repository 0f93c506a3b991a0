"""Settings of the app under test, and migrations run through the app as `portal db upgrade` does."""

from sqlalchemy import create_engine

from portal.config import Config
from portal.engine import engine_options, prepare_engine
from portal.models import Base


def make_config(database_url: str, **changes: str) -> Config:
    """Settings for tests; the key is nobody's secret."""
    return Config(database_url=database_url, secret_key="only-for-tests-0123456789", **changes)


def migrate(database_url: str) -> None:
    """Bring an empty database to the newest migration."""
    engine = create_engine(database_url, **engine_options(database_url))
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    engine.dispose()
