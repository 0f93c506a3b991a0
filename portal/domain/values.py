"""Values as people type them, checked: each function returns what is stored or raises Invalid on the named field."""

import re
from decimal import Decimal, InvalidOperation

from .codes import CodeError, normalise_code
from .errors import Invalid
from .text import N_, TextError, clean

_COMMA = re.compile(r"(-?[0-9]+),([0-9]+)")


def code_value(field: str, text: str) -> str:
    """A code in the form in which it is stored (see SEMANTICS: Operator)."""
    try:
        return normalise_code(text)
    except CodeError as error:
        raise Invalid(field, error.message, **error.params) from None


def text_value(field: str, text: str | None, most: int) -> str | None:
    """Optional text of at most `most` characters; blank means none."""
    try:
        return clean(text or "", most) or None
    except TextError as error:
        raise Invalid(field, error.message, **error.params) from None


def required_text(field: str, text: str | None, most: int) -> str:
    """Text of 1 to `most` characters."""
    value = text_value(field, text, most)
    if value is None:
        raise Invalid(field, N_("Expected 1 to %(most)s characters."), most=most)
    return value


def decimal_value(
    field: str, value: Decimal | str | None, *, least: Decimal, most: Decimal, places: int
) -> Decimal | None:
    """An optional exact decimal within bounds and with at most `places` decimal places.

    Text may have a decimal comma: `12,5` is `12.5`. Where a comma could part thousands (`1,234`) it is refused.
    """
    if value is None or value == "":
        return None
    try:
        number = Decimal(_pointed(value) if isinstance(value, str) else value)
    except InvalidOperation:
        raise Invalid(field, N_("Expected a number such as 12.50.")) from None
    if not number.is_finite() or not least <= number <= most:
        raise Invalid(field, N_("Expected a number from %(least)s to %(most)s."), least=least, most=most)
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise Invalid(field, N_("Expected at most %(places)s decimal places."), places=places)
    return number


def _pointed(text: str) -> str:
    """A decimal comma as a point, unless it could part thousands."""
    found = _COMMA.fullmatch(text)
    if found and (len(found[2]) != 3 or found[1] in ("0", "-0")):
        return f"{found[1]}.{found[2]}"
    return text


def integer_value(field: str, value: int | None, *, least: int, most: int) -> int | None:
    """An optional whole number within bounds."""
    if value is not None and not least <= value <= most:
        raise Invalid(
            field, N_("Expected a whole number from %(least)s to %(most)s."), least=least, most=most
        )
    return value
