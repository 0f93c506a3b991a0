"""Single sessions of a commission report, each settled by the terms of its start and explained."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.commission import Agreed, Commission, settle
from portal.domain.commission_report import CountedSession
from portal.models import Operator
from portal.queries.commission import terms_books

from .commission_words import explain_line


@dataclass(frozen=True)
class SettledRow:
    """A session in the zone of its operator; `found` is None where its currency is not that of the terms."""

    session: CountedSession
    zone: str
    agreed: Agreed | None
    found: Commission | None

    @property
    def explanation(self) -> list[str]:
        if self.found is None:
            return []
        return explain_line(self.agreed, self.session.charged, self.found, self.session.currency)


def settled_rows(session: Session, rows: Iterable[Any]) -> list[SettledRow]:
    """From rows that begin with the columns of CountedSession."""
    width = len(CountedSession._fields)
    sessions = [CountedSession(*row[:width]) for row in rows]
    ids = {one.operator_id for one in sessions}
    operators = session.scalars(select(Operator).where(Operator.id.in_(ids))).all()
    zones = {one.id: one.timezone for one in operators}
    books = terms_books(session, operators)
    made = []
    for one in sessions:
        agreed = books[one.operator_id].at(one.started_at)
        covered = agreed is None or agreed.counts_in(one.currency)
        found = settle(agreed, one.charged) if covered else None
        made.append(SettledRow(one, zones[one.operator_id], agreed, found))
    return made
