"""A driver's own sessions: what, where and when it charged, and what that costs; nothing of the operator's work."""

from typing import Any

from flask import Response
from flask_babel import lazy_gettext as _
from sqlalchemy import func

from portal.domain.clock import now
from portal.domain.errors import Forbidden
from portal.domain.rating import Line, Prices
from portal.domain.text import N_
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import ChargingSession, Role, Station
from portal.queries import sessions as query
from portal.web.auth import viewer
from portal.web.day_presets import day_presets
from portal.web.filters import duration, local_time
from portal.web.htmx import page
from portal.web.list_specs import Column, ListSpec
from portal.web.lists import export_list, show_list
from portal.web.lookup import found, row_id
from portal.web.session_files import FOR_DRIVERS, session_files
from portal.web.session_filters import own_filters
from portal.web.session_lists import ended, extra, known
from portal.web.session_page import zone_of
from portal.web.session_words import status_label

from .blueprint import bp


def own_list(reader: Viewer) -> ListSpec:
    """Rows are the driver's ChargingSession; times are those of each session's operator."""
    return ListSpec(
        noun="sessions",
        columns=_columns(),
        identity=ChargingSession.id,
        default_sort="-started_at",
        filters=own_filters(reader),
        totals=query.session_totals,
        files=session_files(FOR_DRIVERS, reader.zone, local_to_operator=True),
    )


@bp.route("/sessions/", methods=["GET", "POST"])
def my_sessions() -> Response:
    reader = _driver()
    presets = day_presets(reader.zone, now())
    return show_list(
        own_list(reader), query.sessions(reader), "auth/sessions.html", presets=presets, **_words()
    )


@bp.get("/sessions/export.<any(csv,xlsx):kind>")
def my_sessions_export(kind: str) -> Response:
    reader = _driver()
    return export_list(own_list(reader), query.sessions(reader), kind)


@bp.get("/sessions/<int:session_id>/")
def my_session(session_id: int) -> Response:
    """What was charged, line by line."""
    one = query.sessions(_driver()).where(ChargingSession.id == row_id(session_id))
    shown = found(db.session.scalar(one))
    lines = [Line.from_json(each) for each in shown.rating or ()]
    tariff = Prices.from_json(shown.tariff) if shown.tariff else None
    return page("auth/session.html", session=shown, lines=lines, tariff=tariff, **_words())


def _driver() -> Viewer:
    asking = viewer()
    if asking.role is not Role.DRIVER:
        raise Forbidden(N_("Only drivers have sessions of their own."))
    return asking


def _words() -> dict[str, Any]:
    return {"zone_of": zone_of, "lasted": query.lasted, "status_label": status_label}


def _columns() -> list[Column]:
    s = ChargingSession
    return [
        Column("started_at", _("Start and end"), s.started_at),
        extra(
            "ended_at",
            _("End"),
            ended(),
            lambda s: local_time(s.ended_at, zone_of(s)) if s.ended_at else None,
        ),
        Column("duration_s", _("Duration"), numeric=True),
        extra(
            "charging_s", _("Charging"), known(s.charging_s), lambda s: duration(s.charging_s), numeric=True
        ),
        extra("idle_s", _("Idle"), known(s.idle_s), lambda s: duration(s.idle_s), numeric=True),
        Column("station", _("Station"), func.lower(Station.name)),
        Column("energy_wh", _("Energy"), known(s.energy_wh), numeric=True),
        Column("amount", _("Amount"), numeric=True),
        Column("status", _("Status")),
        extra("external_id", _("Number"), s.external_id, lambda s: s.external_id),
    ]
