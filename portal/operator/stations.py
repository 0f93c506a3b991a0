"""One's own stations: what stands there, and who sees it."""

from flask import Response, url_for
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.extensions import db
from portal.models import Operator, Station
from portal.queries import stations as query
from portal.queries.members import live_member_count, network_owner
from portal.web.auth import viewer
from portal.web.htmx import page
from portal.web.lists import export_list, show_list
from portal.web.live import StationNow
from portal.web.lookup import found
from portal.web.station_bulk import VISIBILITY
from portal.web.station_lists import station_list
from portal.web.stations import Toggle, change_visibility, settings_context, toggled

from .blueprint import bp


@bp.route("/stations/", methods=["GET", "POST"])
def stations() -> Response:
    members = db.session.scalar(live_member_count(_own(), now())) or 0
    return show_list(
        station_list(viewer()),
        query.stations_with_hardware(viewer()),
        "operator/stations/list.html",
        jobs=list(VISIBILITY.items()),
        toggle_of=lambda row: Toggle(row, members, *_addresses(row)),
    )


@bp.get("/stations/export.<any(csv,xlsx):kind>")
def stations_export(kind: str) -> Response:
    return export_list(station_list(viewer()), query.stations_with_hardware(viewer()), kind)


@bp.get("/stations/<code>/")
def station(code: str) -> Response:
    subject = found(db.session.scalar(query.station_with_hardware(viewer(), code)))
    return page(
        "operator/stations/details.html",
        fragment="charging",
        station=subject,
        toggle=_toggle(subject),
        now_here=StationNow.of(viewer(), subject),
        **settings_context(subject.area.operator, subject),
    )


@bp.post("/stations/<code>/visibility")
def station_visibility(code: str) -> BaseResponse:
    change_visibility(code)
    subject = found(db.session.scalar(query.station(viewer(), code)))
    return toggled(_toggle(subject), url_for(".station", code=subject.code))


def _toggle(subject: Station) -> Toggle:
    return Toggle.of(subject, *_addresses(subject))


def _addresses(subject: Station) -> tuple[str, str]:
    return url_for(".station_visibility", code=subject.code), url_for(".members")


def _own() -> Operator:
    return found(db.session.scalar(network_owner(viewer())))
