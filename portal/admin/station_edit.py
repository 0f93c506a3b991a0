"""Stations: create and change."""

from decimal import Decimal
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Change, Conflict, Invalid
from portal.domain.text import N_, fold
from portal.extensions import db
from portal.models import Area, AuditEvent, CurrentType, Station
from portal.queries import areas as area_query
from portal.queries import stations as query
from portal.services.hardware import ConnectorData, add_charger, add_connector
from portal.services.stations import StationData, create_station, update_station
from portal.web.auth import actor, viewer
from portal.web.htmx import go, page
from portal.web.lookup import found
from portal.web.stations import settings_context
from portal.web.undo import offer_undo

from .blueprint import bp
from .forms_hardware import NewStationForm, StationForm
from .saving import Attempt, attempt, form_page
from .stations import to_change

FIELDS = StationData.__slots__


@bp.route("/stations/new", methods=["GET", "POST"])
def station_new() -> BaseResponse:
    form = NewStationForm(area=request.args.get("area", ""), visible=request.args.get("hidden") != "true")
    tried = attempt(form, lambda session: _create(session, form))
    if not tried.done:
        return _form(form, tried)
    flash(_("The station is created."), "success")
    return go(url_for(".station", code=tried.value))


@bp.route("/stations/<code>/edit", methods=["GET", "POST"])
def station_edit(code: str) -> BaseResponse:
    form = StationForm(data=_shown(found(db.session.scalar(query.station(viewer(), code)))))
    tried = attempt(form, lambda session: _update(session, code, form))
    if not tried.done:
        return _form(form, tried, found(db.session.scalar(query.station(viewer(), code))))
    flash(_("The changes are saved."), "success")
    offer_undo(tried.value)
    return go(url_for(".station", code=code.upper()))


@bp.get("/stations/areas")
def station_areas() -> Response:
    """Areas that match what is typed into the form's field, to choose from."""
    typed = fold((request.args.get("area") or request.args.get("to", ""))[:100])
    areas = db.session.scalars(area_query.areas_like(viewer(), typed)).all()
    return page("admin/stations/areas.html", areas=areas)


def _create(session: Session, form: NewStationForm) -> str:
    area = _area(session, form)
    said: dict[str, Any] = {"actor": actor(), "at": now()}
    station = create_station(session, form.code.data, area, _data(form), visible=form.visible.data, **said)
    if form.standard.data:
        charger = add_charger(session, station, form.uid.data, CurrentType(form.current_type.data), **said)
        data = ConnectorData(form.number.data, form.standard.data, form.max_kw.data)
        add_connector(session, charger, data, **said)
    return station.code


def _update(session: Session, code: str, form: StationForm) -> AuditEvent | None:
    station, area = to_change(session, code), _area(session, form)
    try:
        said: dict[str, Any] = {"actor": actor(), "at": now()}
        return update_station(session, station, area, _data(form), version=form.opened_on(), **said)
    except Conflict as error:
        changes = tuple(_by_code(each, station, area) for each in error.changes)
        raise Conflict(error.message, changes=changes) from None


def _by_code(change: Change, station: Station, area: Area) -> Change:
    """People know areas by their code, not by their number."""
    return Change("area", station.area.code, area.code) if change.field == "area_id" else change


def _area(session: Session, form: StationForm) -> Area:
    area = session.scalar(area_query.area(viewer(), (form.area.data or "").strip()))
    if area is None:
        raise Invalid("area", N_("There is no area with this code."))
    return area


def _data(form: StationForm) -> StationData:
    values = {name: form[name].data for name in FIELDS}
    return StationData(**{**values, "status": form.chosen_status()})


def _shown(station: Station) -> dict[str, Any]:
    """The station as the form's fields hold it."""
    values = {name: getattr(station, name) for name in FIELDS}
    limit: Decimal | None = station.monetary_session_limit
    values["monetary_session_limit"] = None if limit is None else Decimal(f"{limit.normalize():f}")
    return {**values, "status": station.status.value, "area": station.area.code, "version": station.version}


def _form(form: StationForm, tried: Attempt, station: Station | None = None) -> Response:
    areas = db.session.scalars(area_query.areas_like(viewer(), "")).all()
    inherited = settings_context(station.area.operator if station else None)
    return form_page("admin/stations/form.html", form, tried, station, areas=areas, **inherited)
