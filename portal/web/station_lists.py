"""The list of stations, the same for admins and operators; which rows is the query's business."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as translate
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, func

from portal.domain import connectors
from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import Area, Operator, Station, StationStatus
from portal.queries import stations as query
from portal.queries.areas import area_choices, operator_choices

from .auth import viewer as asking
from .filters import hardware_summary
from .list_specs import Choices, Column, Filter, ListSpec, choice_filter, text_filter

__all__ = ["STATUS_LABELS", "hardware_summary", "operator_filter", "station_list"]

VISIBILITY_LABELS = {
    "true": _("Visible"),
    "false": _("Hidden"),
    "unseen": _("Hidden and unseen"),
}
STATUS_LABELS = {
    StationStatus.AVAILABLE.value: _("Available"),
    StationStatus.UNAVAILABLE.value: _("Unavailable"),
    StationStatus.PLANNED.value: _("Planned"),
    StationStatus.CLOSED.value: _("Closed"),
}


def station_list(viewer: Viewer) -> ListSpec:
    """Columns and filters for this viewer: only admins see operators.

    Rows are Station of `queries.stations.stations_with_hardware`.
    """
    return ListSpec(
        noun="stations",
        columns=[column for column in _columns() if viewer.is_admin or not column.key.startswith("operator")],
        identity=Station.id,
        default_sort="name",
        filters=_filters(viewer),
        search=Station.search,
        search_label=_("Search by code, name, address or city"),
    )


def operator_filter() -> Filter:
    """A choice among the operators that the viewer manages, for Selects that have Operator joined."""
    return Filter("operator", _("Operator"), _operators, query.of_operator)


def _columns() -> list[Column]:
    return [
        Column("name", _("Station"), func.lower(Station.name), lambda s: s.name),
        Column("code", _("Code"), Station.code, lambda s: s.code),
        Column("area", _("Area"), func.lower(Area.name), lambda s: s.area.name),
        Column("operator", _("Operator"), func.lower(func.coalesce(Operator.name, "")), _operator_name),
        Column("connectors", _("Connectors"), None, hardware_summary),
        Column("visible", _("Visibility"), Station.visible, lambda s: s.visible),
        Column("status", _("Status"), Station.status, lambda s: s.status.value),
        _extra("area_code", _("Area code"), Area.code, lambda s: s.area.code),
        _extra("operator_code", _("Operator code"), func.coalesce(Operator.code, ""), _operator_code),
        _extra("address", _("Address"), func.lower(func.coalesce(Station.address, "")), lambda s: s.address),
        _extra("zip", _("Zip code"), func.coalesce(Station.zip, ""), lambda s: s.zip),
        _extra("city", _("City"), func.lower(func.coalesce(Station.city, "")), lambda s: s.city),
        _extra("country", _("Country"), func.coalesce(Station.country, ""), lambda s: s.country),
        _extra("latitude", _("Latitude"), Station.latitude, lambda s: s.latitude),
        _extra("longitude", _("Longitude"), Station.longitude, lambda s: s.longitude),
        _extra("created_at", _("Created"), Station.created_at, lambda s: s.created_at, export=False),
        _extra("updated_at", _("Changed"), Station.updated_at, lambda s: s.updated_at, export=False),
    ]


def _extra(
    key: str, label: Any, sort: Any, value: Callable[[Station], object], *, export: bool = True
) -> Column:
    """A column that the picker offers; the present files have those that they always had."""
    return Column(key, label, sort, value if export else None, shown=False, cell=value)


def _filters(viewer: Viewer) -> list[Filter]:
    if viewer.is_admin:
        area_filter = text_filter("area", _("Area code"), query.in_area)
    else:
        area_filter = Filter("area", _("Area"), _own_areas, query.in_area)
    found = [
        area_filter,
        Filter("visible", _("Visibility"), tuple(VISIBILITY_LABELS.items()), _seen),
        choice_filter("status", _("Status"), Station.status, tuple(STATUS_LABELS.items())),
        Filter("connector", _("Connector"), _standards, _with_standard),
    ]
    return [operator_filter(), *found] if viewer.is_admin else found


def _operators() -> Choices:
    return [(code, name) for code, name in db.session.execute(operator_choices(asking()))]


def _own_areas() -> Choices:
    return [(code, name) for code, name in db.session.execute(area_choices(asking()))]


def _seen(stmt: Select[Any], value: str) -> Select[Any]:
    if value not in VISIBILITY_LABELS:
        raise Invalid("visible", "Expected one of: %(offered)s.", offered=", ".join(VISIBILITY_LABELS))
    if value == "unseen":
        return stmt.where(query.station_unseen(now()))
    return stmt.where(Station.visible.is_(value == "true"))


def _standards() -> Choices:
    return [(name, translate(label)) for name, label in connectors.choices()]


def _with_standard(stmt: Select[Any], value: str) -> Select[Any]:
    if value not in connectors.STANDARDS:
        offered = ", ".join(connectors.STANDARDS)
        raise Invalid("connector", "Expected one of: %(offered)s.", offered=offered)
    return query.with_standard(stmt, value)


def _operator_name(station: Station) -> str | None:
    return station.area.operator.name if station.area.operator else None


def _operator_code(station: Station) -> str | None:
    return station.area.operator.code if station.area.operator else None
