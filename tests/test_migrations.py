"""Migrations: complete, reversible, and the same on both engines."""

from collections.abc import Iterator

import pytest
from alembic.util import CommandError
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import create_app
from portal.extensions import db
from portal.models import AuditEvent, Base
from tests.support.databases import Databases
from tests.support.factories import LONG_AGO
from tests.support.migrated import make_config


@pytest.fixture
def empty_app(databases: Databases, engine_name: str) -> Iterator[Flask]:
    """The portal on a database without any table."""
    with databases.fresh(engine_name, migrated=False) as url:
        app = create_app(make_config(url))
        yield app
        with app.app_context():
            db.engine.dispose()


def tables(app: Flask) -> set[str]:
    with app.app_context():
        url = db.engine.url
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version", "sqlite_sequence"}
    finally:
        engine.dispose()


def test_the_migrations_make_exactly_the_models(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
        check()  # raises when autogenerate would still find something to do
    assert tables(empty_app) == set(Base.metadata.tables)


def test_check_finds_what_is_missing(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE throttle"))
        with pytest.raises((CommandError, SystemExit)):
            check()


def test_all_the_way_down_and_up_again(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
        downgrade(revision="base")
    assert tables(empty_app) == set()
    with empty_app.app_context():
        upgrade()
    assert tables(empty_app) == set(Base.metadata.tables)


@pytest.mark.parametrize("sql", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"])
def test_the_database_keeps_the_audit_trail(session: Session, sql: str) -> None:
    session.add(AuditEvent(at=LONG_AGO, actor="a", via="test", action="x.y", subject_type="x", subject="x"))
    session.commit()
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(sql))
    session.rollback()
