"""Many rows at once: keys are taken beforehand, so that rows of several tables can refer to each other."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Connection, Table, bindparam, text, update
from sqlalchemy.orm import Session

from portal.models import Base

Row = tuple[Any, ...]


def reserve_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """Keys for `count` new rows, handed out to nobody else, in rising order."""
    if not count:
        return []
    name = model.__tablename__
    if session.get_bind().dialect.name == "postgresql":
        taken = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        return list(session.scalars(taken, {"name": name, "count": count}))
    # The write lock is held, and rows inserted with these keys move the sequence on.
    last = session.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name}) or 0
    return list(range(last + 1, last + 1 + count))


def insert_rows(session: Session, model: type[Base], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows of Python values in the order of `columns`; COPY on PostgreSQL."""
    if not rows:
        return
    table = model.metadata.tables[model.__tablename__]
    insert_ready(session, model, columns, list(_converted(session.connection(), table, columns, rows)))


def insert_ready(session: Session, model: type[Base], columns: Sequence[str], ready: Sequence[Row]) -> None:
    """As `insert_rows`, for values that are in the driver's own form already."""
    if not ready:
        return
    connection = session.connection()
    table = model.metadata.tables[model.__tablename__]
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(column) for column in columns)
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor, cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:  # type: ignore[attr-defined]
            for row in ready:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})", ready)  # noqa: S608


def update_rows(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Update rows by `id`; all of them name the same columns. A versioned row becomes the next version."""
    if not rows:
        return
    table = model.metadata.tables[model.__tablename__]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "id"}
    if "version" in table.c:
        values["version"] = table.c.version + 1
    statement = update(table).where(table.c.id == bindparam("row_id")).values(values)
    given = [
        {"row_id" if name == "id" else f"new_{name}": value for name, value in row.items()} for row in rows
    ]
    session.connection().execute(statement, given)


def _converted(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Row]
) -> Iterator[Row]:
    """The rows as the driver takes them, by the column types' own rules."""
    dialect = connection.dialect
    processors = []
    for index, column in enumerate(columns):
        type_ = table.c[column].type.dialect_impl(dialect)
        processor = type_.bind_processor(dialect)
        if processor is not None:
            # The same few values in row after row; JSON is made of what cannot be a key.
            cached = processor if isinstance(type_, JSON) else lru_cache(maxsize=256)(processor)
            processors.append((index, cached))
    if not processors:
        yield from rows
        return
    for row in rows:
        cells = list(row)
        for index, processor in processors:
            cells[index] = processor(cells[index])
        yield tuple(cells)
