"""Chargers and connectors of a station: small forms of their own, reached from the station's page."""

from collections.abc import Callable
from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Conflict
from portal.extensions import db
from portal.models import Charger, Connector, CurrentType
from portal.queries import stations as query
from portal.services import hardware
from portal.web.auth import actor, viewer
from portal.web.htmx import go
from portal.web.lookup import found
from portal.web.transaction import transaction

from .blueprint import bp
from .forms_hardware import ChargerForm, ConnectorForm
from .saving import attempt, form_page
from .stations import station_page, to_change

CHARGER = "/stations/<code>/chargers/<int(max=9007199254740991):charger_id>"
CONNECTOR = CHARGER + "/connectors/<int(max=9007199254740991):connector_id>"


@bp.route("/stations/<code>/chargers/new", methods=["GET", "POST"])
def charger_new(code: str) -> Response:
    form = ChargerForm()

    def add(session: Session) -> None:
        hardware.add_charger(session, to_change(session, code), form.uid.data, _current(form), **_said())

    return _answer(code, form, add, _("Add a charger"))


@bp.route(CHARGER + "/edit", methods=["GET", "POST"])
def charger_edit(code: str, charger_id: int) -> Response:
    form = ChargerForm(obj=_charger(db.session(), code, charger_id))

    def change(session: Session) -> None:
        charger = _charger(session, code, charger_id)
        hardware.update_charger(session, charger, form.uid.data, _current(form), **_said())

    return _answer(code, form, change, _("Change a charger"))


@bp.post(CHARGER + "/delete")
def charger_delete(code: str, charger_id: int) -> Response:
    return _remove(
        code,
        lambda session: hardware.remove_charger(session, _charger(session, code, charger_id), **_said()),
        _("The charger is removed."),
    )


@bp.route(CHARGER + "/connectors/new", methods=["GET", "POST"])
def connector_new(code: str, charger_id: int) -> Response:
    charger = _charger(db.session(), code, charger_id)
    form = ConnectorForm(number=max((each.number for each in charger.connectors), default=0) + 1)

    def add(session: Session) -> None:
        hardware.add_connector(session, _charger(session, code, charger_id), _data(form), **_said())

    return _answer(code, form, add, _("Add a connector to charger %(uid)s", uid=charger.uid))


@bp.route(CONNECTOR + "/edit", methods=["GET", "POST"])
def connector_edit(code: str, charger_id: int, connector_id: int) -> Response:
    connector = _connector(db.session(), code, charger_id, connector_id)
    form = ConnectorForm(obj=connector, max_kw=hardware.kilowatts(connector.max_w))

    def change(session: Session) -> None:
        subject = _connector(session, code, charger_id, connector_id)
        hardware.update_connector(session, subject, _data(form), **_said())

    return _answer(code, form, change, _("Change a connector of charger %(uid)s", uid=connector.charger.uid))


@bp.post(CONNECTOR + "/delete")
def connector_delete(code: str, charger_id: int, connector_id: int) -> Response:
    def remove(session: Session) -> None:
        subject = _connector(session, code, charger_id, connector_id)
        hardware.remove_connector(session, subject, **_said())

    return _remove(code, remove, _("The connector is removed."))


def _answer(code: str, form: FlaskForm, change: Callable[[Session], None], title: str) -> Response:
    """The form, or after saving the station's page."""
    station = found(db.session.scalar(query.station(viewer(), code)))
    url = url_for(".station", code=station.code)
    tried = attempt(form, change)
    if tried.done:
        flash(_("The changes are saved."), "success")
        return go(f"{url}#hardware")
    return form_page("admin/stations/hardware.html", form, tried, code=code.upper(), title=title, url=url)


def _remove(code: str, remove: Callable[[Session], None], told: str) -> Response:
    try:
        with transaction() as session:
            remove(session)
    except Conflict as error:
        return station_page(code, refusal=error, http_status=409)
    flash(told, "success")
    return go(url_for(".station", code=code.upper()) + "#hardware")


def _charger(session: Session, code: str, charger_id: int) -> Charger:
    station = found(session.scalar(query.station(viewer(), code)))
    return found(session.scalar(query.charger(station, charger_id)))


def _connector(session: Session, code: str, charger_id: int, connector_id: int) -> Connector:
    station = found(session.scalar(query.station(viewer(), code)))
    return found(session.scalar(query.connector(station, charger_id, connector_id)))


def _current(form: ChargerForm) -> CurrentType:
    return CurrentType(form.current_type.data)


def _data(form: ConnectorForm) -> hardware.ConnectorData:
    return hardware.ConnectorData(form.number.data, form.standard.data, form.max_kw.data)


def _said() -> dict[str, Any]:
    return {"actor": actor(), "at": now()}
