"""The list of statements, the same for admins and operators, and the list of a statement's lines."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, String, cast

from portal.domain.errors import Invalid
from portal.domain.operator_values import month_value
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import Operator, Statement, StatementLine
from portal.queries import statement_lists as query
from portal.queries.paging import AnySelect
from portal.queries.statements import PAID

from .filters import local_month, money
from .list_specs import Choices, Column, Filter, ListSpec, choice_filter, text_filter
from .session_words import major
from .statement_view import Terms, stored_line
from .statement_words import KINDS, LINE_KINDS, STATES, state_label


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement with what was paid of it and what is open, in minor units."""

    statement: Statement
    paid: int
    open: int

    @property
    def state(self) -> Any:
        return state_label(self.statement, self.paid)


def statement_row(found: Any) -> StatementRow:
    return StatementRow(found[0], int(found[1]), int(found[2]))


def statement_list(reader: Viewer) -> ListSpec:
    """Rows are StatementRow; only admins see operators and who issued."""
    operator = [text_filter("operator", _("Operator code"), query.of_operator, "admin.why_suggest")]
    return ListSpec(
        noun="statements",
        columns=[column for column in _columns() if reader.is_admin or column.key != "operator_code"],
        identity=Statement.id,
        default_sort="-month",
        filters=[
            Filter("month", _("Month"), lambda: _months(reader), _in_month),
            *(operator if reader.is_admin else ()),
            Filter("state", _("Status"), tuple(STATES.items()), _in_state),
            choice_filter("kind", _("Kind"), Statement.kind, tuple(KINDS.items())),
        ],
        search=query.searched(),
        search_label=_("Search by number or operator") if reader.is_admin else _("Search by number"),
        row=statement_row,
    )


def line_list(currency: str, terms: Terms) -> ListSpec:
    """Rows are ShownLine, at first in the order of the statement."""

    def amount(name: str) -> Callable[[Any], str]:
        return lambda line: money(getattr(line.amounts, name), currency)

    line = StatementLine
    return ListSpec(
        noun="statement-lines",
        columns=[
            Column("position", _("Line"), line.position),
            Column("station_code", _("Station, charger, connector"), line.station_code),
            Column("started_at", _("Start"), line.started_at, shown=False, cell=lambda row: row.started_at),
            Column("ended_at", _("End"), line.ended_at),
            Column("energy_wh", _("Energy"), line.energy_wh, numeric=True),
            Column("net_minor", _("Net"), line.net_minor, numeric=True),
            Column(
                "vat_minor", _("VAT"), line.vat_minor, numeric=True, shown=False, cell=amount("vat_minor")
            ),
            Column("reimbursement_minor", _("Reimbursement"), line.reimbursement_minor, numeric=True),
            Column("share_minor", _("Share"), line.share_minor, numeric=True),
            Column("due", _("Due"), line.reimbursement_minor + line.share_minor, numeric=True),
        ],
        identity=StatementLine.id,
        default_sort="position",
        filters=[
            text_filter("station", _("Station code"), _at_station),
            choice_filter("kind", _("Kind"), StatementLine.kind, tuple(LINE_KINDS.items())),
        ],
        row=lambda found: stored_line(found[0], terms),
    )


def _columns() -> list[Column]:
    s = Statement
    return [
        Column("number", _("Number"), s.number, _of(lambda s: s.number)),
        Column("operator_code", _("Operator"), Operator.code, _of(lambda s: s.operator.code)),
        Column("month", _("Month"), cast(s.month, String), _of(lambda s: f"{s.month:%Y-%m}")),
        _extra("kind", _("Kind"), s.kind, lambda s: KINDS[s.kind.value], lambda s: s.kind),
        _extra("sessions", _("Sessions"), s.sessions, lambda s: s.sessions),
        Column("energy_wh", _("Energy"), s.energy_wh, _of(lambda s: s.energy_wh), numeric=True),
        _extra("currency", _("Currency"), s.currency, lambda s: s.currency),
        _money("net", _("Net"), s.net_minor, shown=True),
        _money("vat", _("VAT"), s.vat_minor),
        _money("reimbursement", _("Reimbursement"), s.reimbursement_minor),
        _money("share", _("Share"), s.share_minor),
        _money("due", _("Due"), s.due_minor, shown=True),
        _money("kept", _("Kept by the CPO"), s.kept_minor),
        Column(
            "paid",
            _("Paid"),
            PAID,
            lambda row: _major(row, "paid"),
            numeric=True,
            shown=False,
            cell=lambda row: money(row.paid, row.statement.currency),
        ),
        Column("open", _("Open"), query.OPEN, lambda row: _major(row, "open"), numeric=True),
        Column("state", _("Status"), None, _of(lambda s: s.status)),
        _extra("issued_at", _("Issued"), s.issued_at, lambda s: s.issued_at),
    ]


def _of(value: Callable[[Statement], object]) -> Callable[[Any], object]:
    return lambda row: value(row.statement)


def _extra(key: str, label: Any, sort: Any, cell: Callable[[Statement], object], file: Any = None) -> Column:
    return Column(key, label, sort, _of(file or cell), shown=False, cell=_of(cell))


def _money(key: str, label: Any, column: ColumnElement[int] | Any, shown: bool = False) -> Column:
    name = f"{key}_minor"
    return Column(
        key,
        label,
        column,
        _of(lambda s: major(getattr(s, name), s.currency)),
        numeric=True,
        shown=shown,
        cell=_of(lambda s: money(getattr(s, name), s.currency)),
    )


def _major(row: StatementRow, name: str) -> object:
    return major(getattr(row, name), row.statement.currency)


def _months(reader: Viewer) -> Choices:
    return [(f"{month:%Y-%m}", local_month(month)) for month in db.session.scalars(query.months(reader))]


def _in_month(stmt: AnySelect, value: str) -> AnySelect:
    first: date = month_value("month", value)
    return stmt.where(Statement.month == first)


def _in_state(stmt: AnySelect, value: str) -> AnySelect:
    if value not in STATES:
        raise Invalid("state", "Expected one of: %(offered)s.", offered=", ".join(STATES))
    return query.in_state(stmt, value)


def _at_station(stmt: AnySelect, value: str) -> AnySelect:
    return stmt.where(StatementLine.station_code == value.upper())
