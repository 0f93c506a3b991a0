"""Session settings: site, then operator, then station; null means inherit (see SEMANTICS)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from .values import decimal_value, integer_value

FIELDS = ("energy_step_wh", "idle_timeout_min", "monetary_session_limit")
MOST_WH, MOST_MINUTES, MOST_AMOUNT = 1_000_000, 100_000, Decimal(1_000_000)


class Origin(StrEnum):
    SITE = "site"
    OPERATOR = "operator"
    STATION = "station"


class HasSessionSettings(Protocol):
    """Anything with the three fields: site settings, an operator, a draft of one, a station."""

    @property
    def energy_step_wh(self) -> int | None: ...

    @property
    def idle_timeout_min(self) -> int | None: ...

    @property
    def monetary_session_limit(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Effective:
    """A value in force and the level that it comes from."""

    value: int | Decimal | None
    origin: Origin


def effective_settings(
    site: HasSessionSettings,
    operator: HasSessionSettings | None = None,
    station: HasSessionSettings | None = None,
) -> dict[str, Effective]:
    """The three settings in force, by field name: the innermost level that sets a value wins."""
    levels = ((Origin.STATION, station), (Origin.OPERATOR, operator), (Origin.SITE, site))
    return {field: _innermost(field, levels) for field in FIELDS}


def _innermost(field: str, levels: tuple[tuple[Origin, HasSessionSettings | None], ...]) -> Effective:
    for origin, level in levels:
        value = getattr(level, field, None)
        if value is not None:
            return Effective(value, origin)
    return Effective(None, Origin.SITE)


def settings_values(
    energy_step_wh: int | None, idle_timeout_min: int | None, monetary_session_limit: Decimal | str | None
) -> dict[str, Any]:
    """The three settings of one level, checked, by field name; None inherits. Raises Invalid."""
    limit = decimal_value(
        "monetary_session_limit", monetary_session_limit, least=Decimal("0.01"), most=MOST_AMOUNT, places=4
    )
    return {
        "energy_step_wh": integer_value("energy_step_wh", energy_step_wh, least=1, most=MOST_WH),
        "idle_timeout_min": integer_value("idle_timeout_min", idle_timeout_min, least=0, most=MOST_MINUTES),
        "monetary_session_limit": limit,
    }
