"""The fields of a tariff as people type them, checked."""

from datetime import datetime
from decimal import Decimal
from functools import partial

from .checking import Checked
from .errors import Invalid
from .geography import currency_value
from .operator_values import Raw
from .settings import MOST_AMOUNT, MOST_WH
from .text import N_
from .validity import limit_value
from .values import decimal_value, required_text

PER_UNIT = ("price_per_kwh", "price_per_session", "price_per_hour", "price_per_idle_hour")
RATED = ("currency", *PER_UNIT, "vat_percent", "step_wh", "max_price")
FIELDS = ("name", *RATED)
PERIOD = ("valid_from", "valid_to")


def check_tariff(raw: Raw) -> Checked:
    """Name and prices; an empty price or VAT is 0, an empty step 1 Wh, an empty maximum none."""
    checked = check_prices(raw)
    checked.take("name", lambda: required_text("name", raw.get("name"), 100))
    return checked


def check_prices(raw: Raw) -> Checked:
    """What the rating of a session depends on."""
    checked = Checked()
    checked.take("currency", lambda: currency_value("currency", raw.get("currency")))
    for name, most in (*((price, MOST_AMOUNT) for price in PER_UNIT), ("vat_percent", Decimal(100))):
        checked.take(name, partial(_amount, name, raw, most))
    checked.take("step_wh", lambda: int(_number("step_wh", raw, Decimal(1), Decimal(MOST_WH), 0) or 1))
    least = Decimal("0.01")
    checked.take("max_price", lambda: _number("max_price", raw, least, MOST_AMOUNT, 4))
    return checked


def check_period(raw: Raw, zone: str) -> Checked:
    """From when and until when, as clocks of the zone show it; empty is None."""
    checked = Checked()
    start = checked.take("valid_from", lambda: _instant("valid_from", raw, zone))
    checked.take("valid_to", lambda: after_start(_instant("valid_to", raw, zone, last=True), start))
    return checked


def after_start(end: datetime | None, start: datetime | None) -> datetime | None:
    """The end, if it comes after the start. Raises Invalid."""
    if end is not None and start is not None and end <= start:
        raise Invalid("valid_to", N_("The end must come after the beginning."))
    return end


def _instant(field: str, raw: Raw, zone: str, last: bool = False) -> datetime | None:
    return limit_value(field, raw.get(field), None, zone, last=last)


def _amount(field: str, raw: Raw, most: Decimal) -> Decimal:
    return _number(field, raw, Decimal(0), most, 4) or Decimal(0)


def _number(field: str, raw: Raw, least: Decimal, most: Decimal, places: int) -> Decimal | None:
    typed = (raw.get(field) or "").strip()
    return decimal_value(field, typed, least=least, most=most, places=places)
