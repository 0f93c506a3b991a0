"""The commission, to the last minor unit, beside a computation in plain decimals."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.commission import Agreed, Charged, TermsBook, settle
from portal.domain.commission_report import CountedSession, report
from portal.domain.money import half_up_ratio
from portal.models import Terms

CURRENCIES = ("JPY", "EUR", "KWD")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def places(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(least, most, places=4, allow_nan=False, allow_infinity=False)


AGREED = st.builds(
    Agreed,
    currency=st.sampled_from(CURRENCIES),
    price_per_kwh_ac=places(0, 20),
    price_per_kwh_dc=places(0, 20),
    price_per_session=places(0, 20),
    price_per_hour=places(0, 20),
    share_percent=st.sampled_from((Decimal(0), Decimal(100))) | places(0, 100),
    reimbursement_first=st.booleans(),
)
CHARGED = st.builds(
    Charged,
    energy_wh=st.integers(0, 400_000),
    seconds=st.integers(0, 200_000),
    net_minor=st.integers(-50_000, 500_000),
    dc=st.booleans(),
)


def plainly(agreed: Agreed, charged: Charged) -> tuple[Decimal, Decimal]:
    """Reimbursement and share as SEMANTICS writes them, in fifty digits, rounded at the end."""
    with localcontext() as context:
        context.prec = 50
        net = Decimal(charged.net_minor).scaleb(-get_currency_precision(agreed.currency))
        price = agreed.price_per_kwh_dc if charged.dc else agreed.price_per_kwh_ac
        thousandths = charged.energy_wh * price * 3600 + charged.seconds * agreed.price_per_hour * 1000
        reimbursement = agreed.price_per_session + thousandths / 3_600_000
        exact = thousandths + agreed.price_per_session * 3_600_000  # no division: no rounding on the way
        base = net * 3_600_000
        if agreed.reimbursement_first:
            base = max(Decimal(0), base - exact)
        share = base * agreed.share_percent / 100 / 3_600_000
        unit = Decimal(1).scaleb(-get_currency_precision(agreed.currency))
        return reimbursement.quantize(unit, ROUND_HALF_UP), share.quantize(unit, ROUND_HALF_UP)


@given(AGREED, CHARGED)
def test_it_is_what_the_formula_says(agreed: Agreed, charged: Charged) -> None:
    found = settle(agreed, charged)
    digits = get_currency_precision(agreed.currency)
    shown = (Decimal(found.reimbursement).scaleb(-digits), Decimal(found.share).scaleb(-digits))
    assert shown == plainly(agreed, charged)
    assert found.due + found.kept == charged.net_minor


def test_an_example_by_hand() -> None:
    """12.345 kWh at 0.10, 0.20 a session, 1.5 hours at 0.50: 2.1845; 20 % of what is left of 4.20."""
    agreed = Agreed(
        "EUR",
        price_per_kwh_ac=Decimal("0.1"),
        price_per_session=Decimal("0.2"),
        price_per_hour=Decimal("0.5"),
        share_percent=Decimal(20),
    )
    found = settle(agreed, Charged(12_345, 5400, 420, dc=False))
    assert (found.reimbursement, found.share, found.due, found.kept) == (218, 40, 258, 162)
    beside = agreed.restated(reimbursement_first=False)
    assert settle(beside, Charged(12_345, 5400, 420, dc=False)).share == 84


@pytest.mark.parametrize("percent", [0, 100])
def test_all_or_nothing_of_the_revenue(percent: int) -> None:
    found = settle(Agreed("EUR", share_percent=Decimal(percent)), Charged(5000, 60, 333, dc=True))
    assert found.due == (333 if percent else 0)


def test_what_is_kept_may_be_negative() -> None:
    found = settle(Agreed("EUR", price_per_session=Decimal(5)), Charged(0, 0, 300, dc=False))
    assert (found.due, found.kept) == (500, -200)


def test_a_half_goes_away_from_zero() -> None:
    assert [half_up_ratio(over, 10) for over in (4, 5, 15, -4, -5, -15)] == [0, 1, 2, 0, -1, -2]
    refund = settle(
        Agreed("EUR", share_percent=Decimal(50), reimbursement_first=False), Charged(0, 0, -5, dc=False)
    )
    assert refund.share == -3


def test_without_terms_nothing_is_due() -> None:
    assert settle(None, Charged(9000, 60, 500, dc=False)).kept == 500


def test_a_percentage_alone_has_no_currency() -> None:
    assert Agreed("EUR", share_percent=Decimal(30)).counts_in("USD")
    assert not Agreed("EUR", price_per_hour=Decimal("0.0001")).counts_in("USD")


def terms(month: date, **prices: Any) -> Terms:
    blank = dict.fromkeys(
        ("price_per_kwh_ac", "price_per_kwh_dc", "price_per_session", "price_per_hour"), Decimal(0)
    )
    return Terms(
        **{**blank, "share_percent": Decimal(0), "reimbursement_first": True, "currency": "EUR", **prices},
        effective_from=month,
    )


def test_terms_come_into_force_at_local_midnight_of_a_month() -> None:
    book = TermsBook(
        "Asia/Kathmandu", [terms(date(2026, 9, 1), share_percent=Decimal(2)), terms(date(2026, 8, 1))]
    )
    change = datetime(2026, 8, 31, 18, 15, tzinfo=UTC)  # UTC+5:45
    assert book.at(change).share_percent == 2  # type: ignore[union-attr]
    assert book.at(change - timedelta(seconds=1)).share_percent == 0  # type: ignore[union-attr]
    assert book.at(datetime(2026, 7, 31, 18, tzinfo=UTC)) is None


def counted(number: int, charged: Charged, currency: str = "EUR", vat: int = 0) -> CountedSession:
    ended = BEGIN + timedelta(hours=number)
    started = ended - timedelta(seconds=charged.seconds)
    return CountedSession(
        *(number, 1, 1, 1, number % 3, f"S{number % 3}", "1", 1, charged.dc, number % 2 == 0, started, ended),
        *(charged.energy_wh, charged.net_minor, vat, currency),
    )


@given(st.lists(CHARGED, min_size=1, max_size=30), st.integers(0, 30))
def test_lines_sum_to_totals_and_splitting_a_period_changes_nothing(many: list[Charged], cut: int) -> None:
    book = TermsBook(
        "UTC", [terms(date(2000, 1, 1), price_per_kwh_dc=Decimal("0.33"), share_percent=Decimal("12.5"))]
    )
    sessions = [counted(number, charged, vat=number) for number, charged in enumerate(many)]
    whole = report(sessions, {1: book}, lambda one: one.station_id)
    for name in ("sessions", "energy_wh", "net", "vat", "reimbursement", "share", "due", "kept"):
        total = getattr(whole.totals["EUR"], name)
        assert total == sum(getattr(group["EUR"], name) for group in whole.groups.values())
        halves = (report(part, {1: book}, lambda one: 0) for part in (sessions[:cut], sessions[cut:]))
        assert total == sum(getattr(half.totals["EUR"], name) for half in halves if half.totals)
    assert whole.totals["EUR"].due + whole.totals["EUR"].kept == whole.totals["EUR"].net


def test_currencies_are_never_added_up() -> None:
    book = TermsBook("UTC", [terms(date(2000, 1, 1), share_percent=Decimal(10))])
    sessions = [
        counted(number, Charged(1, 1, 100, dc=False), code)
        for number, code in enumerate(("EUR", "USD", "EUR"))
    ]
    found = report(sessions, {1: book}, lambda one: None)
    assert {code: totals.net for code, totals in found.totals.items()} == {"EUR": 200, "USD": 100}


def test_prices_of_another_currency_settle_nothing() -> None:
    book = TermsBook("UTC", [terms(date(2000, 1, 1), price_per_session=Decimal(1))])
    found = report([counted(1, Charged(1, 1, 100, dc=False), "USD")], {1: book}, lambda one: None)
    assert found.totals == {}
    assert [one.id for one in found.unsettled] == [1]
