"""The page of a statement and its list, for the CPO and for its operator; what they link to differs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from babel.dates import format_date
from flask import Response, request, url_for
from flask_babel import get_locale

from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import AuditEvent, Statement, StatementPayment
from portal.queries import statement_lists as query
from portal.queries.audit import audit_of
from portal.queries.statements import credit_of, statements

from .audit_values import value_words
from .audit_words import action_label, field_label
from .auth import viewer
from .commission_words import explain_totals
from .filters import money, number
from .lists import export_list, show_list
from .lookup import found
from .session_words import DOUBT_LABELS
from .statement_files import statement_csv, statement_pdf
from .statement_lists import StatementRow, line_list, statement_list, statement_row
from .statement_view import Digest, Sums, Terms, digest, explain, stored_line, terms_of, terms_words
from .statement_words import KINDS, LINE_KINDS, LINE_TONES, state_label, state_tone

LATEST = 50  # events of the history


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the trail in words; `facts` are (label, value)."""

    at: datetime
    actor: str
    action: Any
    facts: Sequence[tuple[Any, Any]]


class StatementView:
    """What its page shows of an issued statement beside the list of its lines."""

    def __init__(self, reader: Viewer, row: StatementRow) -> None:
        self.reader = reader
        self.row = row
        self.one: Statement = row.statement
        self.content: dict[str, Any] = self.one.content
        self.zone = str(self.content["timezone"])
        self.since, self.until = (datetime.fromisoformat(self.content[name]) for name in ("from", "until"))

    @cached_property
    def terms(self) -> Terms:
        return terms_of(self.one)

    @cached_property
    def digest(self) -> Digest:
        plain = db.session.scalars(query.plain_lines(self.one.id))
        lines = (stored_line(line, self.terms, alone=True) for line in plain)
        return digest(lines, self.one.currency, self.zone)

    @property
    def hours(self) -> str:
        """The length of the month, exactly."""
        return number(Decimal(self.content["hours"]))

    @cached_property
    def terms_words(self) -> list[str]:
        agreed = sorted(self.terms.values(), key=lambda one: one.effective_from)
        return [terms_words(one) for one in agreed]

    @property
    def kinds(self) -> list[tuple[Any, Sums]]:
        """The sums by kind of line, in words."""
        return [(LINE_KINDS[kind.value], sums) for kind, sums in self.digest.kinds.items()]

    def lines_at(self, station: str) -> str:
        """The lines of one station."""
        here: dict[str, Any] = {**(request.view_args or {}), "station": station}
        return url_for(str(request.endpoint), **here, _anchor="lines")

    def day(self, day: date) -> str:
        return str(format_date(day, "medium", get_locale()))

    @cached_property
    def totals(self) -> list[str]:
        """How the sums of its sessions came about."""
        return explain_totals(self.digest.totals) if self.digest.totals.parts else []

    @cached_property
    def payments(self) -> Sequence[StatementPayment]:
        return db.session.scalars(query.payments(self.one.id)).all()

    @cached_property
    def credit(self) -> Statement | None:
        """What took it back."""
        return db.session.scalar(credit_of(self.one.id))

    @cached_property
    def previous(self) -> Statement | None:
        """The one before it in the chain of hashes."""
        if self.one.previous_id is None:
            return None
        return db.session.scalar(statements(self.reader).where(Statement.id == self.one.previous_id))

    @cached_property
    def left_out(self) -> list[dict[str, Any]]:
        """Doubtful sessions at that time, by kind of doubt, in words."""
        return [
            {**row, "label": DOUBT_LABELS.get(row["doubt"], row["doubt"])} for row in self.content["left_out"]
        ]

    @cached_property
    def history(self) -> list[Happening]:
        stmt = audit_of(self.reader, self.one).order_by(AuditEvent.id.desc()).limit(LATEST)
        return [_happening(event, self.one.currency) for event, _code in db.session.execute(stmt)]


def _happening(event: AuditEvent, currency: str) -> Happening:
    facts = [
        (field_label(name), _value(name, value, currency)) for name, value in (event.after or {}).items()
    ]
    return Happening(
        event.at, event.actor, action_label(event.action), [fact for fact in facts if fact[1] is not None]
    )


def _value(name: str, value: Any, currency: str) -> Any:
    minor = name.endswith("_minor") and isinstance(value, int)
    return money(value, currency) if minor else value_words(name, value)


@dataclass(frozen=True)
class StatementPages:
    """Where the pages of statements stand: their layout, and the addresses that they link to."""

    layout: str
    statements_url: Callable[[], str]
    statement_url: Callable[[str], str]
    file_url: Callable[[str, str], str]
    session_url: Callable[[int], str]
    operator_url: Callable[[str], str] | None = None

    def show_list(self, template: str, **context: Any) -> Response:
        reader = viewer()
        stmt = query.statements_with_payments(reader)
        return show_list(statement_list(reader), stmt, template, **self._context(), **context)

    def export(self, kind: str) -> Response:
        return export_list(statement_list(viewer()), query.statements_with_payments(viewer()), kind)

    def show(self, number: str) -> Response:
        """One statement; NotFound for what the viewer may not read."""
        view = StatementView(viewer(), self.row(number))
        spec = line_list(view.one.currency, view.terms)
        return show_list(
            spec, query.lines(view.one.id), "shared/statement_page.html", shown=view, **self._context()
        )

    def file(self, number: str, kind: str) -> Response:
        statement = self.row(number).statement
        return statement_pdf(statement) if kind == "pdf" else statement_csv(statement)

    def row(self, number: str) -> StatementRow:
        return statement_row(found(db.session.execute(query.one_with_payments(viewer(), number)).first()))

    def _context(self) -> dict[str, Any]:
        return {
            "pages": self,
            "layout": self.layout,
            "explain": explain,
            "kinds": KINDS,
            "line_kinds": LINE_KINDS,
            "line_tones": LINE_TONES,
            "state_label": state_label,
            "state_tone": state_tone,
        }
