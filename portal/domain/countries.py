"""Countries of ISO 3166, by their two letters."""

from functools import cache

from .errors import Invalid
from .text import N_


@cache
def country_codes() -> frozenset[str]:
    """The two letters of every country."""
    import pycountry  # slow to import, and few requests name countries

    return frozenset(country.alpha_2 for country in pycountry.countries)


def country_value(field: str, text: str | None) -> str | None:
    """A country as it is stored; blank means none. Raises Invalid for one that does not exist."""
    code = (text or "").strip().upper()
    if not code:
        return None
    if code not in country_codes():
        raise Invalid(field, N_("Expected the two letters of a country."))
    return code
