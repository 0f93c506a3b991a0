"""The fields of an operator as people type them, checked by the steps of the wizard and of the edit pages."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial

from .checking import Checked
from .contact import phone_value
from .errors import Invalid
from .geography import country_value, currency_value, state_value
from .settings import MOST_AMOUNT, MOST_MINUTES, MOST_WH
from .text import N_
from .values import code_value, decimal_value, integer_value, required_text, text_value
from .zones import zone_value

Raw = Mapping[str, str | None]

DETAILS = ("name", "organization", "address", "phone", "country", "state", "city", "zip")
ENVIRONMENT = ("timezone", "currency", "energy_step_wh", "idle_timeout_min", "monetary_session_limit")
PRICES = ("price_per_kwh_ac", "price_per_kwh_dc", "price_per_session", "price_per_hour")
TERMS = (*PRICES, "share_percent", "reimbursement_first", "effective_from")

LEAST_LIMIT = Decimal("0.01")
_DIGITS = re.compile(r"[0-9]{1,9}")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})(-[0-9]{2})?")


def check_details(raw: Raw) -> Checked:
    """The first step without the code; `phone_e164` comes out beside `phone`."""
    checked = Checked()
    checked.take("name", lambda: required_text("name", raw.get("name"), 100))
    country = checked.take("country", lambda: country_value("country", raw.get("country")))
    for name, most in (("organization", 200), ("address", 200), ("city", 100), ("zip", 20)):
        checked.take(name, partial(text_value, name, raw.get(name), most))
    checked.take("state", lambda: state_value("state", raw.get("state"), country))
    phone = checked.take("phone", lambda: phone_value("phone", raw.get("phone"), country))
    checked.values["phone"], checked.values["phone_e164"] = phone or (None, None)
    return checked


def check_code(raw: Raw) -> Checked:
    checked = Checked()
    checked.take("code", lambda: code_value("code", raw.get("code") or ""))
    return checked


def check_environment(raw: Raw) -> Checked:
    """The second step without security key and terms; an empty setting is None: inherited."""
    checked = Checked()
    checked.take("timezone", lambda: zone_value("timezone", raw.get("timezone")))
    checked.take("currency", lambda: currency_value("currency", raw.get("currency")))
    sessions = check_session_settings(raw)
    checked.values |= sessions.values
    checked.errors += sessions.errors
    return checked


def check_session_settings(raw: Raw) -> Checked:
    """The three settings of a level; an empty one is None."""
    checked = Checked()
    checked.take("energy_step_wh", lambda: _whole("energy_step_wh", raw, 1, MOST_WH))
    checked.take("idle_timeout_min", lambda: _whole("idle_timeout_min", raw, 0, MOST_MINUTES))
    limit = "monetary_session_limit"
    checked.take(limit, lambda: _decimal(limit, raw, LEAST_LIMIT, MOST_AMOUNT))
    return checked


def check_terms(raw: Raw) -> Checked:
    """Share and reimbursement; empty when nothing of it was filled in. An empty price is 0."""
    checked = Checked()
    if not has_terms(raw):
        return checked
    for name, most in (*((price, MOST_AMOUNT) for price in PRICES), ("share_percent", Decimal(100))):
        checked.take(name, partial(_price, name, raw, most))
    checked.take("effective_from", lambda: month_value("effective_from", raw.get("effective_from")))
    checked.values["reimbursement_first"] = bool(raw.get("reimbursement_first"))
    return checked


def has_terms(raw: Raw) -> bool:
    """Whether any price or percentage was filled in."""
    return any((raw.get(name) or "").strip() for name in (*PRICES, "share_percent"))


def month_value(field: str, text: str | None) -> date:
    """The first day of a month, typed as 2026-12 or 2026-12-01. Raises Invalid."""
    match = _MONTH.fullmatch((text or "").strip())
    if match and match[3] in (None, "-01") and 2000 <= int(match[1]) <= 2199 and 1 <= int(match[2]) <= 12:
        return date(int(match[1]), int(match[2]), 1)
    raise Invalid(field, N_("Expected the first day of a month, such as 2026-12-01."))


def _whole(field: str, raw: Raw, least: int, most: int) -> int | None:
    typed = (raw.get(field) or "").strip()
    if not typed:
        return None
    if not _DIGITS.fullmatch(typed):
        typed = "-1"  # out of every range, so that one message says what is expected
    return integer_value(field, int(typed), least=least, most=most)


def _decimal(field: str, raw: Raw, least: Decimal, most: Decimal) -> Decimal | None:
    return decimal_value(field, (raw.get(field) or "").strip(), least=least, most=most, places=4)


def _price(field: str, raw: Raw, most: Decimal) -> Decimal:
    return _decimal(field, raw, Decimal(0), most) or Decimal(0)
