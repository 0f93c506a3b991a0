"""The files of an issued statement, PDF and CSV: from its frozen rows alone, in the language of its operator."""

from collections.abc import Iterable, Iterator, Sequence

from flask import Response
from sqlalchemy import func, select

from portal.extensions import db
from portal.models import Account, AccountStatus, Preference, SiteSettings, Statement
from portal.queries.statements import lines_of

from .exports import stream
from .locale import in_locale
from .session_words import major
from .statement_view import ShownLine, explain, stored_line, terms_of

HEADER = (
    *("statement", "line", "kind", "session_id", "started_at", "ended_at", "station_code", "charger_uid"),
    *("connector_number", "current_type", "energy_wh", "seconds", "currency", "net", "vat", "reimbursement"),
    *("share", "due", "kept", "refers_to_statement", "refers_to_line", "terms_from", "explanation"),
)


def statement_pdf(statement: Statement) -> Response:
    """The document; what draws it is loaded with the first one."""
    from .statement_pdf import statement_document

    with in_locale(language_of(statement)):
        made = statement_document(statement, statement_lines(statement), logo=_logo())
        return made.answer(statement.number)


def statement_csv(statement: Statement) -> Response:
    """One row a line, in order; times in UTC and in the operator's zone."""
    rows = _rows(statement, statement_lines(statement), language_of(statement))
    return stream("csv", statement.number, HEADER, rows, zone=statement.content["timezone"])


def statement_lines(statement: Statement) -> list[ShownLine]:
    """All lines in their order, each with what it refers to."""
    terms = terms_of(statement)
    return [stored_line(line, terms) for line in db.session.scalars(lines_of(statement.id))]


def language_of(statement: Statement) -> str | None:
    """What most of the operator's users chose; where nobody chose, what the site spoke when it was issued."""
    many = func.count()
    stmt = (
        select(Preference.locale)
        .join(Account, Account.id == Preference.account_id)
        .where(
            Account.operator_id == statement.operator_id,
            Account.status == AccountStatus.ACTIVE,
            Preference.locale.is_not(None),
        )
        .group_by(Preference.locale)
        .order_by(many.desc(), Preference.locale)
        .limit(1)
    )
    chosen = db.session.scalar(stmt)
    stored: str | None = statement.content.get("locale")
    return chosen or stored


def _logo() -> bytes | None:
    return db.session.scalar(select(SiteSettings.logo))


def _rows(statement: Statement, lines: Iterable[ShownLine], locale: str | None) -> Iterator[Sequence[object]]:
    """Made while they are sent: explaining takes its time."""
    with in_locale(locale):
        for line in lines:
            yield _row(statement, line)


def _row(statement: Statement, line: ShownLine) -> Sequence[object]:
    found, currency = line.amounts, statement.currency
    amounts = (
        *(found.net_minor, found.vat_minor, found.reimbursement_minor, found.share_minor),
        *(line.due, line.kept),
    )
    return (
        *(statement.number, line.position, line.kind, line.session_id, line.started_at, line.ended_at),
        *(line.station_code, line.charger_uid, line.connector_number, "DC" if line.dc else "AC"),
        *(found.energy_wh, found.seconds, currency),
        *(major(each, currency) for each in amounts),
        *((line.refers.number, line.refers.position) if line.refers else (None, None)),
        f"{line.agreed.effective_from:%Y-%m}" if line.agreed else None,
        " | ".join(explain(line, currency)),
    )
