"""What a session costs: exact, line by line, so that the lines add up to the net and net + VAT to the amount."""

from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Protocol, Self

from babel.numbers import get_currency_precision

from .money import half_up, to_minor


class LineKind(StrEnum):
    ENERGY = "energy"
    SESSION = "session"
    CHARGING = "charging"
    IDLE = "idle"
    MAX_PRICE = "max_price"
    LIMIT = "limit"


UNITS = {LineKind.ENERGY: "Wh", LineKind.CHARGING: "s", LineKind.IDLE: "s"}
CAPS = frozenset({LineKind.MAX_PRICE, LineKind.LIMIT})
WHOLE = {"Wh": 1000, "s": 3600, "session": 1}  # how many units a price is for: a kWh, an hour, a session


class HasPrices(Protocol):
    """A tariff, or a draft of one."""

    @property
    def currency(self) -> str: ...
    @property
    def price_per_kwh(self) -> Decimal: ...
    @property
    def price_per_session(self) -> Decimal: ...
    @property
    def price_per_hour(self) -> Decimal: ...
    @property
    def price_per_idle_hour(self) -> Decimal: ...
    @property
    def vat_percent(self) -> Decimal: ...
    @property
    def step_wh(self) -> int: ...
    @property
    def max_price(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices without VAT in `currency`, as a tariff says them and a session keeps them.

    `step_wh` is OCPI's `step_size` of the dimension ENERGY: energy is billed in whole steps, the last one rounded
    up, over the whole session; time is billed by the second, which is a `step_size` of 1. `max_price` is OCPI's
    `max_price.incl_vat`. `tariff_id` and `name` say where the prices come from; they do not count in the rating.
    """

    currency: str
    price_per_kwh: Decimal = Decimal(0)
    price_per_session: Decimal = Decimal(0)
    price_per_hour: Decimal = Decimal(0)
    price_per_idle_hour: Decimal = Decimal(0)
    vat_percent: Decimal = Decimal(0)
    step_wh: int = 1
    max_price: Decimal | None = None
    name: str = ""
    tariff_id: int | None = None

    @classmethod
    def of(cls, tariff: HasPrices) -> Self:
        """The prices of a tariff."""
        named = {f.name: getattr(tariff, f.name) for f in fields(cls) if hasattr(tariff, f.name)}
        return cls(**named, tariff_id=getattr(tariff, "id", None))

    def to_json(self) -> dict[str, Any]:
        """As a session keeps them: decimals as strings."""
        return {key: _json(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """The same prices again from what `to_json` made."""
        read = {f.name: kept[f.name] for f in fields(cls) if f.name in kept}
        exact = {key: Decimal(read[key]) for key in _DECIMALS if read.get(key) is not None}
        return cls(**read | exact)


_DECIMALS = (
    *("price_per_kwh", "price_per_session", "price_per_hour", "price_per_idle_hour"),
    *("vat_percent", "max_price"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One reason to pay: `quantity` × `price` gives `net`, in minor units, without VAT.

    `unit` is Wh (price per kWh), s (price per hour) or session. The line of a cap has the cap, VAT included, as its
    price and takes off what is beyond it: its net is zero or negative.
    """

    kind: LineKind
    quantity: int
    unit: str
    price: Decimal
    net: int

    def to_json(self) -> dict[str, Any]:
        return {key: _json(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        return cls(
            LineKind(kept["kind"]), kept["quantity"], kept["unit"], Decimal(kept["price"]), kept["net"]
        )


@dataclass(frozen=True, slots=True)
class Rated:
    """What a session costs in minor units; `uncapped_minor` (VAT included) is there only where a cap took off."""

    net_minor: int
    vat_minor: int
    uncapped_minor: int | None
    lines: tuple[Line, ...]

    @property
    def total_minor(self) -> int:
        """VAT included."""
        return self.net_minor + self.vat_minor

    @property
    def capped_by(self) -> LineKind | None:
        """What held the amount down: the tariff's maximum or the monetary session limit."""
        return next((line.kind for line in self.lines if line.kind in CAPS), None)

    def to_json(self) -> list[dict[str, Any]]:
        """The lines as a session keeps them."""
        return [line.to_json() for line in self.lines]


def rate(prices: Prices, energy_wh: int, charging_s: int, idle_s: int, limit: Decimal | None = None) -> Rated:
    """Energy in whole steps, times in exact seconds; each line rounded half-up to the currency's minor unit.

    `limit` is the monetary session limit in the same currency; like `max_price` it compares VAT included, the lower
    of the two caps (the maximum where they are equal), and then net + VAT is the cap, exactly. A cap finer than
    the minor unit is cut to it. What is below zero counts as zero. VAT is that of the rounded net.
    """
    lines = _lines(prices, energy_wh, charging_s, idle_s)
    net = sum(line.net for line in lines)
    vat = half_up(Fraction(net) * Fraction(prices.vat_percent) / 100)
    caps = [(LineKind.MAX_PRICE, prices.max_price), (LineKind.LIMIT, limit)]
    known = [(to_minor(amount, prices.currency), kind, amount) for kind, amount in caps if amount is not None]
    cap, kind, amount = min(known, key=lambda one: one[0], default=(net + vat, None, None))
    if kind is None or amount is None or net + vat <= cap:
        return Rated(net, vat, None, lines)
    capped = half_up(Fraction(cap) * 100 / (100 + Fraction(prices.vat_percent)))
    taken = Line(kind, 1, "session", amount, capped - net)
    return Rated(capped, cap - capped, net + vat, (*lines, taken))


def _lines(prices: Prices, energy_wh: int, charging_s: int, idle_s: int) -> tuple[Line, ...]:
    billed_wh = -(-max(energy_wh, 0) // prices.step_wh) * prices.step_wh
    reasons = (
        (LineKind.ENERGY, billed_wh, prices.price_per_kwh),
        (LineKind.SESSION, 1, prices.price_per_session),
        (LineKind.CHARGING, max(charging_s, 0), prices.price_per_hour),
        (LineKind.IDLE, max(idle_s, 0), prices.price_per_idle_hour),
    )
    return tuple(_line(prices, *reason) for reason in reasons if reason[1] and reason[2])


def _line(prices: Prices, kind: LineKind, quantity: int, price: Decimal) -> Line:
    unit = UNITS.get(kind, "session")
    minor = Fraction(price) * 10 ** get_currency_precision(prices.currency)
    return Line(kind, quantity, unit, price, half_up(minor * quantity / WHOLE[unit]))


def _json(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value
