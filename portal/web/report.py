"""The commission report: what operators get of their sessions, each line explained; for admins and for operators."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.paging import Cursor
from portal.domain.report_groups import By
from portal.extensions import db
from portal.models import ChargingSession
from portal.queries.paging import fetch_page
from portal.queries.report import counted
from portal.services.audit import record_event

from .auth import actor, viewer
from .exports import stream
from .htmx import page
from .report_form import PRESETS, Asked, read
from .report_lines import ReportView, group_words
from .report_sessions import settled_rows
from .report_terms import TERMS_STATES, TERMS_TONES, timeline
from .session_words import DOUBT_LABELS, major
from .transaction import transaction

AT_ONCE = 50
SUMS = ("sessions", "energy_wh", "currency", "net", "vat", "reimbursement", "share", "due", "kept")


@dataclass(frozen=True)
class ReportPages:
    """Where the pages stand: their layout, and the beginning of the names of their endpoints."""

    layout: str
    surface: str

    def show(self) -> Response:
        """The report; where the address is wrong, what is wrong at its field instead."""
        asked = asked_now()
        view = None if asked.errors else ReportView(db.session(), asked)
        versions = timeline(asked.one, asked.at) if asked.one else []
        words: dict[str, Any] = {
            "presets": PRESETS,
            "doubts": DOUBT_LABELS,
            "states": TERMS_STATES,
            "tones": TERMS_TONES,
        }
        status = 400 if asked.errors else 200  # a damaged address
        return page("shared/report.html", http_status=status, layout=self.layout, pages=self, asked=asked, view=view,
                    versions=versions, **words)  # fmt: skip

    def export(self, kind: str) -> Response:
        """All lines with their explanation. Raises Invalid for whatever the page would refuse."""
        asked = valid(asked_now())
        view = ReportView(db.session(), asked)
        note_export(kind, "report", asked.state())
        header, rows = lines_of(view)
        return stream(kind, f"report-{asked.periods[0].first}-{asked.periods[0].last}" if asked.zones else "report",
                      header, rows, zone=None)  # fmt: skip

    def sessions(self) -> Response:
        """The sessions of the report, or of one of its lines, each with its own formula; in the order of their ends."""
        asked = valid(asked_now())
        cursor = Cursor.decode(request.args["after"]) if request.args.get("after") else None
        found = fetch_page(db.session(), counted(asked.scope_of_key), key=ChargingSession.ended_at,
                           identity=ChargingSession.id, descending=False, cursor=cursor, limit=AT_ONCE)  # fmt: skip
        rows = settled_rows(db.session(), found.rows)
        after = found.after.encode() if found.after else None
        return page("shared/report_sessions.html", layout=self.layout, pages=self, asked=asked, rows=rows,
                    after=after, cursor=cursor, group=group_words(asked, asked.typed["key"]))  # fmt: skip

    def url(self, asked: Asked | None = None, **changes: Any) -> str:
        return url_for(f"{self.surface}.report", **(asked.state(**changes) if asked else changes))

    def sessions_url(self, asked: Asked, **changes: Any) -> str:
        """Changes: `key` and `currency` of a line, or `after`."""
        state = asked.state(by=asked.by.value, **changes)
        if asked.by is By.OPERATOR and "key" in state:
            state["operator"] = state.pop("key")
        return url_for(f"{self.surface}.report_sessions", **state)

    def export_url(self, asked: Asked, kind: str) -> str:
        return url_for(f"{self.surface}.report_export", kind=kind, **asked.state())

    def session_url(self, session_id: int) -> str:
        return url_for(f"{self.surface}.session", session_id=session_id)

    def doubtful_url(self, asked: Asked, doubt: str) -> str:
        """The list of sessions with that doubt, where they are corrected or accepted."""
        wanted: dict[str, Any] = {
            "doubt": doubt,
            "area": asked.typed["area"],
            "station": asked.typed["station"],
        }
        if asked.viewer.is_admin and asked.one:
            wanted["operator"] = asked.one.code
        return url_for(f"{self.surface}.sessions", **{key: value for key, value in wanted.items() if value})


def asked_now() -> Asked:
    return read(db.session(), request.args, viewer(), now())


def valid(asked: Asked) -> Asked:
    """Raises Invalid for the first thing that is wrong."""
    for name, text in asked.errors.items():
        raise Invalid(name, text)
    return asked


def lines_of(view: ReportView) -> tuple[Sequence[str], Iterator[list[object]]]:
    """Header and rows for files: every line with its days and its explanation, a step a line of the cell."""
    by = view.asked.by
    named = (f"{by.value}_code", "name") if by in (By.OPERATOR, By.AREA, By.STATION) else (by.value,)
    periods = view.asked.periods
    days = [periods[0].first.isoformat(), periods[0].last.isoformat()] if periods else ["", ""]
    rows = (
        [line.key, *([line.title] if len(named) > 1 else []), *days, *sums_of(line.totals),
         "\n".join(line.explanation)] for line in view.lines
    )  # fmt: skip
    return (*named, "from", "to", *SUMS, "explanation"), rows


def sums_of(totals: Any) -> list[object]:
    """The cells of SUMS: energy in Wh, money as decimals of the currency."""
    amounts = (major(getattr(totals, name), totals.currency) for name in SUMS[3:])
    return [totals.sessions, totals.energy_wh, totals.currency, *amounts]


def note_export(kind: str, name: str, details: dict[str, Any]) -> None:
    """Who took which figures out of the portal, committed before the first of them leaves."""
    with transaction() as session:
        record_event(session, actor(), "list.export", name, at=now(), operator_id=viewer().operator_id,
                     details={"format": kind, **details})  # fmt: skip
