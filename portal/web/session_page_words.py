"""What is doubtful about a session and what to do about it; its settings; and why it costs what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel.numbers import get_currency_precision
from flask_babel import lazy_gettext as _

from portal.domain.rating import CAPS, WHOLE, Line, LineKind, Prices
from portal.models import ChargingSession, Doubt

from .audit_values import value_words
from .audit_words import field_label
from .filters import amount

DOUBT_WORDS: dict[Doubt, tuple[Any, Any]] = {
    Doubt.NO_END: (
        _("It has ended, but nobody knows when."),
        _("Correct its end from the log of the station, or accept it as it is."),
    ),
    Doubt.NO_ENERGY: (
        _("It has ended without any energy."),
        _("Accept it if nothing was charged; else correct its energy."),
    ),
    Doubt.NEGATIVE_ENERGY: (
        _("Its meter ran backwards."),
        _("Correct its energy from the meter of the station."),
    ),
    Doubt.TOO_MUCH_ENERGY: (
        _("It took more energy than its connector can deliver in this time."),
        _("Look whether times, energy or the power of the connector are wrong, and correct that."),
    ),
    Doubt.OVERLAP: (
        _("Another session stood on the same connector at the same time."),
        _("Compare the two and correct the end of the wrong one; one driver at a time can charge there."),
    ),
    Doubt.IN_THE_FUTURE: (
        _("It lies in the future: the clock of the station is wrong, or the file is."),
        _("Set the clock of the station right and correct the end, or wait until the time has come."),
    ),
    Doubt.DUPLICATE: (
        _("The same charging stands here under another number."),
        _("Leave it as it is, so that it is not counted twice; accept it only if both took place."),
    ),
    Doubt.UNKNOWN_TOKEN: (
        _("It was started with a token that no driver has, or with none."),
        _("Add the token to its driver, and correct the driver of this session; or accept it without one."),
    ),
    Doubt.OVER_LIMIT: (
        _("It reached the monetary limit, and what was beyond was taken off."),
        _("Nothing is wrong with the amount: accept it, and see why the station did not stop in time."),
    ),
}


@dataclass(frozen=True, slots=True)
class BillLine:
    """A reason to pay: `exact` says whether quantity times price is the net, or rounded to it."""

    kind: str
    quantity: int
    price: Decimal
    net: int
    exact: bool
    measured_wh: int | None = None  # where it was rounded up to whole steps

    @property
    def is_cap(self) -> bool:
        return self.kind in CAPS


def bill_lines(charging: ChargingSession, tariff: Prices | None) -> Sequence[BillLine]:
    """The lines of the rating, as the session keeps them."""
    read = [Line.from_json(each) for each in charging.rating or ()]
    return [_bill_line(line, charging) for line in read]


def snapshot(charging: ChargingSession) -> list[tuple[Any, Any]]:
    """The settings that the session ran under, as (label, text)."""
    return [(field_label(name), _setting(name, value, charging)) for name, value in charging.settings.items()]


def _bill_line(line: Line, charging: ChargingSession) -> BillLine:
    minor = 10 ** get_currency_precision(charging.currency)
    exact = Fraction(line.price) * minor * line.quantity / WHOLE[line.unit] == line.net
    billed, measured = line.kind is LineKind.ENERGY, charging.energy_wh
    rounded_up = billed and measured is not None and measured != line.quantity
    return BillLine(line.kind, line.quantity, line.price, line.net, exact, measured if rounded_up else None)


def _setting(name: str, value: Any, charging: ChargingSession) -> Any:
    if name == "monetary_session_limit" and value is not None:
        return amount(Decimal(str(value)).normalize(), charging.currency)
    return value_words(name, value)
