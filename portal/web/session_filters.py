"""What narrows a list of sessions: for admins, operators and drivers."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement

from portal.domain.days import day_bounds, day_value
from portal.domain.errors import Invalid
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import ChargingSession, Doubt
from portal.queries import sessions as query
from portal.queries.areas import area_choices
from portal.queries.paging import AnySelect

from .list_specs import Choices, Filter, choice_filter, day_filters, text_filter
from .session_words import DOUBT_LABELS, REASON_LABELS, STATUS_LABELS

OPEN, NONE, ACCEPTED = "open", "none", "accepted"
DOUBTS = {OPEN: _("Any"), NONE: _("None"), ACCEPTED: _("Accepted"), **DOUBT_LABELS}
STATUS = choice_filter("status", _("Status"), ChargingSession.status, tuple(STATUS_LABELS.items()))


def managed_filters(reader: Viewer) -> list[Filter]:
    """Days are those of the reader's zone; only admins see operators, operators choose among their own areas."""
    surface = "admin" if reader.is_admin else "operator"
    suggest = f"{surface}.why_suggest"
    area = Filter("area", _("Area"), lambda: _areas(reader), query.in_area)
    operator = []
    if reader.is_admin:
        area = text_filter("area", _("Area code"), query.in_area, "admin.station_areas")
        operator = [text_filter("operator", _("Operator code"), query.of_operator, suggest)]
    return [
        *day_filters(ChargingSession.started_at, reader.zone),
        text_filter("station", _("Station code"), query.at_station, suggest),
        area,
        *operator,
        text_filter("driver", _("Driver number"), query.of_driver, suggest),
        STATUS,
        choice_filter("reason", _("End reason"), ChargingSession.end_reason, tuple(REASON_LABELS.items())),
        Filter("doubt", _("Doubts"), tuple(DOUBTS.items()), _doubtful),
    ]


def own_filters(reader: Viewer) -> list[Filter]:
    """A day is that of each session's operator; `reader` is a driver."""
    started = ChargingSession.started_at
    return [
        _local_day(reader, "from", _("From"), lambda span: started >= span[0]),
        _local_day(reader, "to", _("To"), lambda span: started < span[1]),
        text_filter("station", _("Station code"), query.at_station),
        STATUS,
    ]


def _local_day(
    reader: Viewer, name: str, label: Any, within: Callable[[tuple[Any, Any]], ColumnElement[bool]]
) -> Filter:
    def apply(stmt: AnySelect, value: str) -> AnySelect:
        day = day_value(name, value)
        zones = db.session.scalars(query.zones_of(reader, reader.zone))
        return stmt.where(query.in_zones(reader.zone, ((z, within(day_bounds(z, day))) for z in zones)))

    return Filter(name, label, (), apply, kind="date")


def _areas(reader: Viewer) -> Choices:
    return [(code, name) for code, name in db.session.execute(area_choices(reader))]


def _doubtful(stmt: AnySelect, value: str) -> AnySelect:
    if value not in DOUBTS:
        raise Invalid("doubt", "Expected one of: %(offered)s.", offered=", ".join(DOUBTS))
    if value == OPEN:
        return query.doubtful(stmt)
    if value == NONE:
        return query.undoubted(stmt)
    return query.accepted(stmt) if value == ACCEPTED else query.doubtful(stmt, Doubt(value))
