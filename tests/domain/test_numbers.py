"""Decimals as people type them, with a point or a comma."""

from decimal import Decimal

import pytest

from portal.domain.errors import Invalid
from portal.domain.values import decimal_value


def read(text: str) -> Decimal | None:
    return decimal_value("price", text, least=Decimal(-1000), most=Decimal(1000), places=4)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("7", "7"),
        ("-1,50", "-1.5"),
    ],
)
def test_point_and_comma_are_the_same(text: str, number: str) -> None:
    assert read(text) == Decimal(number)


def test_nothing_is_no_number() -> None:
    assert read("") is None


@pytest.mark.parametrize("text", ["1,234", "1.234,5", "1,234.5", "1'000", "12,", ",5", "1,2,3", "nan", "ten"])
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read(text)
