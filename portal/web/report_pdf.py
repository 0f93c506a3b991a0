"""The proposal of other terms on paper: the terms, the last twelve months beside what they were, how it is computed."""

from flask_babel import gettext as _
from sqlalchemy import select

from portal.domain.commission import Agreed
from portal.domain.operator_values import PRICES
from portal.domain.statement_content import LETTER
from portal.domain.what_if import Beside
from portal.extensions import db
from portal.models import SiteSettings

from .commission_words import percent
from .filters import amount, energy, local_month, local_time, money, number
from .pdf import Column, Document
from .report_what_if import LABELS, WhatIf
from .site import current_site


def proposal_document(made: WhatIf, *, compress: bool = True) -> Document:
    """`made` has an operator, and its figures are good. In the language in force."""
    operator, period, proposed = made.operator, made.period, made.proposed
    if operator is None or period is None or proposed is None:
        raise ValueError("a proposal is for an operator, and of figures that are good")
    paper = "letter" if operator.country in LETTER else "a4"
    foot = f"{operator.code} · {local_time(made.at, operator.timezone)}"
    paged = Document(_("Proposal"), paper=paper, at=made.at, foot=foot, compress=compress)
    logo = db.session.scalar(select(SiteSettings.logo))
    paged.head(current_site().name, logo, (_("Proposal"), operator.name, operator.code))
    start, end = (local_time(each, operator.timezone) for each in (period.start, made.at))
    paged.facts([(_("Period"), _("%(start)s until before %(end)s", start=start, end=end)),
                 (_("Time zone"), operator.timezone)])  # fmt: skip
    paged.heading(_("Proposed terms"))
    paged.facts(_terms(proposed))
    for currency, beside in made.totals:
        paged.heading(_("Total in %(currency)s", currency=currency))
        _months(paged, made, currency, beside)
        paged.heading(_("How it would be computed"))
        paged.steps(made.explained(beside.proposed))
    paged.ln(2)
    paged.paragraph(
        _("These figures restate sessions of the past. They promise nothing of the future."), quiet=True
    )
    return paged


def _terms(agreed: Agreed) -> list[tuple[str, str]]:
    prices = [(str(LABELS[name]), amount(getattr(agreed, name), agreed.currency)) for name in PRICES]
    share = (str(LABELS["share_percent"]), percent(agreed.share_percent))
    first = _("deducted before sharing") if agreed.reimbursement_first else _("beside the share")
    return [*prices, share, (_("Reimbursement"), first)]


def _months(paged: Document, made: WhatIf, currency: str, total: Beside) -> None:
    titles = (_("Net"), _("Due now"), _("Due then"), _("Difference"), _("Kept then"))
    columns = [
        Column(_("Month"), 18),
        Column(_("Sessions"), 12, numeric=True),
        Column(_("Energy"), 19, numeric=True),
        *(Column(title, 14, numeric=True) for title in titles),
    ]
    rows = (
        ([local_month(month), *_cells(beside, currency)], "")
        for month, code, beside in made.months
        if code == currency
    )
    paged.grid(columns, rows, [_("Total"), *_cells(total, currency)], small=True)


def _cells(beside: Beside, currency: str) -> list[str]:
    actual, proposed = beside.actual, beside.proposed
    amounts = (actual.net, actual.due, proposed.due, beside.difference, proposed.kept)
    return [number(actual.sessions), energy(actual.energy_wh), *(money(each, currency) for each in amounts)]
