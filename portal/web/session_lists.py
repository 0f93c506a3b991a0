"""The list of charging sessions, the same for admins and operators; which rows is the query's business."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from flask_babel import lazy_gettext as _
from sqlalchemy import func

from portal.domain.clock import now
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import Area, ChargingSession, Driver, Operator, SessionDoubt, Station
from portal.queries import sessions as query

from .auth import viewer
from .day_presets import day_presets
from .filters import duration, money
from .list_specs import Column, ListSpec
from .lists import export_list, show_list
from .session_files import FOR_ADMINS, FOR_OPERATORS, session_files
from .session_filters import managed_filters
from .session_page import show_session
from .session_words import DOUBT_LABELS, reason_label, status_label


def session_list(reader: Viewer) -> ListSpec:
    """Columns, filters and files for this reader, in its zone; only admins see operators.

    Rows are ChargingSession with station, area, driver and operator; `list.totals` has one row a currency.
    """
    return ListSpec(
        noun="sessions",
        columns=[column for column in _columns() if reader.is_admin or column.key != "operator_code"],
        identity=ChargingSession.id,
        default_sort="-started_at",
        filters=managed_filters(reader),
        totals=query.session_totals,
        files=session_files(FOR_ADMINS if reader.is_admin else FOR_OPERATORS, reader.zone),
    )


def extra(
    key: str, label: Any, sort: Any, cell: Callable[[ChargingSession], object], *, numeric: bool = False
) -> Column:
    """A column that the picker offers."""
    return Column(key, label, sort, numeric=numeric, shown=False, cell=cell)


def known(column: Any) -> Any:
    """To sort by: what is not known comes first."""
    return func.coalesce(column, -1)


def _columns() -> list[Column]:
    s = ChargingSession
    return [
        Column("started_at", _("Start and end"), s.started_at),
        extra("ended_at", _("End"), ended(), lambda s: s.ended_at),
        extra("duration_s", _("Duration"), None, lambda s: duration(query.lasted(s)), numeric=True),
        Column("charging_s", _("Charging"), known(s.charging_s), numeric=True),
        extra("idle_s", _("Idle"), known(s.idle_s), lambda s: duration(s.idle_s), numeric=True),
        Column("station_code", _("Station"), Station.code),
        extra("charger_uid", _("Charger"), s.charger_uid, lambda s: s.charger_uid),
        extra(
            "connector_number", _("Connector"), s.connector_number, lambda s: s.connector_number, numeric=True
        ),
        extra("area_code", _("Area code"), Area.code, lambda s: s.area.code),
        Column("operator_code", _("Operator"), func.coalesce(Operator.code, "")),
        Column("driver_number", _("Driver"), func.coalesce(Driver.number, "")),
        Column("energy_wh", _("Energy"), known(s.energy_wh), numeric=True),
        Column("amount", _("Amount"), numeric=True),
        extra("net", _("Net"), None, lambda s: money(s.net_minor, s.currency), numeric=True),
        extra("vat", _("VAT"), None, lambda s: money(s.vat_minor, s.currency), numeric=True),
        extra("currency", _("Currency"), s.currency, lambda s: s.currency),
        Column("status", _("Status")),
        extra("end_reason", _("End reason"), None, reason_label),
        extra("external_id", _("External ID"), s.external_id, lambda s: s.external_id),
    ]


def ended() -> Any:
    """Sessions that still run sort by their start."""
    return func.coalesce(ChargingSession.ended_at, ChargingSession.started_at)


def doubts_among(rows: Sequence[ChargingSession]) -> dict[int, list[SessionDoubt]]:
    """The doubts of the sessions of a page, in one query."""
    found: dict[int, list[SessionDoubt]] = {}
    for doubt in db.session.scalars(query.doubts_of([row.id for row in rows])):
        found.setdefault(doubt.session_id, []).append(doubt)
    return found


@dataclass(frozen=True)
class SessionPages:
    """Where the session pages stand: their layout, and the addresses that they link to."""

    layout: str
    sessions_url: Callable[[], str]
    session_url: Callable[[int], str]
    station_url: Callable[[str], str]
    area_url: Callable[[str], str] | None = None
    driver_url: Callable[[str], str] | None = None
    operator_url: Callable[[str], str] | None = None

    def show_list(self) -> Response:
        reader = viewer()
        return show_list(
            session_list(reader),
            query.sessions(reader),
            "shared/session_list.html",
            presets=day_presets(reader.zone, now()),
            doubts_among=doubts_among,
            doubt_labels=DOUBT_LABELS,
            **self._context(),
        )

    def export(self, kind: str) -> Response:
        return export_list(session_list(viewer()), query.sessions(viewer()), kind)

    def show(self, session_id: int) -> Response:
        """One session; NotFound for what the viewer may not read."""
        return show_session(session_id, **self._context())

    def _context(self) -> dict[str, Any]:
        return {
            "pages": self,
            "layout": self.layout,
            "lasted": query.lasted,
            "status_label": status_label,
            "reason_label": reason_label,
        }
