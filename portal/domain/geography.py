"""Countries (ISO 3166-1), their states (ISO 3166-2) and currencies (ISO 4217), in the reader's language."""

from functools import cache

import pycountry
from babel import Locale

from .errors import Invalid
from .text import N_, fold
from .values import text_value

MAX_STATE = 100


@cache
def countries(locale: str) -> tuple[tuple[str, str], ...]:
    """Code and name of every country, by name."""
    names = Locale.parse(locale).territories
    listed = [(c.alpha_2, str(names.get(c.alpha_2, c.name))) for c in pycountry.countries]
    return tuple(sorted(listed, key=lambda item: fold(item[1])))


@cache
def currencies(locale: str) -> tuple[tuple[str, str], ...]:
    """Code and name of every currency that people pay with, by code."""
    names = Locale.parse(locale).currencies
    return tuple(
        sorted((c.alpha_3, str(names.get(c.alpha_3, c.name))) for c in pycountry.currencies if _is_money(c))
    )


@cache
def states(country: str | None) -> tuple[str, ...]:
    """Names of the states, provinces, municipalities… of a country, by name; empty where none are listed."""
    named = {_name(part.name) for part in _parts(country)}
    return tuple(sorted(named, key=fold))


def country_value(field: str, text: str | None) -> str | None:
    """An optional country as its alpha-2 code. Raises Invalid."""
    code = (text or "").strip().upper()
    if not code:
        return None
    if len(code) != 2 or pycountry.countries.get(alpha_2=code) is None:
        raise Invalid(field, N_("Choose a country from the list."))
    return code


def state_value(field: str, text: str | None, country: str | None) -> str | None:
    """An optional state by the name that the country's list has; its code (`NY`, `US-NY`) is understood too.

    Without a country, or where none are listed, any text will do. Raises Invalid.
    """
    typed = text_value(field, text, MAX_STATE)
    if typed is None or not states(country):
        return typed
    wanted = fold(typed)
    for part in _parts(country):
        if wanted in (fold(_name(part.name)), part.code.casefold(), part.code.partition("-")[2].casefold()):
            return _name(part.name)
    raise Invalid(field, N_("This is no state of the chosen country: choose one from the list."))


def currency_value(field: str, text: str | None) -> str:
    """A currency as its three letters. Raises Invalid."""
    code = (text or "").strip().upper()
    known = pycountry.currencies.get(alpha_3=code) if len(code) == 3 else None
    if known is None or not _is_money(known):
        raise Invalid(field, N_("Expected a currency of three letters, such as EUR."))
    return code


def _is_money(currency: "pycountry.db.Data") -> bool:
    """ISO 4217 gives X to what no country issues: metals, funds, tests, and the common currencies named here."""
    code: str = currency.alpha_3
    return not code.startswith("X") or code in ("XAF", "XCD", "XCG", "XOF", "XPF")


@cache
def _parts(country: str | None) -> "tuple[pycountry.db.Data, ...]":
    return tuple(part for part in pycountry.subdivisions if part.country_code == country)


def _name(text: str) -> str:
    """Without the name in a second language that follows some names in brackets."""
    return text.partition("[")[0].strip(" *")
