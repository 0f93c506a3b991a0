"""Exact money: whole minor units of a currency, and how what is finer is rounded to them."""

from decimal import Decimal
from fractions import Fraction

from babel.numbers import get_currency_precision


def half_up(exact: Fraction) -> int:
    """The nearest whole number; a half goes away from zero, so that a refund mirrors its payment."""
    return half_up_ratio(exact.numerator, exact.denominator)


def half_up_ratio(over: int, under: int) -> int:
    """The same of the quotient of two whole numbers; `under` is positive."""
    nearest = (2 * abs(over) + under) // (2 * under)
    return nearest if over >= 0 else -nearest


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in whole minor units, what is finer cut off (12.345 EUR is 1234)."""
    return int(Fraction(amount) * 10 ** get_currency_precision(currency) // 1)


def to_major(minor: int | Fraction, currency: str) -> Fraction:
    """Minor units as an exact number of the currency's unit (1234 EUR is 12.34)."""
    return Fraction(minor, 10 ** get_currency_precision(currency))
