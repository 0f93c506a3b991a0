"""One list for every table: search, filters, sort, keyset pages and exports, its whole state in the URL.

A surface declares a ListSpec; `show_list` renders it, `export_list` streams the whole filtered set.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import Response, request, url_for
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, Select

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.paging import MAX_QUERY, PAGE_SIZE, Count, Cursor, PageQuery
from portal.domain.text import fold
from portal.extensions import db
from portal.queries.paging import Page, capped_count, fetch_page

from .auth import viewer
from .exports import stream
from .htmx import page

Choices = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Column:
    """One column: `sort` an expression that is never null, `export` the cell's value from a row."""

    key: str
    label: Any
    sort: ColumnElement[Any] | None = None
    export: Callable[[Any], object] | None = None
    numeric: bool = False

    @property
    def sortable(self) -> bool:
        return self.sort is not None


@dataclass(frozen=True)
class Filter:
    """A choice that narrows the list; `apply` gets the Select and the chosen value."""

    name: str
    label: Any
    choices: Choices | Callable[[], Choices]
    apply: Callable[[Select[Any], str], Select[Any]]
    kind: str = "select"

    def options(self) -> Choices:
        return self.choices() if callable(self.choices) else self.choices


@dataclass(frozen=True)
class ListSpec:
    """What a list offers. `search` is the folded column that `q` looks into, `row` what a template gets.

    Columns with `export` make the files; a list without any offers no export.
    """

    noun: str
    columns: Sequence[Column]
    identity: ColumnElement[int]
    default_sort: str
    filters: Sequence[Filter] = ()
    search: ColumnElement[str] | None = None
    search_label: Any = ""
    row: Callable[[Any], Any] = field(default=lambda row: row[0])


@dataclass(frozen=True)
class ShownFilter:
    name: str
    label: Any
    kind: str
    choices: Choices
    value: str

    @property
    def value_label(self) -> Any:
        return dict(self.choices).get(self.value, self.value)


class ListView:
    """A list as a template sees it; see shared/lists.html for how it is drawn."""

    def __init__(self, spec: ListSpec, stmt: Select[Any], args: Mapping[str, str], limit: int = PAGE_SIZE) -> None:
        self.spec = spec
        self.noun = spec.noun
        self.columns = spec.columns
        self.search_label = spec.search_label
        self.exports = ("csv", "xlsx") if any(column.export for column in spec.columns) else ()
        self.query = _parse(spec, args, limit)
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
        return [self.spec.row(row) for row in self._page.rows]

    @cached_property
    def count(self) -> Count:
        return capped_count(db.session(), self.stmt)

    @property
    def filters(self) -> list[ShownFilter]:
        chosen = self.query.filters
        return [
            ShownFilter(f.name, f.label, f.kind, f.options(), chosen.get(f.name, "")) for f in self.spec.filters
        ]

    @property
    def action(self) -> str:
        """The list's address without any parameter."""
        return url_for(_endpoint(), **(request.view_args or {}))

    @property
    def clear_url(self) -> str:
        return self.url(q=None, **{f.name: None for f in self.spec.filters})

    @property
    def filtered(self) -> bool:
        """Whether search or filters leave anything out: 'nothing yet' and 'no hits' read differently."""
        return bool(self.query.q or self.query.filters)

    def url(self, **changes: str | None) -> str:
        """This list's address with some parameters changed (None removes); a change starts at the first page."""
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
        return self.url(after=self._page.after.encode()) if self._page.after else None

    @property
    def previous_url(self) -> str | None:
        return self.url(before=self._page.before.encode()) if self._page.before else None

    @property
    def first_url(self) -> str | None:
        return self.url() if self.query.cursor else None

    def export_url(self, kind: str) -> str:
        path, _, state = self.url().partition("?")
        return f"{path}export.{kind}" + (f"?{state}" if state else "")


def show_list(
    spec: ListSpec, stmt: Select[Any], template: str, fragment: str | None = "table", **context: Any
) -> Response:
    """Render a list, or just its table when HTMX asks."""
    view = ListView(spec, stmt, request.args)
    return page(template, fragment=fragment, list=view, **context)


def export_list(spec: ListSpec, stmt: Select[Any], kind: str) -> Response:
    """Stream the whole filtered set, in the list's order, as csv or xlsx."""
    view = ListView(spec, stmt, request.args)
    key, descending = _sort(spec, view.query.sort)
    order = (key.desc(), spec.identity.desc()) if descending else (key.asc(), spec.identity.asc())
    columns = [column for column in spec.columns if column.export is not None]
    rows = (
        [column.export(spec.row(row)) for column in columns if column.export]
        for row in db.session.execute(
            view.stmt.order_by(None).order_by(*order), execution_options={"yield_per": 1000}
        )
    )
    name = f"{spec.noun}-{now():%Y-%m-%d}"
    return stream(kind, name, [column.key for column in columns], rows, zone=viewer().zone)


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


def _narrow(spec: ListSpec, stmt: Select[Any], query: PageQuery) -> Select[Any]:
    if query.q and spec.search is not None:
        for word in fold(query.q).split():
            stmt = stmt.where(spec.search.contains(word, autoescape=True))
    for offered in spec.filters:
        value = query.filters.get(offered.name)
        if value:
            stmt = offered.apply(stmt, value)
    return stmt


def _sort(spec: ListSpec, sort: str) -> tuple[ColumnElement[Any], bool]:
    for column in spec.columns:
        if column.sort is not None and column.key == sort.removeprefix("-"):
            return column.sort, sort.startswith("-")
    offered = ", ".join(column.key for column in spec.columns if column.sortable)
    raise Invalid("sort", "Expected one of: %(offered)s.", offered=offered)


def choice_filter(name: str, label: Any, column: ColumnElement[Any], choices: Choices) -> Filter:
    """A filter on a column with a closed list of values. Raises Invalid for any other."""

    def apply(stmt: Select[Any], value: str) -> Select[Any]:
        if value not in dict(choices):
            raise Invalid(name, "Expected one of: %(offered)s.", offered=", ".join(key for key, _ in choices))
        return stmt.where(column == value)

    return Filter(name, label, choices, apply)


def flag_filter(name: str, label: Any, column: ColumnElement[bool], yes: Any = None, no: Any = None) -> Filter:
    """A filter on a yes/no column; its values are `true` and `false`."""
    choices = (("true", yes or lazy_gettext("Yes")), ("false", no or lazy_gettext("No")))

    def apply(stmt: Select[Any], value: str) -> Select[Any]:
        if value not in ("true", "false"):
            raise Invalid(name, "Expected one of: %(offered)s.", offered="true, false")
        return stmt.where(column if value == "true" else ~column)

    return Filter(name, label, choices, apply)
