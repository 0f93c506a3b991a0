"""One list for every table: search, filters, sort, keyset pages and exports, its whole state in the URL.

A surface declares a ListSpec; `show_list` renders it, `export_list` streams the whole filtered set.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from flask import Response, request, url_for
from sqlalchemy import ColumnElement, Engine
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.domain.errors import Invalid, NotFound
from portal.domain.paging import MAX_QUERY, PAGE_SIZE, Count, Cursor, PageQuery
from portal.domain.text import fold
from portal.extensions import db
from portal.queries.paging import AnySelect, Expression, Page, capped_count, fetch_page
from portal.services.audit import record_event

from .auth import actor, viewer
from .exports import stream
from .htmx import page
from .list_specs import Choices, Column, Filter, ListSpec, ShownFilter, choice_filter, flag_filter
from .transaction import transaction

__all__ = [
    "Choices",
    "Column",
    "Filter",
    "ListSpec",
    "ListView",
    "choice_filter",
    "export_list",
    "flag_filter",
    "show_list",
]


class ListView:
    """A list as a template sees it; see shared/lists.html for how it is drawn."""

    def __init__(
        self,
        spec: ListSpec,
        stmt: AnySelect,
        args: Mapping[str, str],
        *,
        limit: int = PAGE_SIZE,
        one_page: bool = False,
        row: Callable[[Any], Any] | None = None,
    ) -> None:
        """`one_page` shows the first `limit` rows and tells no more than that there are others."""
        self.one_page = one_page
        self.row = row or spec.row
        self.spec = spec
        self.noun = spec.noun
        self.columns = [column for column in spec.columns if column.shown]
        self.search_label = spec.search_label
        self.exports = ("csv", "xlsx") if any(column.export for column in spec.columns) else ()
        self.query = _parse(spec, args, limit)
        if one_page:
            self.query = replace(self.query, cursor=None, sort=spec.default_sort)
        self.stmt = _narrow(spec, stmt, self.query)

    @cached_property
    def _page(self) -> Page:
        key, descending = _sort(self.spec, self.query.sort)
        return fetch_page(
            db.session(),
            self.stmt,
            key=key,
            identity=self.spec.identity,
            descending=descending,
            cursor=self.query.cursor,
            limit=self.query.limit,
        )

    @cached_property
    def rows(self) -> list[Any]:
        return [self.row(row) for row in self._page.rows]

    @cached_property
    def count(self) -> Count:
        if self.one_page:
            return Count(len(self.rows), capped=self._page.after is not None)
        return capped_count(db.session(), self.stmt)

    @cached_property
    def totals(self) -> Sequence[Any]:
        """The sums of the whole filtered set, where the spec has any."""
        return db.session.execute(self.spec.totals(self.stmt)).all() if self.spec.totals else ()

    @property
    def filters(self) -> list[ShownFilter]:
        chosen = self.query.filters
        return [
            ShownFilter(f.name, f.label, f.kind, f.options(), chosen.get(f.name, ""))
            for f in self.spec.filters
        ]

    @property
    def action(self) -> str:
        """The list's address without any parameter."""
        return url_for(_endpoint(), **(request.view_args or {}))

    @property
    def clear_url(self) -> str:
        return self.url(q=None, **{f.name: None for f in self.spec.filters})

    @property
    def narrowed(self) -> bool:
        """Whether search or filters leave anything out: 'nothing yet' and 'no hits' read differently."""
        return bool(self.query.q or self.query.filters)

    def url(self, **changes: str | None) -> str:
        """The address with some parameters changed (None removes); a change starts at the first page."""
        state: dict[str, str] = {**self.query.filters}
        if self.query.q:
            state["q"] = self.query.q
        if self.query.sort != self.spec.default_sort:
            state["sort"] = self.query.sort
        for name, value in changes.items():
            state.pop(name, None)
            if value:
                state[name] = value
        return url_for(_endpoint(), **{**(request.view_args or {}), **state})

    @property
    def next_url(self) -> str | None:
        return self.url(after=self._page.after.encode()) if self._page.after and not self.one_page else None

    @property
    def previous_url(self) -> str | None:
        return self.url(before=self._page.before.encode()) if self._page.before else None

    @property
    def first_url(self) -> str | None:
        return self.url() if self.query.cursor else None

    def export_url(self, kind: str) -> str:
        path, _, state = self.url().partition("?")
        return f"{path.rstrip('/')}/export.{kind}" + (f"?{state}" if state else "")


def show_list(
    spec: ListSpec, stmt: AnySelect, template: str, fragment: str | None = "table", **context: Any
) -> Response:
    """Render a list, or just its table when HTMX asks."""
    view = ListView(spec, stmt, request.args)
    return page(template, fragment=fragment, list=view, **context)


def export_list(
    spec: ListSpec, stmt: AnySelect, kind: str, row: Callable[[Any], Any] | None = None
) -> Response:
    """Stream the whole filtered set, in the list's order, as csv or xlsx; the trail says who took it."""
    view = ListView(spec, stmt, request.args, row=row)
    if kind not in view.exports:
        raise NotFound
    _note_export(view, kind)
    key, descending = _sort(spec, view.query.sort)
    order = (key.desc(), spec.identity.desc()) if descending else (key.asc(), spec.identity.asc())
    columns = [column for column in spec.columns if column.export is not None]
    rows = _all_rows(db.engine, view, columns, order)
    name = f"{spec.noun}-{now():%Y-%m-%d}"
    return stream(kind, name, [column.key for column in columns], rows, zone=viewer().zone)


def _all_rows(
    engine: Engine, view: ListView, columns: Sequence[Column], order: tuple[ColumnElement[Any], ...]
) -> Iterator[list[object]]:
    """In a session of its own: the request's is gone by the time that the last rows are sent."""
    stmt = view.stmt.order_by(None).order_by(*order).execution_options(yield_per=1000)
    with Session(engine) as session:
        for found in session.execute(stmt):
            yield [column.export(view.row(found)) for column in columns if column.export]


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


def _endpoint() -> str:
    return str(request.endpoint)


def _parse(spec: ListSpec, args: Mapping[str, str], limit: int) -> PageQuery:
    query = args.get("q", "").strip()
    if len(query) > MAX_QUERY:
        raise Invalid("q", "Search for at most %(most)s characters.", most=MAX_QUERY)
    sort = args.get("sort", "") or spec.default_sort
    _sort(spec, sort)
    cursor = None
    for name in ("after", "before"):
        if args.get(name):
            cursor = Cursor.decode(args[name], field=name)
    filters = {f.name: args[f.name] for f in spec.filters if args.get(f.name)}
    return PageQuery(query, filters, sort, cursor, limit)


def _narrow(spec: ListSpec, stmt: AnySelect, query: PageQuery) -> AnySelect:
    if query.q and spec.search is not None:
        for word in fold(query.q).split():
            stmt = stmt.where(spec.search.contains(word, autoescape=True))
    for offered in spec.filters:
        value = query.filters.get(offered.name)
        if value:
            stmt = offered.apply(stmt, value)
    return stmt


def _sort(spec: ListSpec, sort: str) -> tuple[Expression, bool]:
    for column in spec.columns:
        if column.sort is not None and column.key == sort.removeprefix("-"):
            return column.sort, sort.startswith("-")
    offered = ", ".join(column.key for column in spec.columns if column.sortable)
    raise Invalid("sort", "Expected one of: %(offered)s.", offered=offered)
