"""What an operator gets of a session (see SEMANTICS: "Share / reimbursement"): exact, rounded once at each line's end.

    reimbursement = kWh x price_per_kwh + price_per_session + hours x price_per_hour
    base          = max(0, net - reimbursement) if reimbursement is deducted first, else net
    share         = base x share_percent / 100

Inside, amounts are whole numbers of `1 / FINE` minor units (a price has four decimals, an hour 3,600 seconds, a kWh
1,000 Wh), so nothing is rounded on the way.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple, Protocol, Self

from babel.numbers import get_currency_precision

from .days import month_bounds
from .money import half_up_ratio

SCALE = 10_000
FINE = SCALE * 3_600_000
PERCENT = 100 * SCALE


class HasTerms(Protocol):
    """Stored terms, or a draft of them."""

    @property
    def currency(self) -> str: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def price_per_kwh_ac(self) -> Decimal: ...
    @property
    def price_per_kwh_dc(self) -> Decimal: ...
    @property
    def price_per_session(self) -> Decimal: ...
    @property
    def price_per_hour(self) -> Decimal: ...
    @property
    def share_percent(self) -> Decimal: ...
    @property
    def reimbursement_first(self) -> bool: ...


@dataclass(frozen=True)
class Agreed:
    """Prices without VAT in `currency` and the operator's percentage, as a version of its terms says them."""

    currency: str
    effective_from: date = date.min
    price_per_kwh_ac: Decimal = Decimal(0)
    price_per_kwh_dc: Decimal = Decimal(0)
    price_per_session: Decimal = Decimal(0)
    price_per_hour: Decimal = Decimal(0)
    share_percent: Decimal = Decimal(0)
    reimbursement_first: bool = True
    terms_id: int | None = None

    @classmethod
    def of(cls, terms: HasTerms) -> Self:
        """The agreement that the terms hold."""
        named = {one.name: getattr(terms, one.name) for one in fields(cls) if hasattr(terms, one.name)}
        return cls(**named, terms_id=getattr(terms, "id", None))

    def to_json(self) -> dict[str, Any]:
        """Decimals and the date as strings; the same from the same agreement, whatever its decimals' zeros."""
        return {key: _json(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The agreement that `to_json` wrote."""
        read: dict[str, Any] = {"effective_from": date.fromisoformat, "terms_id": _same, "currency": _same}
        read["reimbursement_first"] = _same
        return cls(**{key: read.get(key, Decimal)(value) for key, value in stored.items()})

    def restated(self, **changed: Any) -> Self:
        """What it would be with other prices or another percentage."""
        return replace(self, **changed)

    def price_per_kwh(self, dc: bool) -> Decimal:
        return self.price_per_kwh_dc if dc else self.price_per_kwh_ac

    def counts_in(self, currency: str) -> bool:
        """Whether sessions of that currency can be settled: a percentage alone has no currency."""
        return currency == self.currency or not any(self._fine)

    @cached_property
    def _fine(self) -> tuple[int, int, int, int]:
        """What a Wh (AC, DC), a session and a second are worth, in fine units."""
        minor = 10 ** get_currency_precision(self.currency)
        prices = (self.price_per_kwh_ac, self.price_per_kwh_dc, self.price_per_session, self.price_per_hour)
        ac, dc, session, hour = (int(price * SCALE) * minor for price in prices)
        return ac * 3600, dc * 3600, session * 3_600_000, hour * 1000

    @cached_property
    def _percent(self) -> int:
        return int(self.share_percent * SCALE)


class Charged(NamedTuple):
    """What of a session counts: energy and time (from start to end, whole seconds), money without VAT."""

    energy_wh: int
    seconds: int
    net_minor: int
    dc: bool


class Commission(NamedTuple):
    """What comes of it, in minor units; the `fine_` ones are exact, in `1 / FINE` minor units (share: of a percent's)."""

    net: int
    reimbursement: int
    share: int
    fine_energy: int = 0
    fine_session: int = 0
    fine_time: int = 0
    fine_base: int = 0
    fine_share: int = 0

    @property
    def due(self) -> int:
        """What the operator gets."""
        return self.reimbursement + self.share

    @property
    def kept(self) -> int:
        """What stays with the CPO; it may be negative."""
        return self.net - self.due

    @property
    def fine_reimbursement(self) -> int:
        return self.fine_energy + self.fine_session + self.fine_time


def settle(agreed: Agreed | None, charged: Charged) -> Commission:
    """The commission of one session; without terms in force nothing is due. Energy below zero counts as none."""
    if agreed is None:
        return Commission(charged.net_minor, 0, 0)
    ac, dc, session, second = agreed._fine
    energy = max(charged.energy_wh, 0) * (dc if charged.dc else ac)
    time = max(charged.seconds, 0) * second
    reimbursement = energy + session + time
    base = charged.net_minor * FINE
    if agreed.reimbursement_first:
        base = max(0, base - reimbursement)
    share = base * agreed._percent
    return Commission(
        charged.net_minor,
        half_up_ratio(reimbursement, FINE),
        half_up_ratio(share, FINE * PERCENT),
        energy,
        session,
        time,
        base,
        share,
    )


class TermsBook:
    """The versions of an operator's terms in the order in which they came into force, in its zone."""

    def __init__(self, zone: str, versions: Iterable[HasTerms]) -> None:
        self.versions = sorted((Agreed.of(one) for one in versions), key=lambda one: one.effective_from)
        self._starts = [month_bounds(zone, one.effective_from)[0] for one in self.versions]

    def at(self, started_at: datetime) -> Agreed | None:
        """Those in force when a session started; None before the first version."""
        place = bisect_right(self._starts, started_at)
        return self.versions[place - 1] if place else None


def _json(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value


def _same(value: Any) -> Any:
    return value
