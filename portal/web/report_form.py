"""What a commission report is asked for, by its address: whose, which days, narrowed and grouped how."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.domain.days import day_bounds, day_value, next_month
from portal.domain.errors import Invalid, NotFound
from portal.domain.periods import Period, Preset, custom_period, period_of
from portal.domain.report_groups import By, Current, DriverKind
from portal.domain.text import N_
from portal.domain.viewer import Viewer
from portal.models import Operator
from portal.queries.report import ReportScope, report_operators, report_zones

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
GROUPS = {
    By.OPERATOR: _("Operator"),
    By.AREA: _("Area"),
    By.STATION: _("Station"),
    By.DAY: _("Day"),
    By.MONTH: _("Month"),
    By.DRIVER: _("Driver"),
    By.CURRENT: _("Current"),
}
LONGEST = 40
MOST_OPERATORS = 200
TYPED = ("from", "to", "area", "station", "currency", "key")


@dataclass
class Asked:
    """The address, read. `typed` is what stands in the fields, `errors` says what is wrong with them by name.

    No `operators` are all of them. `key` names one group of the report: whose sessions are asked for.
    """

    viewer: Viewer
    at: datetime
    operators: list[Operator]
    zones: list[str]
    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    preset: Preset = Preset.THIS_MONTH
    by: By = By.STATION
    days: tuple[date, date] | None = None
    page: int = 1

    @property
    def one(self) -> Operator | None:
        """The operator, where there is but one."""
        return self.operators[0] if len(self.operators) == 1 else None

    @property
    def groups(self) -> dict[By, Any]:
        return {by: words for by, words in GROUPS.items() if self.viewer.is_admin or by is not By.OPERATOR}

    def period(self, zone: str) -> Period:
        if self.days:
            return custom_period(zone, *self.days)
        return period_of(self.preset, zone, self.at)

    @property
    def periods(self) -> list[Period]:
        """One for each zone."""
        return [self.period(zone) for zone in self.zones]

    @property
    def scope(self) -> ReportScope:
        spans = {period.zone: (period.start, period.end) for period in self.periods}
        operators = tuple(operator.id for operator in self.operators)
        typed = self.typed
        return ReportScope(
            self.viewer, spans, operators, typed["area"], typed["station"], currency=typed["currency"]
        )

    @property
    def scope_of_key(self) -> ReportScope:
        """Only the sessions of the one group. Raises NotFound for what is no group."""
        scope, key = self.scope, self.typed["key"]
        if not key:
            return scope
        if self.by is By.OPERATOR:
            raise NotFound  # an operator is a filter of the report itself
        if self.by in (By.DAY, By.MONTH):
            return replace(scope, spans=self._spans_of(key))
        try:
            changed: dict[By, Callable[[], dict[str, Any]]] = {
                By.AREA: lambda: {"area": key},
                By.STATION: lambda: {"station": key},
                By.DRIVER: lambda: {"driver": DriverKind(key)},
                By.CURRENT: lambda: {"current": Current(key)},
            }
            return replace(scope, **changed[self.by]())
        except ValueError:
            raise NotFound from None

    def _spans_of(self, key: str) -> dict[str, tuple[datetime, datetime]]:
        """What of the period lies in that day or month, in each zone."""
        try:
            first = day_value("key", key)
        except Invalid:
            raise NotFound from None
        last = first if self.by is By.DAY else next_month(first) - timedelta(days=1)
        found = {}
        for period in self.periods:
            since, until = day_bounds(period.zone, first)[0], day_bounds(period.zone, last)[1]
            found[period.zone] = (max(since, period.start), min(until, period.end))
        return found

    def state(self, **changes: Any) -> dict[str, Any]:
        """The parameters of the address, some of them changed; what is empty or usual is left out."""
        usual = usual_group(self.viewer, self.operators)
        now: dict[str, Any] = {
            "operator": [operator.code for operator in self.operators] if self.viewer.is_admin else None,
            "area": self.typed["area"],
            "station": self.typed["station"],
            "preset": self.preset.value if self.preset not in (Preset.THIS_MONTH, Preset.CUSTOM) else None,
            "from": self.days[0].isoformat() if self.days else None,
            "to": self.days[1].isoformat() if self.days else None,
            "by": self.by.value if self.by is not usual else None,
        }
        return {name: value for name, value in (now | changes).items() if value}


def read(session: Session, args: MultiDict[str, str], viewer: Viewer, at: datetime) -> Asked:
    """What is wrong stands in `errors` by the name of its field, and the usual value in its place.

    An operator's user asks about its own alone; another one's code is NotFound.
    """
    typed = {name: args.get(name, "").strip()[:LONGEST] for name in TYPED}
    typed["currency"] = typed["currency"].upper()
    errors: dict[str, str] = {}
    operators = _tried(errors, lambda: _operators(session, args.getlist("operator"), viewer), [])
    if not viewer.is_admin and not operators:
        raise NotFound
    zones = sorted({one.timezone for one in operators}) or list(session.scalars(report_zones(viewer)))
    asked = Asked(viewer, at, operators, zones, typed, errors)
    presets = [preset.value for preset in PRESETS]
    wanted = args.get("preset") or Preset.THIS_MONTH.value
    asked.preset = Preset(_tried(errors, lambda: _one_of("preset", wanted, presets), Preset.THIS_MONTH.value))
    asked.days = _tried(errors, lambda: _days(asked), None)
    if asked.days:
        asked.preset = Preset.CUSTOM
    usual = usual_group(viewer, operators)
    offered = [by.value for by in asked.groups]
    asked.by = By(_tried(errors, lambda: _one_of("by", args.get("by") or usual.value, offered), usual.value))
    page = args.get("page") or "1"
    asked.page = int(page) if re.fullmatch(r"[0-9]{1,6}", page) else 1
    return asked


def usual_group(viewer: Viewer, operators: Collection[Operator]) -> By:
    return By.OPERATOR if viewer.is_admin and len(operators) != 1 else By.STATION


def _tried(errors: dict[str, str], parse: Callable[[], Any], usual: Any) -> Any:
    try:
        return parse()
    except Invalid as error:
        errors[error.field] = translated(error)
        return usual


def _operators(session: Session, typed: list[str], viewer: Viewer) -> list[Operator]:
    """Codes, several of them also in one field with commas between them."""
    codes = list(dict.fromkeys(code for each in typed for code in re.split(r"[\s,;]+", each.upper()) if code))
    stmt = report_operators(viewer)
    if not codes:
        return [] if viewer.is_admin else list(session.scalars(stmt))
    if len(codes) > MOST_OPERATORS:
        raise Invalid("operator", N_("Choose at most %(most)s operators, or all."), most=MOST_OPERATORS)
    found = list(session.scalars(stmt.where(Operator.code.in_(codes))))
    known = {one.code for one in found}
    for code in codes:
        if code not in known:
            if not viewer.is_admin:
                raise NotFound
            raise Invalid("operator", N_("There is no operator with the code %(code)s."), code=code[:LONGEST])
    return found


def _days(asked: Asked) -> tuple[date, date] | None:
    """Days that were typed win over the name of a period."""
    first, last = asked.typed["from"], asked.typed["to"]
    if not first and not last:
        return None
    if not first:
        raise Invalid("from", N_("Choose the first day too."))
    since = day_value("from", first)
    until = day_value("to", last) if last else max(since, asked.period("UTC").last)
    custom_period("UTC", since, until)
    return since, until


def _one_of(name: str, value: str, offered: Collection[str]) -> str:
    if value in offered:
        return value
    raise Invalid(name, N_("Expected one of: %(offered)s."), offered=", ".join(offered))
