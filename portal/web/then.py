"""Who could see a station then, and what it was over time: the same pages for the CPO and for an operator."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import func
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.moments import addressed_moment, moment_text, past_instants
from portal.domain.zones import offset_text
from portal.extensions import db
from portal.models import Driver, Membership, Station
from portal.queries.access_times import MOST, station_moments, stretches
from portal.queries.stations import station
from portal.queries.then import StationThen, audience_then, station_then, station_then_of

from .auth import viewer
from .errors import translated
from .htmx import page
from .lists import Column, ListSpec, export_list, show_list
from .lookup import found
from .searching import count_search

SPEC = ListSpec(
    noun="audience",
    columns=(
        Column("name", _("Driver"), func.lower(Driver.name), lambda row: row[0].name),
        Column("number", _("Driver number"), Driver.number, lambda row: row[0].number),
        Column("granted_at", _("Granted"), Membership.granted_at, lambda row: row[1].granted_at),
        Column("granted_by", _("Granted by"), None, lambda row: row[1].granted_by),
        Column("valid_from_at", _("Valid from"), None, lambda row: row[1].valid_from),
        Column("valid_to_at", _("Valid to"), None, lambda row: row[1].valid_to),
        Column("revoked_at", _("Revoked"), None, lambda row: row[1].revoked_at),
    ),
    identity=Membership.id,
    default_sort="name",
    search=Driver.search,
    search_label=_("Search these drivers by name, number, email, phone or token"),
    row=lambda row: (row[0], row[1]),
)


def moments_page(layout: str, code: str) -> BaseResponse:
    """Asks for a moment, beside what the station was over time; goes on to the moment that was named."""
    subject, typed = _station(code), request.args.get("at", "").strip()[:40]
    meant, error = _meant(typed)
    if len(meant) == 1:
        return redirect(url_for(".station_then_at", code=subject.code, moment=moment_text(meant[0])))
    rows = db.session.execute(station_moments(viewer(), subject, None, now())).all()
    return page(
        "shared/then.html",
        http_status=422 if error else 200,
        layout=layout,
        station=subject,
        typed=typed or _local(now()),
        error=error,
        choices=[(moment_text(each), offset_text(viewer().zone, each)) for each in meant],
        stretches=stretches(rows),
        cut=len(rows) == MOST,
        moment_text=moment_text,
    )


def then_page(layout: str, code: str, moment: str) -> Response:
    """What the station was at the moment, and the drivers who could see it through the private network."""
    subject, at, then = _then(code, moment)
    if request.args.get("q") and not viewer().is_admin:
        count_search()
    audience = audience_then(viewer(), subject, then, at)
    context: dict[str, Any] = {"station": subject, "at": at, "then": then, "typed": _local(at)}
    return show_list(SPEC, audience, "shared/then_list.html", layout=layout, **context)


def export_then(code: str, moment: str, kind: str) -> Response:
    subject, at, then = _then(code, moment)
    return export_list(SPEC, audience_then(viewer(), subject, then, at), kind)


def _station(code: str) -> Station:
    return found(db.session.scalar(station(viewer(), code)))


def _then(code: str, moment: str) -> tuple[Station, datetime, StationThen]:
    subject, at = _station(code), addressed_moment(moment, now())
    return subject, at, station_then_of(db.session.execute(station_then(viewer(), subject, at)).first())


def _meant(typed: str) -> tuple[tuple[datetime, ...], str]:
    """The instants that were named in the viewer's zone, and why it is none."""
    if not typed:
        return (), ""
    try:
        return past_instants("at", typed, viewer().zone, now()), ""
    except Invalid as error:
        return (), translated(error)


def _local(at: datetime) -> str:
    """As a date and time field shows it: to the minute, in the viewer's zone."""
    return f"{at.astimezone(ZoneInfo(viewer().zone)):%Y-%m-%dT%H:%M}"
