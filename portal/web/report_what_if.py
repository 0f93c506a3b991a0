"""What if other terms had been in force: the last twelve months of an operator restated; nothing is saved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.domain.commission import Agreed
from portal.domain.commission_report import Totals
from portal.domain.errors import Invalid
from portal.domain.operator_values import PRICES, check_terms
from portal.domain.periods import Period, Preset, period_of
from portal.domain.report_groups import By, grouped
from portal.domain.text import N_
from portal.domain.viewer import Viewer
from portal.domain.what_if import Beside, Restated, restate
from portal.models import Operator
from portal.queries.commission import terms_books
from portal.queries.operators import one_operator
from portal.queries.report import ReportScope, read_counted

from .commission_words import explain_totals
from .errors import translated
from .session_words import major

FIGURES = (*PRICES, "share_percent")
LABELS = {
    "price_per_kwh_ac": _("Price per kWh, AC"),
    "price_per_kwh_dc": _("Price per kWh, DC"),
    "price_per_session": _("Price per session"),
    "price_per_hour": _("Price per hour"),
    "share_percent": _("Share of the revenue"),
}
HEADER = (
    *("month", "currency", "sessions", "energy_wh", "net", "due", "proposed_due", "difference"),
    *("kept", "proposed_kept", "explanation", "proposed_explanation"),
)


@dataclass
class WhatIf:
    """What is tried out, and what comes of it. `typed` is what stands in the fields, `errors` is by their names."""

    operator: Operator | None
    typed: dict[str, str]
    first: bool
    at: datetime
    errors: dict[str, str] = field(default_factory=dict)
    proposed: Agreed | None = None
    restated: Restated | None = None

    @property
    def period(self) -> Period | None:
        """The twelve months, this one as far as it has come."""
        return period_of(Preset.LAST_12_MONTHS, self.operator.timezone, self.at) if self.operator else None

    @property
    def months(self) -> list[tuple[date, str, Beside]]:
        found = self.restated.months if self.restated else {}
        return [(month, currency, found[month, currency]) for month, currency in sorted(found)]

    @property
    def totals(self) -> list[tuple[str, Beside]]:
        return sorted(self.restated.totals.items()) if self.restated else []

    def explained(self, totals: Totals) -> list[str]:
        return explain_totals(totals)

    @property
    def state(self) -> dict[str, Any]:
        """The parameters of the address."""
        code = {"operator": self.operator.code} if self.operator else {}
        first = {"reimbursement_first": "y"} if self.first else {}
        return {**code, "tried": "1", **{name: self.typed[name] for name in FIGURES}, **first}


def what_if(session: Session, args: MultiDict[str, str], viewer: Viewer, at: datetime) -> WhatIf:
    """Restate by what the address says; by the latest terms where nothing is tried yet."""
    code = args.get("operator", "").strip()
    operator = session.scalar(one_operator(viewer, code)) if code else None
    typed = {name: args.get(name, "").strip()[:20] for name in FIGURES}
    made = WhatIf(operator, typed, bool(args.get("reimbursement_first")), at)
    if operator is None:
        if code:
            refusal = Invalid("operator", N_("There is no operator with the code %(code)s."), code=code[:40])
            made.errors["operator"] = translated(refusal)
        return made
    book = terms_books(session, [operator])[operator.id]
    if not args.get("tried"):
        latest = book.at(at) or (book.versions[-1] if book.versions else Agreed(operator.currency))
        made.typed = {name: figure(getattr(latest, name)) for name in FIGURES}
        made.first = latest.reimbursement_first
    made.proposed = _proposed(made, operator)
    if made.proposed and made.period:
        scope = ReportScope(viewer, {operator.timezone: (made.period.start, made.period.end)}, (operator.id,))
        month_of: Any = grouped(By.MONTH, {operator.id: operator.timezone})
        made.restated = restate(read_counted(session, scope), book, made.proposed, month_of)
    return made


def _proposed(made: WhatIf, operator: Operator) -> Agreed | None:
    share = made.typed["share_percent"] or "0"
    first = "y" if made.first else ""
    raw = {**made.typed, "share_percent": share, "reimbursement_first": first, "effective_from": "2000-01"}
    checked = check_terms(raw)
    made.errors |= {error.field: translated(error) for error in checked.errors}
    if checked.errors:
        return None
    values = {name: checked.values[name] for name in (*FIGURES, "reimbursement_first")}
    return Agreed(operator.currency, **values)


def figure(value: Decimal) -> str:
    """As people write it: no zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def proposal_rows(made: WhatIf) -> tuple[Sequence[str], Iterator[list[object]]]:
    """Header and rows for files: a month and currency each."""
    return HEADER, (_row(month, currency, beside) for month, currency, beside in made.months)


def _row(month: date, currency: str, beside: Beside) -> list[object]:
    actual, proposed = beside.actual, beside.proposed
    amounts = (actual.net, actual.due, proposed.due, beside.difference, actual.kept, proposed.kept)
    explained = ("\n".join(explain_totals(each)) for each in (actual, proposed))
    return [f"{month:%Y-%m}", currency, actual.sessions, actual.energy_wh,
            *(major(amount, currency) for amount in amounts), *explained]  # fmt: skip


def month_now(zone: str, at: datetime) -> date:
    """The month that still runs there."""
    return at.astimezone(ZoneInfo(zone)).date().replace(day=1)
