"""A statement on paper, in the language in force; made of what was frozen when it was issued, and nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from portal.models import Statement, StatementKind

from .commission_words import explain_totals
from .filters import country_name, energy, local_month, local_time, money, number, offset_label
from .pdf import Cells, Column, Document
from .session_words import DOUBT_LABELS
from .statement_view import Digest, ShownLine, Sums, digest, explain, terms_of, terms_words
from .statement_words import KINDS, LINE_KINDS

MOST_LINES = 1000
"""Beyond that the lines stand in the CSV only, and the document says so."""


def statement_document(
    statement: Statement, lines: Sequence[ShownLine], *, logo: bytes | None = None, compress: bool = True
) -> Document:
    """The whole document; `statement` needs its content only, `lines` are in their order."""
    content, zone = statement.content, str(statement.content["timezone"])
    sums = digest(lines, statement.currency, zone)
    title = f"{KINDS[statement.kind.value]} {statement.number}"
    foot = f"{statement.number} · SHA-256 {statement.hash}"
    made = Document(title, paper=content["paper"], at=statement.issued_at, foot=foot, compress=compress)
    about = (str(KINDS[statement.kind.value]), statement.number, local_month(statement.month))
    made.head(content["site"], logo, about)
    made.facts(_addressed(content["operator"]))
    made.ln(3)
    made.facts(_facts(statement, zone))
    _result(made, statement, sums)
    _settled_by(made, statement)
    _left_out(made, statement)
    _groups(made, statement, sums)
    _lines(made, statement, lines, zone)
    made.heading(_("How to verify this document"))
    made.paragraph(
        _(
            "The fingerprint at the foot of each page covers every figure of this statement and the fingerprint of"
            " the statement before it. The operator of the network can recompute both from the sessions at any time."
        ),
        quiet=True,
    )
    return made


def _addressed(operator: dict[str, Any]) -> Iterator[tuple[str, str]]:
    place = " ".join(filter(None, (operator["zip"], operator["city"])))
    country = country_name(operator["country"]) if operator["country"] else None
    name = operator["organization"] or operator["name"]
    parts = (name, operator["address"], place, operator["state"], country)
    yield _("Recipient"), ", ".join(filter(None, parts))
    yield _("Operator"), f"{operator['name']} ({operator['code']})"


def _facts(statement: Statement, zone: str) -> Iterator[tuple[str, str]]:
    content = statement.content
    since, until = (datetime.fromisoformat(content[name]) for name in ("from", "until"))
    span = {"start": local_time(since, zone), "end": local_time(until, zone)}
    yield _("Period"), _("%(start)s until before %(end)s", **span)
    yield (
        _("Time zone"),
        f"{offset_label(zone, since)}, "
        + ngettext("%(hours)s hour", "%(hours)s hours", 2, hours=number(Decimal(content["hours"]))),
    )
    yield _("In UTC"), f"{since:%Y-%m-%dT%H:%M:%SZ} – {until:%Y-%m-%dT%H:%M:%SZ}"
    yield _("Issued"), local_time(statement.issued_at, zone)
    if statement.kind is StatementKind.CREDIT:
        yield _("Takes back"), content["credits"]
        yield _("Reason"), content["reason"]


def _result(made: Document, statement: Statement, sums: Digest) -> None:
    currency, total = statement.currency, sums.total
    made.heading(_("Totals"))
    made.facts(
        [
            (_("Sessions"), number(statement.sessions)),
            (_("Energy"), energy(statement.energy_wh)),
            (_("Net revenue"), money(statement.net_minor, currency)),
            (_("VAT, for information"), money(statement.vat_minor, currency)),
            (_("Reimbursement"), money(statement.reimbursement_minor, currency)),
            (_("Share"), money(statement.share_minor, currency)),
            (_("Kept by the CPO"), money(statement.kept_minor, currency)),
        ]
    )
    made.ln(2)
    made.amount_due(_("Due to the operator"), money(total.due, currency))
    if len(sums.kinds) > 1:
        rows = [(_sums(str(LINE_KINDS[kind.value]), each, currency), "") for kind, each in sums.kinds.items()]
        made.grid(_columns(_("Kind")), rows, _sums(_("Total"), total, currency))
    if sums.totals.parts:
        made.heading(_("How the totals came about"))
        if len(sums.kinds) > 1:
            made.paragraph(_("The sessions that count here for the first time:"), quiet=True)
        made.steps(explain_totals(sums.totals))


def _settled_by(made: Document, statement: Statement) -> None:
    agreed = sorted(terms_of(statement).values(), key=lambda one: one.effective_from)
    if agreed:
        made.heading(_("Terms"))
        for one in agreed:
            made.paragraph(terms_words(one))


def _left_out(made: Document, statement: Statement) -> None:
    rows = statement.content["left_out"]
    if not rows or statement.kind is StatementKind.CREDIT:
        return
    made.heading(_("Left out"))
    made.paragraph(
        _("Doubtful when this was issued. Once they are accepted they stand on the next statement."),
        quiet=True,
    )
    columns = (Column(_("Doubt"), 4), Column(_("Sessions"), 1, True), Column(_("Energy"), 2, True))
    cells = (
        (str(DOUBT_LABELS.get(row["doubt"], row["doubt"])), number(row["sessions"]), energy(row["energy_wh"]))
        for row in rows
    )
    made.grid(columns, ((each, "") for each in cells))


def _groups(made: Document, statement: Statement, sums: Digest) -> None:
    currency = statement.currency
    made.heading(_("By station"))
    stations = ((_sums(code, each, currency), "") for code, each in sums.stations.items())
    made.grid(_columns(_("Station")), stations, _sums(_("Total"), sums.total, currency))
    made.heading(_("By day"))
    days = (
        (_sums(str(format_date(day, "medium", get_locale())), each, currency), "")
        for day, each in sums.days.items()
    )
    made.grid(_columns(_("Day of the end")), days, _sums(_("Total"), sums.total, currency))


def _columns(first: str) -> tuple[Column, ...]:
    return (
        Column(first, 27),
        Column(_("Lines"), 10, True),
        Column(_("Energy"), 22, True),
        Column(_("Net"), 18, True),
        Column(_("Reimbursement"), 21, True),
        Column(_("Share"), 18, True),
        Column(_("Due"), 18, True),
    )


def _sums(name: str, sums: Sums, currency: str) -> Cells:
    found = sums.amounts
    amounts = (found.net_minor, found.reimbursement_minor, found.share_minor, sums.due)
    return (name, number(sums.lines), energy(found.energy_wh), *(money(each, currency) for each in amounts))


def _lines(made: Document, statement: Statement, lines: Sequence[ShownLine], zone: str) -> None:
    made.heading(_("Lines"))
    if len(lines) > MOST_LINES:
        made.paragraph(
            _(
                "The %(count)s lines of this statement, each with its explanation, stand in its CSV file.",
                count=number(len(lines)),
            )
        )
        return
    columns = (
        Column(_("No."), 8),
        Column(_("End"), 27),
        Column(_("Station, charger, connector"), 38),
        Column(_("Energy"), 17, True),
        Column(_("Net"), 16, True),
        Column(_("Reimbursement"), 21, True),
        Column(_("Share"), 22, True),
        Column(_("Due"), 17, True),
    )
    made.grid(columns, _rows(statement, lines, zone), small=True)


def _rows(statement: Statement, lines: Iterable[ShownLine], zone: str) -> Iterator[tuple[Cells, str]]:
    currency = statement.currency
    for line in lines:
        found = line.amounts
        amounts = (found.net_minor, found.reimbursement_minor, found.share_minor, line.due)
        where = (
            f"{line.station_code}, {line.charger_uid}, {line.connector_number} ({'DC' if line.dc else 'AC'})"
        )
        cells = (
            str(line.position),
            local_time(line.ended_at, zone),
            where,
            energy(found.energy_wh),
            *(money(each, currency) for each in amounts),
        )
        yield cells, " · ".join(explain(line, currency))
