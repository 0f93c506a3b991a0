"""Distances as the reader's country measures them."""

import re

from babel.units import format_unit
from flask import request
from flask_babel import get_locale

MILES = frozenset({"GB", "LR", "US"})  # road signs in miles (CLDR)
MILE, FOOT = 1609.344, 0.3048


def length(metres: float) -> str:
    """ "850 m", "3.2 km", "120 km", or feet and miles."""
    if _territory() not in MILES:
        return _metric(metres)
    if metres < MILE / 10:
        return _unit(round(metres / FOOT, -1), "length-foot")
    return _large(metres / MILE, "length-mile")


def _metric(metres: float) -> str:
    if metres < 995:  # what would read as 1,000 m is a kilometre
        return _unit(round(metres, -1), "length-meter")
    return _large(metres / 1000, "length-kilometer")


def _large(value: float, unit: str) -> str:
    return _unit(round(value, 1) if value < 9.95 else round(value), unit)


def _unit(value: float, unit: str) -> str:
    return str(format_unit(value, unit, "short", locale=get_locale()))


def _territory() -> str | None:
    """The country of the locale; where it names none, that of the browser's wish for the same language."""
    locale = get_locale()
    if locale.territory:
        return str(locale.territory)
    for tag, _quality in request.accept_languages:
        language, *rest = tag.replace("_", "-").split("-")
        if language.lower() == locale.language and rest and re.fullmatch("[A-Za-z]{2}", rest[-1]):
            return rest[-1].upper()
    return None
