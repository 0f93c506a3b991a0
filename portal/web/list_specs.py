"""What a list offers: its columns, filters, search and totals. `portal/web/lists.py` shows and exports it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext

from portal.domain.days import day_bounds, day_value
from portal.domain.errors import Invalid
from portal.queries.paging import AnySelect, Expression

Choices = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Column:
    """One column: `sort` an expression that is never null, `export` the value in files from a row of the query.

    What is `shown` has its cell in the list's template; what is not, but has a `cell` (the value from a row of the
    template: text, number or instant), is offered by the column picker; the rest stands in the files only.
    """

    key: str
    label: Any
    sort: Expression | None = None
    export: Callable[[Any], object] | None = None
    numeric: bool = False
    shown: bool = True
    cell: Callable[[Any], object] | None = None

    @property
    def offered(self) -> bool:
        return self.shown or self.cell is not None

    @property
    def sortable(self) -> bool:
        return self.sort is not None


@dataclass(frozen=True)
class Files:
    """The files of a list whose rows are too many for an object each.

    `columns` makes the filtered Select one of plain columns, `cells` what stands under `header` of their rows.
    """

    header: Sequence[str]
    columns: Callable[[AnySelect], AnySelect]
    cells: Callable[[Iterable[Any]], Iterator[Sequence[object]]]


@dataclass(frozen=True)
class Filter:
    """What narrows the list; `apply` gets the Select and the value. `kind`: select, date, text or hidden.

    `suggest` is the endpoint that gives options for what is being typed.
    """

    name: str
    label: Any
    choices: Choices | Callable[[], Choices]
    apply: Callable[[AnySelect, str], AnySelect]
    kind: str = "select"
    suggest: str = ""

    def options(self) -> Choices:
        return self.choices() if callable(self.choices) else self.choices


@dataclass(frozen=True)
class ListSpec:
    """What a list offers. `search` is the folded column that `q` looks into, `row` what a template gets.

    The first column names the row and always stays. Columns with `export` make the files, or `files` does; a list
    without any offers no export. `totals` turns the Select of the whole filtered set into one of a few rows that
    sum it up.
    """

    noun: str
    columns: Sequence[Column]
    identity: Expression
    default_sort: str
    filters: Sequence[Filter] = ()
    search: Expression | None = None
    search_label: Any = ""
    row: Callable[[Any], Any] = field(default=lambda row: row[0])
    totals: Callable[[AnySelect], AnySelect] | None = None
    files: Files | None = None


@dataclass(frozen=True)
class ShownFilter:
    name: str
    label: Any
    kind: str
    choices: Choices
    value: str
    suggest: str = ""

    @property
    def value_label(self) -> Any:
        return dict(self.choices).get(self.value, self.value)


def choice_filter(name: str, label: Any, column: Expression, choices: Choices) -> Filter:
    """A filter on a column with a closed list of values. Raises Invalid for any other."""

    def apply(stmt: AnySelect, value: str) -> AnySelect:
        if value not in dict(choices):
            raise Invalid(name, "Expected one of: %(offered)s.", offered=", ".join(key for key, _ in choices))
        return stmt.where(column == value)

    return Filter(name, label, choices, apply)


def flag_filter(name: str, label: Any, column: Expression, yes: Any = None, no: Any = None) -> Filter:
    """A filter on a yes/no column; its values are `true` and `false`."""
    choices = (("true", yes or lazy_gettext("Yes")), ("false", no or lazy_gettext("No")))

    def apply(stmt: AnySelect, value: str) -> AnySelect:
        if value not in ("true", "false"):
            raise Invalid(name, "Expected one of: %(offered)s.", offered="true, false")
        return stmt.where(column if value == "true" else ~column)

    return Filter(name, label, choices, apply)


def text_filter(
    name: str, label: Any, apply: Callable[[AnySelect, str], AnySelect], suggest: str = ""
) -> Filter:
    """A filter whose value is typed: a code, a number, a part of a name."""
    return Filter(name, label, (), lambda stmt, value: apply(stmt, value.strip()), "text", suggest)


def day_filters(column: Expression, zone: str) -> tuple[Filter, Filter]:
    """`from` and `to`, both days included as the zone counts them, on a column of instants."""

    def start(stmt: AnySelect, value: str) -> AnySelect:
        return stmt.where(column >= day_bounds(zone, day_value("from", value))[0])

    def end(stmt: AnySelect, value: str) -> AnySelect:
        return stmt.where(column < day_bounds(zone, day_value("to", value))[1])

    return (
        Filter("from", lazy_gettext("From"), (), start, kind="date"),
        Filter("to", lazy_gettext("To"), (), end, kind="date"),
    )
