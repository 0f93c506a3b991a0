"""One list for every table: search, filters, sort, columns, keyset pages and exports, its whole state in the URL.

A surface declares a ListSpec; `show_list` renders it, `export_list` streams the whole filtered set. A list's own
address takes a POST as well: what the account keeps for it, see saved_views.py.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import Response, make_response, request
from sqlalchemy import ColumnElement, Engine
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.domain.errors import NotFound
from portal.extensions import db
from portal.queries.paging import AnySelect
from portal.services.audit import record_event

from .auth import actor, viewer
from .exports import stream
from .htmx import go, page
from .list_specs import Choices, Column, Files, Filter, ListSpec, choice_filter, flag_filter
from .list_view import ListView, sort_of
from .saved_views import keep, shown_views
from .transaction import transaction

__all__ = [
    "Choices",
    "Column",
    "Filter",
    "ListSpec",
    "ListView",
    "answer_list",
    "choice_filter",
    "export_list",
    "flag_filter",
    "show_list",
]

AT_ONCE = 1000


def show_list(
    spec: ListSpec, stmt: AnySelect, template: str, fragment: str | None = "table", **context: Any
) -> Response:
    """Render a list, or just its table when HTMX asks; see `answer_list`."""
    return answer_list(ListView(spec, stmt, request.args), template, fragment, **context)


def answer_list(view: ListView, template: str, fragment: str | None = "table", **context: Any) -> Response:
    """The list's page. After a POST: keep what was sent and go on, or show why not."""
    if request.method == "POST":
        done = keep(view, request.form)
        if isinstance(done, str):
            return make_response(go(done))
        view.refused = done
    view.views = shown_views(view)
    return page(template, fragment, 422 if view.refused else 200, list=view, **context)


def export_list(
    spec: ListSpec, stmt: AnySelect, kind: str, row: Callable[[Any], Any] | None = None
) -> Response:
    """Stream the whole filtered set, in the list's order, as csv or xlsx; the trail says who took it."""
    view = ListView(spec, stmt, request.args, row=row)
    if kind not in view.exports:
        raise NotFound
    _note_export(view, kind)
    key, descending = sort_of(spec, view.query.sort)
    order = (key.desc(), spec.identity.desc()) if descending else (key.asc(), spec.identity.asc())
    name = f"{spec.noun}-{now():%Y-%m-%d}"
    if spec.files is not None:
        cells = _plain_rows(db.engine, spec.files, view.stmt.order_by(None).order_by(*order))
        return stream(kind, name, spec.files.header, cells, zone=None)
    columns = [column for column in spec.columns if column.export is not None]
    rows = _all_rows(db.engine, view, columns, order)
    return stream(kind, name, [column.key for column in columns], rows, zone=viewer().zone)


def _all_rows(
    engine: Engine, view: ListView, columns: Sequence[Column], order: tuple[ColumnElement[Any], ...]
) -> Iterator[list[object]]:
    """In a session of its own: the request's is gone by the time that the last rows are sent."""
    stmt = view.stmt.order_by(None).order_by(*order).execution_options(yield_per=AT_ONCE)
    with Session(engine) as session:
        for found in session.execute(stmt):
            yield [column.export(view.row(found)) for column in columns if column.export]


def _plain_rows(engine: Engine, files: Files, stmt: AnySelect) -> Iterator[Sequence[object]]:
    """The same without an object for each row."""
    with engine.connect() as connection:
        rows = connection.execute(files.columns(stmt).execution_options(yield_per=AT_ONCE))
        yield from files.cells(rows)


def _note_export(view: ListView, kind: str) -> None:
    """Who took which rows out of the portal, committed before the first of them leaves."""
    details = {"format": kind, "search": view.query.q, **view.query.filters}
    said = {name: value for name, value in details.items() if value}
    with transaction() as session:
        record_event(
            session,
            actor(),
            "list.export",
            view.noun,
            at=now(),
            operator_id=viewer().operator_id,
            details=said,
        )
