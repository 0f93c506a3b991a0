"""Analytics: energy, sessions, revenue and occupancy over time and by place; the same for admins and for operators."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from sqlalchemy import func

from portal.domain.clock import now
from portal.domain.errors import Invalid, NotFound
from portal.extensions import db
from portal.models import Operator
from portal.queries.analytics import Group
from portal.queries.analytics_figures import Figures
from portal.queries.operators import operators
from portal.services.audit import record_event

from .analytics_form import GRAINS, PRESETS, Asked, read
from .analytics_report import GroupRow, Report
from .analytics_words import days_words
from .auth import actor, viewer
from .exports import stream
from .htmx import page
from .lookup import found
from .session_words import major
from .site import current_site
from .transaction import transaction

TEMPLATE = "shared/analytics.html"
TABLES = ("time", "groups")
SUMS = ("sessions", "energy_wh", "net", "vat", "currency", "duration_s", "occupied_s", "connector_s",
        "occupancy_percent")  # fmt: skip


@dataclass(frozen=True)
class AnalyticsPages:
    """Where the pages stand: their layout, and the addresses of themselves, of their files and of the sessions."""

    layout: str
    url: Callable[..., str]
    export_url: Callable[..., str]
    sessions_url: Callable[..., str]

    def show(self) -> Response:
        """The figures; where the address is wrong, what is wrong at its field instead."""
        asked = asked_now()
        report = None if asked.errors else Report(db.session(), asked, current_site().currency)
        status = 400 if asked.errors else 200  # a damaged address
        return page(TEMPLATE, http_status=status, layout=self.layout, pages=self, asked=asked, report=report,
                    presets=PRESETS, grains=GRAINS, days_words=days_words)  # fmt: skip

    def export(self, kind: str) -> Response:
        """One of the tables of the page as a file. Raises Invalid for whatever the page would refuse."""
        asked, table = asked_now(), request.args.get("table", "time")
        for name, text in asked.errors.items():
            raise Invalid(name, text)
        if table not in TABLES:
            raise NotFound
        report = Report(db.session(), asked, current_site().currency)
        period = asked.period
        _note_export(kind, asked, table)
        name = f"analytics-{table}-{period.first}-{period.last}"
        header, rows = _by_time(report) if table == "time" else _by_group(report)
        return stream(kind, name, header, rows, zone=asked.zone)

    def here(self, asked: Asked, **changes: Any) -> str:
        return self.url(**asked.state(**changes))

    def file(self, asked: Asked, kind: str, table: str) -> str:
        return self.export_url(kind=kind, table=table, **asked.state())

    def sessions_of(self, asked: Asked, row: GroupRow | None = None) -> str | None:
        """The list of sessions of a group, or of all; None where that list has no such filter."""
        wanted: dict[str, str] = {"from": asked.period.first.isoformat(), "to": asked.period.last.isoformat()}
        wanted |= {name: asked.typed[name] for name in ("area", "station") if asked.typed[name]}
        if asked.viewer.is_admin and len(asked.operators) == 1:
            wanted["operator"] = asked.operators[0].code
        if row is not None and row.code:
            wanted[_filter_of(asked.group)] = row.code
        elif row is not None or (asked.viewer.is_admin and len(asked.operators) > 1):
            return None
        return self.sessions_url(**wanted)

    def into(self, asked: Asked, row: GroupRow) -> str | None:
        """The same figures of this group alone, by the next smaller part of it."""
        smaller = {Group.OPERATOR: Group.AREA, Group.AREA: Group.STATION, Group.STATION: Group.CHARGER}
        if asked.group not in smaller or not row.code:
            return None
        narrowed = {_filter_of(asked.group): row.code, "group": smaller[asked.group].value}
        return self.here(asked, **narrowed)


def asked_now() -> Asked:
    """What the address asks for; an admin chooses among all operators, an operator's user has its own alone."""
    asking = viewer()
    managed = operators(asking).order_by(func.lower(Operator.name), Operator.code)
    if asking.is_admin:
        return read(request.args, asking, db.session.scalars(managed).all(), None, now())
    return read(request.args, asking, (), found(db.session.scalar(managed)), now())


def _filter_of(group: Group) -> str:
    return Group.STATION.value if group is Group.CHARGER else group.value


def _sums(report: Report, figures: Figures) -> list[object]:
    currency = report.currency
    net, vat = (major(minor, currency) for minor in (figures.net(currency), figures.vat(currency)))
    return [figures.sessions, figures.energy_wh, net, vat, currency, figures.seconds, figures.occupied_s,
            figures.connector_s, figures.occupancy]  # fmt: skip


def _by_time(report: Report) -> tuple[Sequence[str], Iterator[list[object]]]:
    rows = ([piece.bucket.start, piece.bucket.end, *_sums(report, piece.figures)] for piece in report.pieces)
    return ("start_at", "end_at", *SUMS), rows


def _by_group(report: Report) -> tuple[Sequence[str], Iterator[list[object]]]:
    period = report.asked.period
    rows = ([*row.key, period.start, period.end, *_sums(report, row.figures)] for row in report.rows)
    return (
        f"{_filter_of(report.asked.group)}_code",
        "name",
        "charger_uid",
        "start_at",
        "end_at",
        *SUMS,
    ), rows


def _note_export(kind: str, asked: Asked, table: str) -> None:
    """Who took which figures out of the portal, committed before the first of them leaves."""
    state = {name: value for name, value in asked.state().items() if name != "sort"}
    details = {"format": kind, "table": table, **state}
    with transaction() as session:
        record_event(session, actor(), "list.export", "analytics", at=now(),
                     operator_id=viewer().operator_id, details=details)  # fmt: skip
