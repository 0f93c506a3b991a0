"""What analytics are asked for, by their address: whose, which days, in which pieces, grouped and sorted how."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import list_currencies
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from portal.domain.days import day_value
from portal.domain.errors import Invalid
from portal.domain.periods import Grain, Period, Preset, check_grain, custom_period, period_of, usual_grain
from portal.domain.text import N_
from portal.domain.viewer import Viewer
from portal.models import Operator
from portal.queries.analytics import Group, Scope

from .errors import translated

PRESETS = {
    Preset.TODAY: _("Today"),
    Preset.YESTERDAY: _("Yesterday"),
    Preset.LAST_7_DAYS: _("Last 7 days"),
    Preset.THIS_MONTH: _("This month"),
    Preset.LAST_MONTH: _("Last month"),
    Preset.LAST_12_MONTHS: _("Last 12 months"),
    Preset.THIS_YEAR: _("This year"),
}
GRAINS = {Grain.HOUR: _("By hour"), Grain.DAY: _("By day"), Grain.MONTH: _("By month")}
GROUPS = {
    Group.OPERATOR: _("Operators"),
    Group.AREA: _("Areas"),
    Group.STATION: _("Stations"),
    Group.CHARGER: _("Chargers"),
}
SORTS = ("name", "sessions", "energy", "net", "occupancy")
USUAL_SORT = "-energy"
LONGEST = 40


@dataclass
class Asked:
    """The address, read. `typed` is what stands in the fields, `errors` says what is wrong with them by name.

    `zone_owner` is the operator whose zone holds; None where it is the site's. `currency` is empty when not chosen.
    """

    viewer: Viewer
    at: datetime
    offered: Sequence[Operator]
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    operators: list[Operator] = field(default_factory=list)
    preset: Preset = Preset.THIS_MONTH
    grain: Grain = Grain.DAY
    group: Group = Group.STATION
    currency: str = ""
    sort: str = USUAL_SORT
    page: int = 1

    def __post_init__(self) -> None:
        self.period: Period = period_of(Preset.THIS_MONTH, self.zone, self.at)

    @property
    def zone_owner(self) -> str | None:
        if not self.viewer.is_admin:
            return self.viewer.operator_name
        return self.operators[0].name if len(self.operators) == 1 else None

    @property
    def zone(self) -> str:
        return self.operators[0].timezone if len(self.operators) == 1 else self.viewer.zone

    @property
    def usual_currency(self) -> str | None:
        """That of the one operator whose figures these are."""
        return self.operators[0].currency if len(self.operators) == 1 else None

    @property
    def scope(self) -> Scope:
        chosen = tuple(operator.id for operator in self.operators) if self.viewer.is_admin else ()
        return Scope(self.viewer, chosen, self.typed.get("area", ""), self.typed.get("station", ""))

    @property
    def groups(self) -> dict[Group, Any]:
        offered = list(GROUPS) if self.viewer.is_admin else [Group.AREA, Group.STATION, Group.CHARGER]
        return {group: GROUPS[group] for group in offered}

    @property
    def before(self) -> Period:
        return self.period.before(self.at)

    def state(self, **changes: Any) -> dict[str, Any]:
        """The parameters of the address, some of them changed; None and what is usual are left out."""
        now: dict[str, Any] = {
            "operator": [operator.code for operator in self.operators] if self.viewer.is_admin else None,
            "area": self.typed.get("area"),
            "station": self.typed.get("station"),
            "period": self.preset.value if self.preset is not Preset.CUSTOM else None,
            "from": self.period.first.isoformat() if self.preset is Preset.CUSTOM else None,
            "to": self.period.last.isoformat() if self.preset is Preset.CUSTOM else None,
            "by": self.grain.value if self.grain is not usual_grain(self.period) else None,
            "group": self.group.value if self.group is not Group.STATION else None,
            "currency": self.currency,
            "sort": self.sort if self.sort != USUAL_SORT else None,
            "page": str(self.page) if self.page > 1 else None,
        }
        now |= {"page": None} | changes
        return {name: value for name, value in now.items() if value}


def read(
    args: MultiDict[str, str], viewer: Viewer, offered: Sequence[Operator], own: Operator | None, at: datetime
) -> Asked:
    """`offered` are the operators that an admin chooses from, `own` is that of an operator's user.

    What is wrong stands in `errors` by the name of its field, and the usual value in its place. Raises Invalid for
    what no field of the page holds: sort and page.
    """
    typed = {name: _typed(args.get(name, "")) for name in ("from", "to", "area", "station")}
    asked = Asked(viewer, at, offered, typed, operators=[own] if own else [])
    if own is None:
        _try(asked, lambda: _operators(asked, [_typed(code) for code in args.getlist("operator")]))
    _try(asked, lambda: _period(asked, args.get("period", "")))
    _try(asked, lambda: _grain(asked, args.get("by", "")))
    _try(asked, lambda: _group(asked, args.get("group", "")))
    _try(asked, lambda: _currency(asked, args.get("currency", "")))
    asked.sort = _one_of("sort", args.get("sort") or USUAL_SORT, [*SORTS, *(f"-{key}" for key in SORTS)])
    page = args.get("page") or "1"
    if not (page.isascii() and page.isdigit() and 0 < int(page[:9]) < 10**6):
        raise Invalid("page", N_("Expected a whole number."))
    asked.page = int(page)
    return asked


def _typed(text: str) -> str:
    return text.strip()[:LONGEST]


def _try(asked: Asked, parse: Callable[[], None]) -> None:
    try:
        parse()
    except Invalid as error:
        asked.errors[error.field] = translated(error)


def _operators(asked: Asked, codes: Sequence[str]) -> None:
    known = {operator.code: operator for operator in asked.offered}
    wanted = dict.fromkeys(code.upper() for code in codes if code)
    asked.operators = [known[code] for code in wanted if code in known]
    asked.period = period_of(Preset.THIS_MONTH, asked.zone, asked.at)
    for code in wanted:
        if code not in known:
            raise Invalid("operator", N_("There is no operator with the code %(code)s."), code=code)


def _period(asked: Asked, name: str) -> None:
    """Days that were typed win over the name of a period."""
    first, last = asked.typed["from"], asked.typed["to"]
    if first or last:
        asked.preset = Preset.CUSTOM
        if not first:
            raise Invalid("from", N_("Choose the first day too."))
        until = day_value("to", last) if last else asked.at.astimezone(ZoneInfo(asked.zone)).date()
        asked.period = custom_period(asked.zone, day_value("from", first), until)
    else:
        presets = [preset.value for preset in PRESETS]
        asked.preset = Preset(_one_of("period", name or Preset.THIS_MONTH.value, presets))
        asked.period = period_of(asked.preset, asked.zone, asked.at)


def _grain(asked: Asked, name: str) -> None:
    asked.grain = usual_grain(asked.period)
    if name:
        grain = Grain(_one_of("by", name, [grain.value for grain in Grain]))
        check_grain(asked.period, grain)
        asked.grain = grain


def _group(asked: Asked, name: str) -> None:
    asked.group = Group(_one_of("group", name or asked.group.value, [group.value for group in asked.groups]))


def _currency(asked: Asked, code: str) -> None:
    if code:
        asked.currency = _one_of("currency", code.strip().upper(), list_currencies())


def _one_of(name: str, value: str, offered: Collection[str]) -> str:
    if value in offered:
        return value
    if len(offered) > 20:
        raise Invalid(name, N_("Choose one from the list."))
    raise Invalid(name, N_("Expected one of: %(offered)s."), offered=", ".join(offered))
