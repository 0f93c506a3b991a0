"""The draft of an operator's month as its page shows it: live, explained, with what stands in its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy.orm import Session

from portal.domain.statement_lines import Line
from portal.models import Operator
from portal.queries.statement_lists import referred
from portal.services.in_sets import chunks
from portal.services.statement_drafts import month_draft

from .commission_words import explain_totals
from .session_words import DOUBT_LABELS
from .statement_view import Digest, Refers, ShownLine, digest, drafted_line

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class CurrencyDraft:
    """What one statement would say; `lines` are the first MOST_LINES of `count`."""

    currency: str
    count: int
    lines: Sequence[ShownLine]
    digest: Digest
    totals: Sequence[str]
    issued: str | None


class DraftView:
    """Everything the page needs; reading it costs the whole month."""

    def __init__(self, session: Session, operator: Operator, month: date, at: datetime) -> None:
        self._session = session
        self.operator = operator
        self.month = month
        self.zone = operator.timezone
        self._draft = month_draft(session, operator, month)
        self.since, self.until = self._draft.bounds
        self.over = self.until <= at
        self.hours = Decimal(int((self.until - self.since).total_seconds())) / 3600

    @cached_property
    def currencies(self) -> list[CurrencyDraft]:
        return [self._one(currency, lines) for currency, lines in sorted(self._draft.lines.lines.items())]

    @property
    def issued(self) -> dict[str, str]:
        return self._draft.issued

    @property
    def skipped(self) -> list[tuple[date, int]]:
        """Earlier months that must be issued first, with their sessions."""
        return sorted(self._draft.lines.skipped.items())

    @property
    def ready(self) -> bool:
        """Whether Issue can do something."""
        new = [one for one in self.currencies if one.issued is None]
        return self.over and bool(new) and not self.skipped

    @cached_property
    def unsettled(self) -> list[tuple[str, int]]:
        """Currencies that the terms' prices do not cover, with their sessions."""
        counts: dict[str, int] = {}
        for one in self._draft.lines.unsettled:
            counts[one.currency] = counts.get(one.currency, 0) + 1
        return sorted(counts.items())

    @cached_property
    def left_out(self) -> list[dict[str, Any]]:
        """Doubtful sessions by kind, each with the list where they can be accepted."""
        return [
            {
                "label": DOUBT_LABELS.get(row[1].value, row[1].value),
                "currency": row[2],
                "sessions": row[3],
                "energy_wh": int(row[4]),
                "net_minor": int(row[5]),
                "url": url_for(
                    "admin.sessions", operator=self.operator.code, doubt=row[1].value, to=self._last_day()
                ),
            }
            for row in self._draft.left_out
        ]

    def _one(self, currency: str, drafted: Sequence[Line]) -> CurrencyDraft:
        refers = self._refers(drafted)
        lines = [drafted_line(position, line, refers) for position, line in enumerate(drafted, start=1)]
        sums = digest(lines, currency, self.zone)
        words = explain_totals(sums.totals) if sums.totals.parts else []
        issued = self._draft.issued.get(currency)
        return CurrencyDraft(currency, len(lines), lines[:MOST_LINES], sums, words, issued)

    def _refers(self, drafted: Sequence[Line]) -> dict[int, Refers]:
        ids = [line.refers_to_id for line in drafted if line.refers_to_id is not None]
        rows = (row for some in chunks(ids) for row in self._session.execute(referred(list(some))))
        return {row[0]: Refers(row[2], row[1]) for row in rows}

    def _last_day(self) -> str:
        """As the list of sessions counts days: in the reader's zone, so a day more than enough."""
        return f"{(self.until + timedelta(days=1)).astimezone(ZoneInfo(self.zone)):%Y-%m-%d}"
