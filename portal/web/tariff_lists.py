"""The list of tariffs, the same for admins and operators; which rows is the query's business."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import and_, case, func

from portal.domain.errors import Invalid
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import Area, Operator, Station, Tariff
from portal.queries import tariffs as query
from portal.queries.areas import operator_choices
from portal.queries.paging import AnySelect

from .filters import amount
from .list_specs import Choices, Column, Filter, ListSpec

SITE, OPERATOR, AREA, STATION = "site", "operator", "area", "station"
SCOPES = {
    SITE: _("The whole site"),
    OPERATOR: _("An operator"),
    AREA: _("An area"),
    STATION: _("A station"),
}
CURRENT, COMING, OVER = "current", "coming", "over"
STATES = {CURRENT: _("In force"), COMING: _("To come"), OVER: _("Over")}
TONES = {CURRENT: "success", COMING: "info", OVER: "neutral"}


def tariff_list(reader: Viewer, at: datetime) -> ListSpec:
    """Columns and filters; rows are Tariff of `queries.tariffs.tariffs`."""
    filters = [
        Filter("state", _("Status"), tuple(STATES.items()), lambda stmt, value: _in_state(stmt, value, at)),
        Filter("scope", _("For"), tuple(SCOPES.items()), _of_scope),
    ]
    if reader.is_admin:
        filters.append(Filter("operator", _("Operator"), lambda: _operators(reader), query.for_operator))
    return ListSpec(
        noun="tariffs",
        columns=_columns(at),
        identity=Tariff.id,
        default_sort="scope",
        filters=filters,
    )


def scope_of(tariff: Tariff) -> str:
    if tariff.station_id is not None:
        return STATION
    if tariff.area_id is not None:
        return AREA
    return SITE if tariff.operator_id is None else OPERATOR


def place_of(tariff: Tariff) -> Operator | Area | Station | None:
    """What it is for; None: the whole site. Loaded with the tariff."""
    return tariff.station or tariff.area or tariff.operator


def state_of(tariff: Tariff, at: datetime) -> str:
    if tariff.valid_from > at:
        return COMING
    return CURRENT if tariff.valid_to is None or at < tariff.valid_to else OVER


def tariff_words(at: datetime) -> dict[str, Any]:
    """What the templates of tariffs say them with."""
    return {
        "scope_of": scope_of,
        "place_of": place_of,
        "scopes": SCOPES,
        "state_of": lambda tariff: state_of(tariff, at),
        "states": STATES,
        "tones": TONES,
    }


def _operators(reader: Viewer) -> Choices:
    return [(code, name) for code, name in db.session.execute(operator_choices(reader))]


def _columns(at: datetime) -> list[Column]:
    prices = (
        ("price_per_kwh", _("Per kWh")),
        ("price_per_session", _("Per session")),
        ("price_per_hour", _("Per hour")),
        ("price_per_idle_hour", _("Per hour idle")),
    )
    return [
        Column("name", _("Tariff"), func.lower(Tariff.name), lambda t: t.name),
        Column("scope", _("For"), _distance(), lambda t: scope_of(t)),
        Column("code", _("Code"), None, _code, shown=False, cell=_code),
        *(_price(key, label) for key, label in prices),
        Column("vat_percent", _("VAT"), Tariff.vat_percent, lambda t: t.vat_percent, numeric=True),
        _extra("currency", _("Currency"), Tariff.currency, lambda t: t.currency),
        _extra("step_wh", _("Step in Wh"), Tariff.step_wh, lambda t: t.step_wh, numeric=True),
        _extra("max_price", _("Maximum price"), func.coalesce(Tariff.max_price, -1), lambda t: t.max_price),
        Column("valid_from", _("From"), Tariff.valid_from, lambda t: t.valid_from),
        _extra(
            "valid_to", _("Until"), func.coalesce(Tariff.valid_to, Tariff.valid_from), lambda t: t.valid_to
        ),
        Column("state", _("Status"), None, lambda t: state_of(t, at)),
    ]


def _price(key: str, label: Any) -> Column:
    shown = key in ("price_per_kwh", "price_per_session", "price_per_idle_hour")
    return Column(
        key,
        label,
        getattr(Tariff, key),
        lambda tariff: getattr(tariff, key),
        numeric=True,
        shown=shown,
        cell=lambda tariff: amount(getattr(tariff, key), tariff.currency),
    )


def _extra(
    key: str, label: Any, sort: Any, value: Callable[[Tariff], object], *, numeric: bool = False
) -> Column:
    return Column(key, label, sort, value, numeric=numeric, shown=False, cell=value)


def _code(tariff: Tariff) -> str | None:
    place = place_of(tariff)
    return place.code if place is not None else None


def _distance() -> Any:
    """The widest first, each kind by its code."""
    kind = case(
        (Tariff.station_id.is_not(None), "4"),
        (Tariff.area_id.is_not(None), "3"),
        (Tariff.operator_id.is_not(None), "2"),
        else_="1",
    )
    return kind + func.coalesce(Station.code, Area.code, Operator.code, "")


def _of_scope(stmt: AnySelect, value: str) -> AnySelect:
    columns = {OPERATOR: Tariff.operator_id, AREA: Tariff.area_id, STATION: Tariff.station_id}
    if value in columns:
        return stmt.where(columns[value].is_not(None))
    if value != SITE:
        raise Invalid("scope", "Expected one of: %(offered)s.", offered=", ".join(SCOPES))
    return stmt.where(and_(*(column.is_(None) for column in columns.values())))


def _in_state(stmt: AnySelect, value: str, at: datetime) -> AnySelect:
    conditions = {
        CURRENT: query.in_force(at),
        COMING: Tariff.valid_from > at,
        OVER: Tariff.valid_to <= at,
    }
    if value not in conditions:
        raise Invalid("state", "Expected one of: %(offered)s.", offered=", ".join(STATES))
    return stmt.where(conditions[value])
