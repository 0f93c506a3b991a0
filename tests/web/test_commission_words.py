"""What the sentences say can be followed by hand: their numbers are read from the text and computed again."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.commission import Agreed, Charged, settle
from portal.domain.commission_report import Part, Totals
from portal.extensions import babel
from portal.web.commission_words import explain_line, explain_totals

PRICES = ("price_per_kwh_ac", "price_per_kwh_dc", "price_per_session", "price_per_hour")
AGREED = Agreed(
    "EUR",
    date(2026, 9, 1),
    *(Decimal(price) for price in ("0.1", "0.3", "0.2000", "0.5", "20")),
    terms_id=1,
)
NUMBER = re.compile(r"\d+:\d\d:\d\d|[-−+]?€?\d[\d.]*…?")


@pytest.fixture(scope="module", autouse=True)
def english() -> Iterator[None]:
    app = Flask(__name__)
    babel.init_app(app)
    with app.app_context(), force_locale("en"):
        yield


def numbers(text: str) -> list[Fraction]:
    """Of a text in English, without separators of thousands; a time is in hours."""
    found = []
    for each in NUMBER.findall(text.replace(",", "").replace("-€", "€-")):
        if ":" in each:
            hours, minutes, seconds = map(int, each.split(":"))
            found.append(Fraction(hours * 3600 + minutes * 60 + seconds, 3600))
        else:
            found.append(Fraction(re.sub("[€…+]", "", each).replace("−", "-").rstrip(".")))
    return found


def line_of(steps: list[str], start: str) -> str:
    return next(step for step in steps if step.startswith(start))


def test_a_session_reads_as_it_was_computed() -> None:
    charged = Charged(12_345, 5400, 420, dc=False)
    assert explain_line(AGREED, charged, settle(AGREED, charged), "EUR") == [
        "By the terms in force from September 2026.",
        "Energy: 12.345 kWh × €0.10 per kWh = €1.2345",
        "1 session × €0.20 = €0.20",
        "Time: 1:30:00 h × €0.50 per hour = €0.75",
        "Reimbursement: €1.2345 + €0.20 + €0.75 = €2.1845, rounded €2.18",
        "Base: €4.20 net − €2.1845 reimbursement = €2.0155",
        "Share: 20% of €2.0155 = €0.4031, rounded €0.40",
        "Due to the operator: €2.18 + €0.40 = €2.58",
        "Kept by the CPO: €4.20 − €2.58 = €1.62",
    ]


def test_other_cases_have_words_of_their_own() -> None:
    charged = Charged(1000, 1, 5, dc=True)
    assert explain_line(None, charged, settle(None, charged), "EUR") == [
        "No terms were in force when it started: nothing is due."
    ]
    said = explain_line(AGREED, charged, settle(AGREED, charged), "EUR")
    assert "Time: 0:00:01 h × €0.50 per hour = €0.00013888…" in said
    assert "Base: €0.05 net − €0.50013888… reimbursement is below zero, so €0.00" in said
    share_only = Agreed("EUR", share_percent=Decimal("12.5"), reimbursement_first=False)
    said = explain_line(share_only, charged, settle(share_only, charged), "USD")
    assert said[:3] == [
        "No reimbursement is agreed.",
        "Base: $0.05 net; the reimbursement is not deducted first.",
        "Share: 12.5% of $0.05 = $0.00625, rounded $0.01",
    ]


CHARGED = st.builds(
    Charged, st.integers(-500, 90_000), st.integers(0, 90_000), st.integers(-500, 9000), st.booleans()
)
PRICE = st.decimals(0, 2, places=4)


@st.composite
def agreements(draw: st.DrawFn) -> Agreed:
    prices = {name: draw(PRICE) for name in PRICES}
    return AGREED.restated(**prices, share_percent=draw(st.decimals(0, 100, places=4)))


def followed(left: Fraction, right: Fraction, text: str) -> bool:
    """Equal, or where digits were cut off as close as those that are left."""
    return left == right or ("…" in text and abs(left - right) < Fraction(1, 10**6))


@given(agreements(), st.lists(CHARGED, min_size=1, max_size=6))
def test_the_numbers_in_the_text_give_the_results_in_the_text(agreed: Agreed, many: list[Charged]) -> None:
    totals = Totals("EUR")
    for charged in many:
        found = settle(agreed, charged)
        part = totals.parts.setdefault((1, charged.dc), Part(agreed, charged.dc))
        part.add(charged, 0, found)
        check(explain_line(agreed, charged, found, "EUR"))
    said = explain_totals(totals)
    check(said)
    assert numbers(line_of(said, "Due"))[-1] * 100 == totals.due
    assert numbers(line_of(said, "Kept"))[-1] * 100 == totals.kept


def check(steps: list[str]) -> None:
    for step in steps:
        if " × " in step:
            quantity, price, exact = numbers(step)
            assert followed(quantity * price, exact, step), step
        elif step.startswith(("Reimbursement: ", "Share: ")):
            rounds(step)
        elif step.startswith("Base") and "below zero" not in step and "−" in step:
            net, taken, *beyond, base = numbers(step)
            assert followed(net - taken + sum(beyond), base, step), step
        elif step.startswith(("Due", "Reimbursement in", "Share in")):
            *each, total = numbers(step)
            assert sum(each) == total, step
        elif step.startswith("Kept"):
            net, due, kept = numbers(step)
            assert net - due == kept, step


def rounds(step: str) -> None:
    formula, _, result = step.partition(", round")
    exact = numbers(formula)[-1]
    if step.startswith("Share"):
        percent, base, exact = numbers(formula)
        assert followed(percent * base / 100, exact, step), step
    elif "=" in formula:
        assert followed(sum(numbers(formula)[:-1], Fraction(0)), exact, step), step
    *rounding, rounded = numbers(result)
    if rounding:
        assert followed(exact + rounding[0], rounded, step), step
    else:  # half away from zero, by the digits that are there
        nearest = (abs(exact) * 200 + 1) // 2
        assert rounded * 100 == (nearest if exact >= 0 else -nearest), step
