"""The list of charging sessions, the same for admins and operators; which rows is the query's business."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response
from flask_babel import lazy_gettext as _
from sqlalchemy import func

from portal.domain.viewer import Viewer
from portal.models import Area, ChargingSession, Driver, Operator, Station
from portal.queries import sessions as query

from .auth import viewer
from .list_specs import Column, Filter, ListSpec, choice_filter, day_filters, text_filter
from .lists import export_list, show_list
from .session_page import show_session
from .session_words import STATUS_LABELS, major, reason_label, status_label


def session_list(reader: Viewer) -> ListSpec:
    """Columns and filters for this reader; days are those of its zone, and only admins see operators.

    Rows are ChargingSession with station, area, driver and operator; `list.totals` has one row a currency.
    """
    return ListSpec(
        noun="sessions",
        columns=[column for column in _columns() if reader.is_admin or column.key != "operator_code"],
        identity=ChargingSession.id,
        default_sort="-started_at",
        filters=_filters(reader),
        totals=query.session_totals,
    )


def _columns() -> list[Column]:
    return [
        Column("started_at", _("Start and end"), ChargingSession.started_at, lambda s: s.started_at),
        Column("ended_at", _("End"), _ended(), lambda s: s.ended_at, shown=False, cell=lambda s: s.ended_at),
        Column("duration_s", _("Duration"), None, _seconds, numeric=True),
        Column("station_code", _("Station, charger, connector"), Station.code, lambda s: s.station.code),
        _extra("charger_uid", _("Charger"), ChargingSession.charger_uid, lambda s: s.charger_uid),
        _extra(
            "connector_number", _("Connector"), ChargingSession.connector_number, lambda s: s.connector_number
        ),
        _extra("area_code", _("Area code"), Area.code, lambda s: s.area.code),
        Column("operator_code", _("Operator"), func.coalesce(Operator.code, ""), _operator_code),
        Column("driver_number", _("Driver"), func.coalesce(Driver.number, ""), _driver_number),
        Column("energy_wh", _("Energy"), _energy(), lambda s: s.energy_wh, numeric=True),
        Column("amount", _("Amount"), numeric=True),
        _extra("net", _("Net"), None, lambda s: major(s.net_minor, s.currency)),
        _extra("vat", _("VAT"), None, lambda s: major(s.vat_minor, s.currency)),
        _extra("currency", _("Currency"), ChargingSession.currency, lambda s: s.currency),
        Column("status", _("Status"), None, lambda s: s.status.value),
        _extra("end_reason", _("End reason"), None, lambda s: s.end_reason, reason_label),
        _extra("external_id", _("External ID"), ChargingSession.external_id, lambda s: s.external_id),
    ]


def _extra(
    key: str,
    label: Any,
    sort: Any,
    value: Callable[[ChargingSession], object],
    words: Callable[[ChargingSession], object] | None = None,
) -> Column:
    """A column that the picker offers; in files it has its bare value."""
    numeric = key in ("net", "vat", "connector_number")
    return Column(key, label, sort, value, numeric=numeric, shown=False, cell=words or value)


def _filters(reader: Viewer) -> list[Filter]:
    statuses = tuple(STATUS_LABELS.items())
    offered = [
        *day_filters(ChargingSession.started_at, reader.zone),
        text_filter("station", _("Station code"), query.at_station),
        text_filter("area", _("Area code"), query.in_area),
        text_filter("driver", _("Driver number"), query.of_driver),
        choice_filter("status", _("Status"), ChargingSession.status, statuses),
    ]
    if reader.is_admin:
        offered.insert(4, text_filter("operator", _("Operator code"), query.of_operator))
    return offered


def _ended() -> Any:
    """Sessions that still run sort by their start."""
    return func.coalesce(ChargingSession.ended_at, ChargingSession.started_at)


def _energy() -> Any:
    return func.coalesce(ChargingSession.energy_wh, -1)


def _seconds(session: ChargingSession) -> int | None:
    span = query.lasted(session)
    return None if span is None else int(span.total_seconds())


def _operator_code(session: ChargingSession) -> str | None:
    return session.operator.code if session.operator else None


def _driver_number(session: ChargingSession) -> str | None:
    return session.driver.number if session.driver else None


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
        return show_list(
            session_list(viewer()),
            query.sessions(viewer()),
            "shared/session_list.html",
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
