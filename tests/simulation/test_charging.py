"""The model of a charging car: nothing beyond its connector, energy that only grows, a tail that idles."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.simulation.charging import MINUTES, READ_S, Car, Plug, charge, power, visit

PLUGS = st.builds(Plug, st.just("S"), st.just("1/1"), st.integers(1_000, 400_000), st.booleans())


@given(st.integers(), PLUGS)
def test_a_visit_stays_below_its_connector(seed: int, plug: Plug) -> None:
    readings, again = (visit(Random(seed), plug) for _ in range(2))  # noqa: S311 - a car's dice
    assert readings == again
    assert MINUTES[0] * 60 <= readings[-1].after_s < (MINUTES[1] + 1) * 60
    before_s = before_wh = 0
    for reading in readings:
        lasted_s = reading.after_s - before_s
        assert 0 < lasted_s <= READ_S
        assert 0 <= reading.energy_wh - before_wh <= plug.watts * lasted_s // 3600 + 1
        before_s, before_wh = reading.after_s, reading.energy_wh
    assert before_wh > 0


@pytest.mark.parametrize(("dc", "knee_wh"), [(False, 55_200), (True, 33_000)])
def test_power_falls_beyond_the_knee(dc: bool, knee_wh: int) -> None:
    car = Car(60_000, 0, 20_000)
    powers = [power(car, wh, dc) for wh in range(knee_wh, 60_001, 600)]
    assert power(car, 0, dc) == powers[0] == 20_000
    assert powers == sorted(powers, reverse=True)
    assert powers[-2] < 8_000
    assert powers[-1] == 0


def test_it_idles_after_charging() -> None:
    readings = charge(Car(60_000, 10_000, 7_200), dc=False, charging_s=600, total_s=905)
    energies = {reading.after_s: reading.energy_wh for reading in readings}
    assert (energies[300], energies[600], energies[905]) == (600, 1200, 1200)
