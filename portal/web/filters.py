"""How values read: instants in a zone, energy, power, money, phone and country names by locale."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, get_currency_precision
from flask import Flask
from flask_babel import get_locale, gettext

from portal.domain import connectors
from portal.domain.devices import device
from portal.domain.validity import whole_day
from portal.models import Station

from .auth import viewer
from .locale import spoken


def init_app(app: Flask) -> None:
    for function in (
        *(local_time, local_date, local_month, local_limit, utc_iso, duration),
        *(energy, power, number, money, amount),
        *(connector_name, hardware_summary, country_name, device, spoken),
    ):
        app.template_filter(function.__name__)(function)


def iso_local(instant: datetime, zone: str) -> str:
    """ISO 8601 to the second with the zone's offset at that instant."""
    return instant.astimezone(ZoneInfo(zone)).replace(microsecond=0).isoformat()


def local_limit(instant: datetime | None, zone: str | None = None, last: bool = False) -> str:
    """Where something begins (`last`: ends): the day where it is all of it, else the time."""
    if instant is None:
        return "–"
    day = whole_day(instant, zone or viewer().zone, last=last)
    return str(format_date(day, "medium", get_locale())) if day else local_time(instant, zone)


def utc_iso(instant: datetime) -> str:
    """For `<time datetime>`."""
    return iso_local(instant, "UTC").replace("+00:00", "Z")


def local_time(instant: datetime | None, zone: str | None = None, seconds: bool = False) -> str:
    """Date and time in the viewer's zone (or another); the repeated hour of autumn shows its offset."""
    if instant is None:
        return "–"
    tz = ZoneInfo(zone or viewer().zone)
    local = instant.astimezone(tz)
    locale = get_locale()
    style = "medium" if seconds else "short"
    text = f"{format_date(local, 'medium', locale)}, {format_time(local, style, tzinfo=tz, locale=locale)}"
    return f"{text} ({local:%z})" if _ambiguous(local, tz) else text


def local_date(instant: datetime | None, zone: str | None = None) -> str:
    if instant is None:
        return "–"
    return str(format_date(instant.astimezone(ZoneInfo(zone or viewer().zone)), "medium", get_locale()))


def local_month(day: date | None) -> str:
    """The month that a day belongs to: "January 2026"."""
    return "–" if day is None else str(format_skeleton("yMMMM", day, locale=get_locale()))


def _ambiguous(local: datetime, tz: ZoneInfo) -> bool:
    naive = local.replace(tzinfo=None)
    first, second = (naive.replace(tzinfo=tz, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def energy(wh: int | None) -> str:
    """Wh as kWh, exact to the Wh at hand (three decimals at most)."""
    if wh is None:
        return "–"
    return f"{format_decimal(Decimal(wh) / 1000, '#,##0.0##', get_locale())} kWh"


def power(watt: int | None) -> str:
    return "–" if watt is None else f"{format_decimal(Decimal(watt) / 1000, '#,##0.###', get_locale())} kW"


def money(minor: int | None, currency: str) -> str:
    """An amount in minor units with its currency."""
    if minor is None:
        return "–"
    return amount(Decimal(minor).scaleb(-get_currency_precision(currency)), currency)


def amount(value: Decimal | None, currency: str) -> str:
    """An exact decimal with its currency, never fewer decimals than it has."""
    if value is None:
        return "–"
    return str(format_currency(value, currency, locale=get_locale(), decimal_quantization=False))


def number(value: int | Decimal) -> str:
    """An exact number, never fewer decimals than it has."""
    return str(format_decimal(value, locale=get_locale(), decimal_quantization=False))


def duration(span: timedelta | int | None) -> str:
    """Hours and minutes of a span, or of so many seconds."""
    if span is None:
        return "–"
    minutes = int(span.total_seconds() if isinstance(span, timedelta) else span) // 60
    return f"{minutes // 60}:{minutes % 60:02d} h"


def country_name(code: str | None) -> str:
    """A country's name in the reader's language."""
    if not code:
        return "–"
    locale = get_locale()
    return str(locale.territories.get(code, code)) if locale else code


def connector_name(standard: str) -> str:
    """A connector standard as drivers know it."""
    return str(gettext(connectors.label(standard)))


def hardware_summary(station: Station) -> str:
    """Its connectors in a few words: "2 × Type 2, 1 × CHAdeMO"."""
    counts: dict[str, int] = {}
    for charger in station.chargers:
        for connector in charger.connectors:
            counts[connector.standard] = counts.get(connector.standard, 0) + 1
    return ", ".join(f"{count} × {connector_name(name)}" for name, count in counts.items())


def offset_label(zone: str, at: datetime) -> str:
    """Europe/Ljubljana (UTC+01:00): the zone with its offset at an instant."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    sign = "-" if offset < timedelta(0) else "+"
    whole = abs(offset)
    return f"{zone} (UTC{sign}{whole.seconds // 3600:02d}:{whole.seconds % 3600 // 60:02d})"
