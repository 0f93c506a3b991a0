"""Texts of a file become values: numbers, powers, times… Each raises FieldError saying what was expected."""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from portal.domain.codes import CodeError, normalise_code
from portal.domain.connectors import STANDARDS, Current, fits
from portal.domain.days import day_bounds, day_value
from portal.domain.errors import Invalid
from portal.domain.text import N_, TextError, clean, said
from portal.ingest.records import MAX_CONNECTOR_NUMBER, MAX_POWER_KW, FieldError

DecimalSign = Literal[".", ","]
PowerUnit = Literal["W", "kW"]
OFFSET = "offset"
TWICE = N_("This wall clock time occurs twice in %(zone)s, where the clock changes: state its offset.")
NEVER = N_("This wall clock time does not exist in %(zone)s, where the clock changes: state its offset.")

_NUMBERS = {
    sign: re.compile(rf"[+-]?[0-9]{{1,12}}(?:{re.escape(sign)}[0-9]{{1,30}})?(?:[eE][+-]?[0-9]{{1,3}})?")
    for sign in (".", ",")
}
_INTEGER = re.compile(r"[0-9]{1,9}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)*")


def text(value: str, field: str, max_length: int) -> str:
    """A text on one line: breaks, tabs and runs of blanks become one; control characters are refused."""
    value = value.strip()
    if value.isascii() and value.isprintable() and "  " not in value and len(value) <= max_length:
        return value
    value = value.replace("\r", " ").replace("\n", " ").replace("\t", " ")
    if "  " in value:
        value = re.sub(" {2,}", " ", value)
    try:
        return clean(value, max_length)
    except TextError as error:
        raise FieldError(field, value, said(N_("The text %(problem)s."), problem=str(error))) from None


def required(value: str, field: str, max_length: int) -> str:
    """As `text`, not empty."""
    if cleaned := text(value, field, max_length):
        return cleaned
    raise FieldError(field, value, N_("Nothing stands here, and a text is required."))


def code(value: str, field: str) -> str:
    """A normalised code."""
    try:
        return normalise_code(value)
    except CodeError as error:
        raise FieldError(field, value, str(error)) from None


_remembered = lru_cache(maxsize=1 << 14)(normalise_code)


def known_code(value: str, field: str) -> str:
    """As `code`, for codes that many rows repeat."""
    try:
        return _remembered(value)
    except CodeError as error:
        raise FieldError(field, value, str(error)) from None


def number(value: str, field: str, decimal: DecimalSign) -> str:
    """A decimal number with the stated decimal sign, as a text with a dot; no separators or units."""
    if not _NUMBERS[decimal].fullmatch(value):
        raise FieldError(
            field,
            value,
            f'Expected a number with "{decimal}" as its decimal sign, without separators or unit.',
        )
    return value.replace(",", ".")


def degrees(value: str, field: str, decimal: DecimalSign, limit: int) -> float:
    """A latitude (limit 90) or longitude (limit 180)."""
    result = float(number(value, field, decimal))
    if not -limit <= result <= limit:
        raise FieldError(field, value, f"Expected degrees from -{limit} to {limit}.")
    return result


def watts(value: str, field: str, decimal: DecimalSign, unit: PowerUnit) -> int | None:
    """A power in whole watts (halves up); None when nothing stands there."""
    if not value:
        return None
    power = Decimal(number(value, field, decimal)) * (1000 if unit == "kW" else 1)
    # Compared before rounding: rounding a number of 99 digits would exceed the decimal context.
    if not Decimal("0.5") <= power <= MAX_POWER_KW * 1000:
        limits = f"0 to {MAX_POWER_KW} kW" if unit == "kW" else f"0 to {MAX_POWER_KW * 1000} W"
        raise FieldError(field, value, f"Expected a power above {limits}.")
    return int(power.to_integral_value(ROUND_HALF_UP))


def integer(value: str, field: str, low: int, high: int) -> int:
    """A whole number between two bounds."""
    if _INTEGER.fullmatch(value) and low <= int(value) <= high:
        return int(value)
    raise FieldError(field, value, f"Expected a whole number from {low} to {high}.")


def connector_number(value: str, field: str) -> int:
    """The number of a connector in its charger."""
    return integer(value, field, 1, MAX_CONNECTOR_NUMBER)


def boolean(value: str, field: str) -> bool:
    """true or false, in any case (spreadsheets write TRUE)."""
    lower = value.lower()
    if lower in ("true", "false"):
        return lower == "true"
    raise FieldError(field, value, "Expected true or false.")


def current(value: str, field: str) -> Current:
    """AC or DC."""
    if value == "AC":
        return "AC"
    if value == "DC":
        return "DC"
    raise FieldError(field, value, "Expected AC or DC.")


def standard(value: str, field: str, at: Current) -> str:
    """The name of a connector standard that exists on a charger of this current."""
    if value not in STANDARDS:
        raise FieldError(
            field, value, "Expected the name of a connector standard, such as IEC_62196_T2 or CHADEMO."
        )
    if not fits(value, at):
        raise FieldError(field, value, f"A connector of this standard cannot be part of a charger for {at}.")
    return value


@lru_cache(maxsize=1024)
def _alpha_2(value: str) -> str | None:
    import pycountry  # slow to import, and not every file names countries

    upper = value.upper()
    found = (
        pycountry.countries.get(alpha_2=upper) if len(upper) == 2 else pycountry.countries.get(alpha_3=upper)
    )
    return found.alpha_2 if found else None


def country(value: str, field: str) -> str:
    """An ISO 3166 country as its two letters, from two or three; empty stays empty."""
    if not value:
        return ""
    if len(value) in (2, 3) and value.isascii() and value.isalpha() and (found := _alpha_2(value)):
        return found
    raise FieldError(field, value, "Expected the two or three letters of a country by ISO 3166.")


def email(value: str, field: str, max_length: int) -> str | None:
    """An e-mail address by its shape; None when nothing stands there."""
    cleaned = text(value, field, max_length)
    if cleaned and not _EMAIL.fullmatch(cleaned):
        raise FieldError(field, value, "Expected an e-mail address, such as name@example.com.")
    return cleaned or None


def instant(value: str, field: str, pattern: str, zone: str) -> datetime | None:
    """A point in time in UTC; None when nothing stands there.

    `pattern` is "iso" or one of strptime; `zone` an IANA name for wall clocks, or "offset" when each time
    must carry its own.
    A wall clock time that its zone skips or repeats is refused: it would be a guess.
    """
    if not value:
        return None
    try:
        parsed = datetime.fromisoformat(value) if pattern == "iso" else datetime.strptime(value, pattern)  # noqa: DTZ007
    except ValueError:
        if pattern == "iso":
            expected = said(N_("Expected a time by ISO 8601, such as 2026-09-30T18:00:00+02:00."))
        else:
            expected = said(N_("Expected a time like %(pattern)s."), pattern=pattern)
        raise FieldError(field, value, expected) from None
    if parsed.tzinfo is None and zone == OFFSET:
        raise FieldError(field, value, N_("The time lacks its offset from UTC, such as +02:00 or Z."))
    if parsed.tzinfo is None:
        parsed = _in_zone(parsed, field, value, zone)
    try:
        return parsed.astimezone(UTC)
    except OverflowError:
        raise FieldError(field, value, N_("Expected a year from 1 to 9999.")) from None


def day(value: str, field: str, zone: str, *, last: bool) -> datetime:
    """The first instant of a local day in UTC; of the next one when it is the last day that counts."""
    try:
        return day_bounds(zone, day_value(field, value))[1 if last else 0]
    except Invalid as error:
        raise FieldError(field, value, str(error)) from None


def _in_zone(wall: datetime, field: str, value: str, zone: str) -> datetime:
    if not timedelta(days=2) < wall - datetime.min < datetime.max - datetime.min - timedelta(days=2):  # noqa: DTZ901
        raise FieldError(field, value, N_("Expected a year from 1 to 9999."))
    info = ZoneInfo(zone)
    first, second = wall.replace(tzinfo=info, fold=0), wall.replace(tzinfo=info, fold=1)
    if first.utcoffset() != second.utcoffset():
        back = first.astimezone(UTC).astimezone(info).replace(tzinfo=None)
        problem = TWICE if back == wall else NEVER
        raise FieldError(field, value, said(problem, zone=zone))
    return first
