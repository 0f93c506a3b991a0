"""Figures of analytics in words: each measure, its unit, and how it changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from portal.domain.buckets import Bucket
from portal.domain.periods import Grain
from portal.queries.analytics_figures import Figures

from .charts import Value
from .filters import duration, energy, local_date, local_time, money, number
from .locale import present_locale

NOTHING = "–"
ONE_PLACE = Decimal("0.1")
MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured: its name, the value of some figures, and that value in words."""

    key: str
    title: Any
    value: Callable[[Figures], Value]
    words: Callable[[Value], str]

    def shown(self, figures: Figures) -> str:
        value = self.value(figures)
        return NOTHING if value is None else self.words(value)


def measures(currency: str) -> dict[str, Measure]:
    """All of them by their keys, amounts in this currency."""

    def in_money(value: Value) -> str:
        return money(int(value or 0), currency)

    made = (
        Measure("sessions", lazy_gettext("Sessions"), lambda f: f.sessions, _count),
        Measure("energy", lazy_gettext("Energy"), lambda f: f.energy_wh, _energy),
        Measure("net", lazy_gettext("Revenue, net"), lambda f: f.net(currency), in_money),
        Measure("vat", lazy_gettext("VAT"), lambda f: f.vat(currency), in_money),
        Measure("occupancy", lazy_gettext("Occupancy"), lambda f: f.occupancy, percent),
        Measure("mean_energy", lazy_gettext("Energy per session"), lambda f: f.mean_wh, _energy),
        Measure("mean_time", lazy_gettext("Time per session"), lambda f: f.mean_seconds, _time),
    )
    return {measure.key: measure for measure in made}


def change(measure: Measure, now: Figures, before: Figures) -> str:
    """Absolutely and in percent; where there is no base for one, that is said."""
    new, old = measure.value(now), measure.value(before)
    if new is None or old is None:
        return str(_("The period before has no such figure to compare with."))
    if new == old:
        return str(_("As in the period before."))
    sign = "+" if new > old else "−"
    difference = abs(Decimal(new) - Decimal(old))
    moved = _moved(measure, difference)
    said = {"change": sign + moved, "before": measure.words(old)}
    if old <= 0:
        return str(_("%(change)s; no base for a percentage: %(before)s before", **said))
    relative = percent((difference * 100 / old).quantize(ONE_PLACE))
    return str(_("%(change)s (%(percent)s), %(before)s before", percent=sign + relative, **said))


def bucket_label(bucket: Bucket, grain: Grain, zone: str) -> str:
    """Its hour, day or month in the zone; a repeated hour has its offset, a part of a month its days."""
    if grain is Grain.HOUR:
        return local_time(bucket.start, zone)
    if grain is Grain.DAY:
        return local_date(bucket.start, zone)
    first, end = (each.astimezone(ZoneInfo(zone)).date() for each in (bucket.start, bucket.end))
    return days_words(first, end - timedelta(days=1))


def days_words(first: date, last: date) -> str:
    """The days of a period: one of them, a month, or from one to another."""
    locale = present_locale()
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and last - first < timedelta(days=31):
        return str(format_skeleton("yMMMM", first, locale=locale))
    begin, end = (str(format_skeleton("yMMMd", day, locale=locale)) for day in (first, last))
    return begin if first == last else str(_("%(first)s to %(last)s", first=begin, last=end))


def percent(value: Value) -> str:
    """With the decimals that a value has, zeros too."""
    shown = Decimal(0 if value is None else value)
    places = max(0, -int(shown.as_tuple().exponent))
    text = format_decimal(shown, f"#,##0.{'0' * places}" if places else "#,##0", present_locale())
    return f"{text}\N{NO-BREAK SPACE}%"


def _moved(measure: Measure, difference: Decimal) -> str:
    """Without a sign."""
    if measure.key == "occupancy":
        return str(_("%(number)s percentage points", number=number(difference)))
    if measure.key == "mean_time" and difference < MINUTE_S:
        return str(_("%(number)s seconds", number=number(difference)))
    return measure.words(difference)


def _count(value: Value) -> str:
    return number(value or 0)


def _energy(value: Value) -> str:
    return energy(int(value or 0))


def _time(value: Value) -> str:
    return duration(timedelta(seconds=int(value or 0)))
