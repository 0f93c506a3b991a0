"""How a car charges: a model without clock and network, in whole numbers, the same for the same dice."""

from dataclasses import dataclass
from random import Random

READ_S = 10
"""Seconds between two readings of the meter."""

HOUR_S = 3600
KNEE_AC, KNEE_DC = 920, 550  # per mille of its capacity up to which a battery takes all it can
MINUTES = (8, 20)
BATTERIES_WH = (40_000, 58_000, 77_000, 95_000)
AC_CARS_W = (7_400, 11_000, 11_000, 22_000)
DC_CARS_W = (50_000, 100_000, 150_000, 250_000)


@dataclass(frozen=True, slots=True)
class Plug:
    """A connector as equipment names it, and the most that it delivers."""

    station: str
    connector: str
    watts: int
    dc: bool = False


@dataclass(frozen=True, slots=True)
class Car:
    """A battery in Wh, what is in it, and the most that it draws."""

    capacity_wh: int
    stored_wh: int
    watts: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The energy since the start, `after_s` seconds after it."""

    after_s: int
    energy_wh: int


def power(car: Car, stored_wh: int, dc: bool) -> int:
    """W that the battery takes at this charge: all up to the knee, then less and less; a full one takes nothing."""
    knee, least = (KNEE_DC, 120) if dc else (KNEE_AC, 150)
    per_mille = stored_wh * 1000 // car.capacity_wh
    if per_mille >= 1000:
        return 0
    beyond = max(0, per_mille - knee)
    return car.watts * (1000 - beyond * (1000 - least) // (1000 - knee)) // 1000


def charge(car: Car, dc: bool, charging_s: int, total_s: int) -> list[Reading]:
    """The meter every READ_S and at the end, for a car that idles once it has charged for so long."""
    readings: list[Reading] = []
    drawn_ws = before_s = 0
    for after_s in [*range(READ_S, total_s, READ_S), total_s]:
        if after_s <= charging_s:
            drawn_ws += power(car, car.stored_wh + drawn_ws // HOUR_S, dc) * (after_s - before_s)
        readings.append(Reading(after_s, drawn_ws // HOUR_S))
        before_s = after_s
    return readings


def visit(dice: Random, plug: Plug) -> list[Reading]:
    """A car that comes for some minutes: at full power first, then weaker; mostly it idles before it leaves."""
    total_s = dice.randint(*MINUTES) * 60 + dice.randrange(60)
    charging_s = total_s * dice.randint(70, 100) // 100
    watts = min(plug.watts, dice.choice(DC_CARS_W if plug.dc else AC_CARS_W))
    capacity_wh = dice.choice(BATTERIES_WH)
    to_the_knee_wh = watts * charging_s // HOUR_S * dice.randint(40, 100) // 100
    stored_wh = capacity_wh * (KNEE_DC if plug.dc else KNEE_AC) // 1000 - to_the_knee_wh
    return charge(Car(capacity_wh, max(0, stored_wh), watts), plug.dc, charging_s, total_s)
