"""What a person may correct about a session that has ended, as typed into a form and checked.

A field that still says what is stored is not judged: one may mend the driver of a session whose energy is negative.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from portal.models import ChargingSession

from .checking import Checked
from .errors import Invalid
from .moments import instants_of, past_instants
from .money import to_minor
from .operator_values import Raw
from .settings import MOST_AMOUNT
from .text import N_
from .values import decimal_value, required_text, text_value

MOST_KWH = Decimal(100_000)
MOST_REASON = 200
FIELDS = ("ended_at", "ended_which", "energy", "driver", "pricing", "net", "vat")
NUMBER = N_("Expected a number such as 12.50.")


class Pricing(StrEnum):
    """Where the amount of a corrected session comes from."""

    TARIFF = "tariff"
    TYPED = "typed"


class Which(StrEnum):
    """Which of the two, when the clock showed a time twice."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as its form shows it, in texts; times are those of the clocks of a zone."""

    version: int
    ended_at: str
    ended_which: str
    energy: str
    driver: str
    pricing: str
    net: str
    vat: str


def shown(charging: ChargingSession, driver_number: str | None, zone: str) -> Shown:
    """What the form starts with. An amount that the tariff made is made by it again, any other one stays as it is."""
    ended_at, which = _clock(charging.ended_at, zone)
    priced = charging.tariff is not None and charging.rating is not None
    return Shown(
        version=charging.version,
        ended_at=ended_at,
        ended_which=which,
        energy=_decimal_text(charging.energy_wh, 3),
        driver=driver_number or "",
        pricing=Pricing.TARIFF if priced else Pricing.TYPED,
        net=_amount_text(charging.net_minor, charging.currency),
        vat=_amount_text(charging.vat_minor, charging.currency),
    )


def check_correction(raw: Raw, charging: ChargingSession, now: Shown, zone: str, at: datetime) -> Checked:
    """ended_at, energy_wh, driver (a number or None), pricing, net_minor, vat_minor, reason."""
    checked = Checked()
    ended_at = checked.take("ended_at", lambda: _ended(raw, charging, now, zone, at))
    energy_wh = checked.take("energy_wh", lambda: _energy(raw, charging, now))
    checked.take("driver", lambda: (text_value("driver", raw.get("driver"), 36) or "").upper() or None)
    known = ended_at is not None and energy_wh is not None
    pricing = checked.take("pricing", lambda: _pricing(raw, charging, now, known or bool(checked.errors)))
    if pricing is Pricing.TYPED:
        for name in ("net", "vat"):
            checked.take(f"{name}_minor", partial(_amount, name, raw, charging, now))
        checked.take("total", lambda: _within_limit(checked, charging))
    checked.take("reason", lambda: required_text("reason", raw.get("reason"), MOST_REASON))
    return checked


def limit_of(charging: ChargingSession) -> Decimal | None:
    """The monetary session limit that the session started with."""
    kept = charging.settings.get("monetary_session_limit")
    return None if kept is None else Decimal(str(kept))


def _ended(raw: Raw, charging: ChargingSession, now: Shown, zone: str, at: datetime) -> datetime | None:
    typed, which = _typed(raw, "ended_at"), _typed(raw, "ended_which")
    if typed == now.ended_at and which in (now.ended_which, ""):
        return charging.ended_at
    found = past_instants("ended_at", typed, zone, at)
    if len(found) > 1 and which not in tuple(Which):
        message = N_("The clock was set back, so this time came twice on that day. Which one?")
        raise Invalid("ended_which", message)
    instant = found[-1 if which == Which.SECOND else 0]
    if instant < charging.started_at:
        raise Invalid("ended_at", N_("The end must not come before the start."))
    return instant


def _energy(raw: Raw, charging: ChargingSession, now: Shown) -> int | None:
    typed = _typed(raw, "energy")
    if typed == now.energy:
        return charging.energy_wh
    kwh = decimal_value("energy", typed, least=Decimal(0), most=MOST_KWH, places=3)
    if kwh is None:
        raise Invalid("energy", NUMBER)
    return int(kwh.scaleb(3))


def _pricing(raw: Raw, charging: ChargingSession, now: Shown, known: bool) -> Pricing:
    typed = _typed(raw, "pricing")
    if typed == Pricing.TYPED:
        return Pricing.TYPED
    if typed != Pricing.TARIFF or charging.tariff is None:
        raise Invalid("pricing", N_("Choose one from the list."))
    if not known:
        raise Invalid("pricing", N_("A tariff needs an end and an energy. Enter them, or type the amount."))
    present = _typed(raw, "version") in ("", str(now.version))  # else the two are compared first
    typed_over = (
        raw.get(name) is not None and _typed(raw, name) != getattr(now, name) for name in ("net", "vat")
    )
    if present and any(typed_over):
        message = N_("You entered another amount, which the tariff would overwrite. Choose one of the two.")
        raise Invalid("pricing", message)
    return Pricing.TARIFF


def _amount(name: str, raw: Raw, charging: ChargingSession, now: Shown) -> int | None:
    typed = _typed(raw, name)
    if typed == getattr(now, name) and (typed or not (_typed(raw, "net") or _typed(raw, "vat"))):
        return charging.net_minor if name == "net" else charging.vat_minor
    places = get_currency_precision(charging.currency)
    amount = decimal_value(name, typed, least=Decimal(0), most=MOST_AMOUNT, places=places)
    if amount is None:
        raise Invalid(name, NUMBER)
    return int(amount.scaleb(places))


def _within_limit(checked: Checked, charging: ChargingSession) -> int:
    """The billed amount never exceeds the limit, whoever sets it."""
    total = (checked.values.get("net_minor") or 0) + (checked.values.get("vat_minor") or 0)
    limit = limit_of(charging)
    former = (charging.net_minor or 0) + (charging.vat_minor or 0)
    if limit is not None and total != former and total > to_minor(limit, charging.currency):
        message = N_(
            "With VAT this is more than %(limit)s, the monetary limit that the session started with."
        )
        raise Invalid("net", message, limit=limit)
    return total


def _typed(raw: Raw, name: str) -> str:
    return (raw.get(name) or "").strip()


def _clock(instant: datetime | None, zone: str) -> tuple[str, str]:
    """What clocks of the zone showed, to the second where it is none, and which of the two where it came twice."""
    if instant is None:
        return "", ""
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
    both = instants_of(zone, local)
    which = "" if len(both) < 2 else Which.FIRST if instant < both[1] else Which.SECOND
    return local.isoformat(timespec="seconds" if local.second else "minutes"), which


def _decimal_text(value: int | None, places: int) -> str:
    if value is None:
        return ""
    text = f"{Decimal(value).scaleb(-places):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amount_text(minor: int | None, currency: str) -> str:
    return "" if minor is None else f"{Decimal(minor).scaleb(-get_currency_precision(currency)):f}"
