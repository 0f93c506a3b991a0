"""The draft of a month: what its statement would hold at this moment, and what is left out and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from portal.domain.commission import TermsBook
from portal.domain.commission_report import CountedSession
from portal.domain.days import month_bounds
from portal.domain.statement_lines import Amounts, Draft, Settled, draft
from portal.domain.viewer import Viewer
from portal.models import ChargingSession, Operator, Role
from portal.queries import commission as counted
from portal.queries import statements as query


@dataclass(frozen=True, slots=True)
class MonthDraft:
    """`bounds` are UTC; `left_out` has the rows of queries.commission.left_out, `issued` number by currency."""

    month: date
    bounds: tuple[datetime, datetime]
    book: TermsBook
    lines: Draft
    left_out: tuple[Any, ...]
    issued: dict[str, str]


def month_draft(session: Session, operator: Operator, month: date) -> MonthDraft:
    """Everything unsettled that ended before the month's end, and what changed since it was settled."""
    bounds = month_bounds(operator.timezone, month)
    known = session.execute(query.months_with_statements(operator.id)).all()
    first = session.scalar(query.first_month(operator.id))
    since = month_bounds(operator.timezone, min(first or month, month))[0]
    book = counted.terms_books(session, [operator])[operator.id]
    zone = ZoneInfo(operator.timezone)
    settled = _settled(session, operator)
    made = draft(
        _sessions(session, operator, since, bounds[1], settled),
        settled,
        book,
        month,
        lambda one: one.ended_at.astimezone(zone).date().replace(day=1),
        frozenset(row.month for row in known),
    )
    issued = {row.currency: row.number for row in known if row.month == month}
    return MonthDraft(month, bounds, book, made, _left_out(session, operator, since, bounds[1]), issued)


def _settled(session: Session, operator: Operator) -> dict[int, Settled]:
    """What live statements hold of those sessions that changed after they were read."""
    rows = session.execute(query.changed_since_settled(operator.id))
    return {row[0]: Settled(row[1], row[2], Amounts(*map(int, row[3:]))) for row in rows}


def _sessions(
    session: Session, operator: Operator, since: datetime, until: datetime, settled: dict[int, Settled]
) -> Iterable[CountedSession]:
    mine = ChargingSession.operator_id == operator.id
    open_: ColumnElement[bool] = query.unsettled_session() & (ChargingSession.ended_at >= since)
    if settled:
        open_ = or_(open_, ChargingSession.id.in_(query.changed_ids(operator.id)))
    stmt = counted.counted_sessions(everybody(operator), mine, ChargingSession.ended_at < until, open_)
    return (CountedSession(*row) for row in session.execute(stmt.execution_options(yield_per=1000)))


def _left_out(session: Session, operator: Operator, since: datetime, until: datetime) -> tuple[Any, ...]:
    """Those with an open doubt that began by the month's end; a session without an end is one of them."""
    ended = or_(ChargingSession.ended_at.is_(None), ChargingSession.ended_at >= since)
    mine = (ChargingSession.operator_id == operator.id, ChargingSession.started_at < until, ended)
    stmt = counted.left_out(everybody(operator), *mine, query.unsettled_session())
    return tuple(session.execute(stmt).all())


def everybody(operator: Operator) -> Viewer:
    """Who reads exactly the sessions of this operator."""
    return Viewer(role=Role.OPERATOR, operator_id=operator.id, zone=operator.timezone)
