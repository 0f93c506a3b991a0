"""One page of any Select by keyset, and a count that never scans further than it must."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, tuple_
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.errors import Invalid
from portal.domain.paging import COUNT_CAP, Count, Cursor

# What rows are ordered by: a column of a model, or an expression of columns.
Expression = ColumnElement[Any] | InstrumentedAttribute[Any]
# A Select of whatever columns.
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page and the cursors of its neighbours (None at the ends)."""

    rows: list[Row[*tuple[Any, ...]]]
    before: Cursor | None
    after: Cursor | None


def fetch_page(
    session: Session,
    stmt: AnySelect,
    *,
    key: Expression,
    identity: Expression,
    descending: bool,
    cursor: Cursor | None,
    limit: int,
) -> Page:
    """The `limit` rows next to the cursor, ordered by key and then id. The key must never be null."""
    backwards = cursor is not None and cursor.backwards
    down = descending != backwards
    position = tuple_(key, identity)
    paged = stmt.add_columns(key.label("_key"), identity.label("_id"))
    if cursor is not None:
        edge = tuple_(literal(_typed(cursor.value, key), key.type), literal(cursor.identity, identity.type))
        paged = paged.where(position < edge if down else position > edge)
    order = (key.desc(), identity.desc()) if down else (key.asc(), identity.asc())
    rows = list(session.execute(paged.order_by(None).order_by(*order).limit(limit + 1)).all())
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    has_before, has_after = (more, True) if backwards else (cursor is not None, more)
    return Page(
        rows,
        Cursor(rows[0][-2], rows[0][-1]) if rows and has_before else None,
        Cursor(rows[-1][-2], rows[-1][-1]) if rows and has_after else None,
    )


def capped_count(session: Session, stmt: AnySelect) -> Count:
    """How many rows there are, exact up to COUNT_CAP."""
    # A Select whose conditions name no column would lose its table together with its columns.
    ones = stmt.order_by(None).with_only_columns(literal(1), maintain_column_froms=True)
    inner = ones.limit(COUNT_CAP + 1).subquery()
    n = session.scalar(select(func.count()).select_from(inner)) or 0
    return Count(min(n, COUNT_CAP), capped=n > COUNT_CAP)


def _typed(value: Any, key: Expression) -> Any:
    """A cursor is typed by a person at worst: its value must be of the sort column's kind."""
    expected = _python_type(key)
    if expected in (int, float) and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, expected):
        raise Invalid("after", "This link to a page is damaged. Start again from the first page.")
    return value


def _python_type(key: Expression) -> type:
    try:
        kind = key.type.python_type
    except (NotImplementedError, DBAPIError):
        return str
    return kind if kind in (int, float, bool, datetime, Decimal) else str
