"""A list as a template sees it: rows of one page, columns, filters, counts, and the addresses of its other states."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import request, url_for

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.paging import MAX_QUERY, PAGE_SIZE, Count, Cursor, PageQuery
from portal.domain.text import fold
from portal.extensions import db
from portal.queries.paging import AnySelect, Expression, Page, capped_count, fetch_page

from .list_columns import PARAMETER, Cell, columns_of_address, remembered_columns
from .list_specs import Column, ListSpec, ShownFilter


@dataclass(frozen=True, slots=True)
class Refused:
    """The name that was typed for a view, and why it was not saved."""

    name: str
    error: str


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
        endpoint: str | None = None,
    ) -> None:
        """`one_page` shows the first `limit` rows and tells no more than that there are others.

        `endpoint` is the list's own, where the request has another one.
        """
        self.one_page = one_page
        self.row = row or spec.row
        self.spec = spec
        self.noun = spec.noun
        self.endpoint = endpoint or str(request.endpoint)
        self.at = now()
        self.asked_columns = args.get(PARAMETER, "")
        self.adds_up = args.get("totals") == "all"
        self.refused: Refused | None = None
        self.views: Sequence[Any] = ()
        self.search_label = spec.search_label
        files = spec.files or any(column.export for column in spec.columns)
        self.exports = ("csv", "xlsx") if files else ()
        self.query = _parse(spec, args, limit)
        if one_page:
            self.query = replace(self.query, cursor=None, sort=spec.default_sort)
        self.stmt = _narrow(spec, stmt, self.query)

    @cached_property
    def kept_columns(self) -> tuple[str, ...]:
        """Keys of the columns that this account sees where the address does not say."""
        return remembered_columns(self.spec, self.endpoint)

    @cached_property
    def picked(self) -> tuple[str, ...]:
        """Keys of the shown columns."""
        return columns_of_address(self.spec, self.asked_columns) if self.asked_columns else self.kept_columns

    @property
    def columns(self) -> list[Column]:
        """Those with cells of the template first, as it draws them."""
        chosen = [column for column in self.spec.columns if column.key in self.picked]
        return sorted(chosen, key=lambda column: not column.shown)

    @property
    def offered(self) -> list[Column]:
        """What the column picker offers; the first one stays."""
        return [column for column in self.spec.columns if column.offered]

    def has(self, key: str) -> bool:
        """Whether the template is to draw this cell."""
        return key in self.picked

    def cells(self, row: Any) -> list[Cell]:
        """The cells that it does not draw, to stand after its own."""
        return [Cell(column, row) for column in self.columns if not column.shown]

    @cached_property
    def _page(self) -> Page:
        key, descending = sort_of(self.spec, self.query.sort)
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
    def totals_later(self) -> str | None:
        """The address of this list with its totals, where it has so many rows that the page does not wait for them."""
        wanted = self.spec.totals and self.count.capped and not self.adds_up
        return self.url(totals="all") if wanted else None

    @property
    def filters(self) -> list[ShownFilter]:
        chosen = self.query.filters
        return [
            ShownFilter(
                f.name,
                f.label,
                f.kind,
                f.options(),
                chosen.get(f.name, ""),
                url_for(f.suggest) if f.suggest else "",
            )
            for f in self.spec.filters
        ]

    @property
    def action(self) -> str:
        """The list's address without any parameter."""
        return self.address({})

    @property
    def narrowed(self) -> bool:
        """Whether search or filters leave anything out: 'nothing yet' and 'no hits' read differently."""
        return bool(self.query.q or self.query.filters)

    def url(self, **changes: str | None) -> str:
        """The address with some parameters changed (None removes); a change starts at the first page."""
        state = self.state
        for name, value in changes.items():
            state.pop(name, None)
            if value:
                state[name] = value
        return self.address(state)

    @property
    def state(self) -> dict[str, str]:
        """The parameters of the present address, but for the page."""
        state: dict[str, str] = {**self.query.filters}
        if self.query.q:
            state["q"] = self.query.q
        if self.query.sort != self.spec.default_sort:
            state["sort"] = self.query.sort
        if self.asked_columns:
            state[PARAMETER] = ",".join(self.picked)
        return state

    def address(self, state: Mapping[str, str]) -> str:
        """This list with these parameters."""
        return url_for(self.endpoint, **{**(request.view_args or {}), **state})

    @property
    def clear_url(self) -> str:
        """Without search and filters; sort and columns stay."""
        return self.url(q=None, **{f.name: None for f in self.spec.filters})

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
        path, _, state = self.url(columns=None).partition("?")
        return f"{path.rstrip('/')}/export.{kind}" + (f"?{state}" if state else "")


def _parse(spec: ListSpec, args: Mapping[str, str], limit: int) -> PageQuery:
    query = args.get("q", "").strip()
    if len(query) > MAX_QUERY:
        raise Invalid("q", "Search for at most %(most)s characters.", most=MAX_QUERY)
    sort = args.get("sort", "") or spec.default_sort
    sort_of(spec, sort)
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


def sort_of(spec: ListSpec, sort: str) -> tuple[Expression, bool]:
    """The expression that a column sorts by, and whether descending. Raises Invalid for one that does not."""
    for column in spec.columns:
        if column.sort is not None and column.key == sort.removeprefix("-"):
            return column.sort, sort.startswith("-")
    offered = ", ".join(column.key for column in spec.columns if column.sortable)
    raise Invalid("sort", "Expected one of: %(offered)s.", offered=offered)
