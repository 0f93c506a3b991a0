"""Stations: the list, one station, its visibility, and its end."""

from typing import Any

from flask import Response, flash, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Conflict
from portal.extensions import db
from portal.models import Station
from portal.queries import stations as query
from portal.services.stations import close_station, delete_station
from portal.web.auth import actor, viewer
from portal.web.htmx import go, page
from portal.web.lists import export_list, show_list
from portal.web.live import StationNow
from portal.web.lookup import found
from portal.web.station_bulk import ALL
from portal.web.station_lists import station_list
from portal.web.stations import Toggle, change_visibility, settings_context, toggled, unseen_among
from portal.web.transaction import transaction
from portal.web.undo import offer_undo

from .blueprint import bp


@bp.route("/stations/", methods=["GET", "POST"])
def stations() -> Response:
    stmt = query.stations_with_hardware(viewer())
    shown: dict[str, Any] = {"jobs": list(ALL.items()), "unseen_among": unseen_among}
    return show_list(station_list(viewer()), stmt, "admin/stations/list.html", **shown)


@bp.get("/stations/export.<any(csv,xlsx):kind>")
def stations_export(kind: str) -> Response:
    return export_list(station_list(viewer()), query.stations_with_hardware(viewer()), kind)


@bp.get("/stations/<code>/")
def station(code: str) -> Response:
    return station_page(code)


@bp.post("/stations/<code>/visibility")
def station_visibility(code: str) -> BaseResponse:
    change_visibility(code)
    subject = found(db.session.scalar(query.station(viewer(), code)))
    return toggled(_toggle(subject), url_for(".station", code=subject.code))


@bp.post("/stations/<code>/close")
def station_close(code: str) -> BaseResponse:
    with transaction() as session:
        event = close_station(session, to_change(session, code), actor=actor(), at=now())
    flash(_("The station is closed and off the map."), "success")
    offer_undo(event)
    return go(url_for(".station", code=code.upper()))


@bp.post("/stations/<code>/delete")
def station_delete(code: str) -> BaseResponse:
    try:
        with transaction() as session:
            delete_station(session, to_change(session, code), actor=actor(), at=now())
    except Conflict as error:
        return station_page(code, refusal=error, http_status=409)
    flash(_("Station %(code)s is deleted.", code=code.upper()), "success")
    return go(url_for(".stations"))


def to_change(session: Session, code: str) -> Station:
    """The station, locked until the transaction ends."""
    return found(session.scalar(query.station(viewer(), code).with_for_update(of=Station)))


def station_page(code: str, refusal: Conflict | None = None, http_status: int = 200) -> Response:
    subject = found(db.session.scalar(query.station_with_hardware(viewer(), code)))
    return page(
        "admin/stations/details.html",
        fragment="charging",
        http_status=http_status,
        station=subject,
        toggle=_toggle(subject),
        now_here=StationNow.of(viewer(), subject),
        refusal=refusal,
        **settings_context(subject.area.operator, subject),
    )


def _toggle(subject: Station) -> Toggle:
    operator = subject.area.operator
    members = url_for(".operator_members", code=operator.code) if operator else None
    return Toggle.of(subject, url_for(".station_visibility", code=subject.code), members)
