"""What a session costs, to the last minor unit."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.rating import Line, LineKind, Prices, rate
from portal.models import Tariff

CURRENCIES = {"JPY": 0, "EUR": 2, "KWD": 3}


def money(most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, most, places=4, allow_nan=False, allow_infinity=False)


PRICES = st.builds(
    Prices,
    currency=st.sampled_from(sorted(CURRENCIES)),
    price_per_kwh=money(500),
    price_per_session=money(500),
    price_per_hour=money(500),
    price_per_idle_hour=money(500),
    vat_percent=st.decimals(0, 100, places=4),
    step_wh=st.integers(1, 5000),
    max_price=st.none() | st.decimals("0.01", 300, places=4),
    name=st.text(max_size=10),
    tariff_id=st.none() | st.integers(1),
)
ENERGY = st.integers(0, 500_000)
SECONDS = st.integers(0, 200_000)
LIMITS = st.none() | st.decimals("0.01", 300, places=4)

SUMMER = Prices(
    "EUR",
    price_per_kwh=Decimal("0.45"),
    price_per_session=Decimal("0.50"),
    price_per_hour=Decimal("1.20"),
    price_per_idle_hour=Decimal("6"),
    vat_percent=Decimal(20),
)


def test_each_line_explains_itself() -> None:
    rated = rate(SUMMER, 22_000, 5400, 1800)
    assert rated.lines == (
        Line(LineKind.ENERGY, 22_000, "Wh", Decimal("0.45"), 990),
        Line(LineKind.SESSION, 1, "session", Decimal("0.50"), 50),
        Line(LineKind.CHARGING, 5400, "s", Decimal("1.20"), 180),
        Line(LineKind.IDLE, 1800, "s", Decimal(6), 300),
    )
    assert (rated.net_minor, rated.vat_minor, rated.total_minor) == (1520, 304, 1824)
    assert rated.uncapped_minor is None
    assert rated.capped_by is None


@pytest.mark.parametrize(("wh", "billed"), [(0, 0), (1, 500), (500, 500), (501, 1000), (22_000, 22_000)])
def test_energy_is_billed_in_whole_steps(wh: int, billed: int) -> None:
    rated = rate(Prices("EUR", price_per_kwh=Decimal(1), step_wh=500), wh, 0, 0)
    assert sum(line.quantity for line in rated.lines) == billed
    assert rated.net_minor * 10 == billed


@pytest.mark.parametrize(("currency", "net"), [("JPY", 1), ("EUR", 50), ("KWD", 500)])
def test_halves_go_up_in_the_minor_unit_of_the_currency(currency: str, net: int) -> None:
    prices = Prices(currency, price_per_session=Decimal("0.5"), vat_percent=Decimal(1))
    assert rate(prices, 0, 0, 0).net_minor == net
    assert rate(prices, 0, 0, 0).vat_minor == {"JPY": 0, "EUR": 1, "KWD": 5}[currency]


def test_a_second_counts_exactly() -> None:
    prices = Prices("EUR", price_per_hour=Decimal(36))
    assert [rate(prices, 0, s, 0).net_minor for s in (0, 1, 3599, 3600)] == [0, 1, 3599, 3600]


def test_the_maximum_includes_vat() -> None:
    rated = rate(replace(SUMMER, max_price=Decimal("9.99")), 22_000, 0, 0)
    assert (rated.net_minor, rated.vat_minor, rated.uncapped_minor) == (833, 166, 1248)
    assert rated.lines[-1] == Line(LineKind.MAX_PRICE, 1, "session", Decimal("9.99"), 833 - 1040)


@pytest.mark.parametrize(
    ("limit", "total", "by"),
    [
        ("5.00", 500, LineKind.LIMIT),
        ("9.99", 999, LineKind.MAX_PRICE),
        ("12", 999, LineKind.MAX_PRICE),
        ("5.009", 500, LineKind.LIMIT),
    ],
)
def test_the_lower_of_limit_and_maximum_holds(limit: str, total: int, by: LineKind) -> None:
    rated = rate(replace(SUMMER, max_price=Decimal("9.99")), 22_000, 0, 0, Decimal(limit))
    assert (rated.total_minor, rated.capped_by, rated.uncapped_minor) == (total, by, 1248)


def test_exactly_at_the_limit_nothing_is_taken_off() -> None:
    assert rate(SUMMER, 22_000, 5400, 1800, Decimal("18.24")).uncapped_minor is None
    assert rate(SUMMER, 22_000, 5400, 1800, Decimal("18.23")).uncapped_minor == 1824


def test_what_is_below_zero_costs_nothing() -> None:
    assert rate(replace(SUMMER, price_per_session=Decimal(0)), -5, -1, -1).lines == ()


@given(PRICES, ENERGY, SECONDS, SECONDS, LIMITS)
def test_lines_add_up_and_no_cap_is_passed(
    prices: Prices, wh: int, charging: int, idle: int, limit: Decimal | None
) -> None:
    rated = rate(prices, wh, charging, idle, limit)
    assert sum(line.net for line in rated.lines) == rated.net_minor
    assert rated.net_minor >= 0
    assert rated.vat_minor >= 0
    unit = Decimal(1).scaleb(-CURRENCIES[prices.currency])
    caps = [cap for cap in (prices.max_price, limit) if cap is not None]
    assert all(rated.total_minor * unit <= cap for cap in caps)
    if rated.uncapped_minor is not None:
        assert rated.uncapped_minor > rated.total_minor
        assert rated.total_minor == min(caps) // unit
    elif prices.vat_percent:
        exact = rated.net_minor * prices.vat_percent / 100
        assert abs(rated.vat_minor - exact) <= Decimal("0.5")


@given(PRICES, ENERGY, ENERGY, SECONDS, LIMITS)
def test_more_energy_never_costs_less(
    prices: Prices, one: int, other: int, seconds: int, limit: Decimal | None
) -> None:
    less, more = (rate(prices, wh, seconds, 0, limit) for wh in sorted((one, other)))
    assert less.total_minor <= more.total_minor
    assert less.net_minor <= more.net_minor


@given(PRICES, ENERGY, SECONDS, LIMITS)
def test_what_a_session_keeps_is_what_was_rated(
    prices: Prices, wh: int, seconds: int, limit: Decimal | None
) -> None:
    again = Prices.from_json(json.loads(json.dumps(prices.to_json())))
    assert again == prices
    rated = rate(prices, wh, seconds, seconds, limit)
    assert rate(again, wh, seconds, seconds, limit) == rated
    kept = json.loads(json.dumps(rated.to_json()))
    assert tuple(Line.from_json(line) for line in kept) == rated.lines


def test_prices_are_those_of_the_tariff() -> None:
    tariff = Tariff(id=7, name="Summer", currency="EUR", price_per_kwh=Decimal("0.45"), step_wh=100)
    for name in ("price_per_session", "price_per_hour", "price_per_idle_hour", "vat_percent"):
        setattr(tariff, name, Decimal(0))
    kept = Prices.of(tariff).to_json()
    assert kept["price_per_kwh"] == "0.45"
    assert (kept["tariff_id"], kept["name"], kept["step_wh"], kept["max_price"]) == (7, "Summer", 100, None)
