"""Phone numbers, countries, states, currencies and time zones as people type them."""

from datetime import UTC, datetime

import pytest

from portal.domain.contact import phone_value
from portal.domain.errors import Invalid
from portal.domain.geography import countries, country_value, currencies, currency_value, state_value, states
from portal.domain.zones import offered_zones, offset_text, zone_of, zone_value


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("041 234 567", "SI", "+38641234567"),
        ("+386 41 234-567", None, "+38641234567"),
        ("+1 (212) 555-0100", "SI", "+12125550100"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("  ", "SI", None),
    ],
)
def test_phone_numbers(text: str, country: str | None, expected: str | None) -> None:
    raw, dialled = phone_value("phone", text, country)
    assert dialled == expected
    assert raw == (text.strip() or None)


@pytest.mark.parametrize(
    ("text", "country"), [("041 234 567", None), ("abc", "SI"), ("+", "SI"), ("1" * 41, "SI")]
)
def test_what_is_no_phone_number(text: str, country: str | None) -> None:
    with pytest.raises(Invalid):
        phone_value("phone", text, country)


def test_countries_are_named_in_the_language_of_the_reader() -> None:
    assert dict(countries("de"))["AT"] == "Österreich"
    assert dict(countries("en"))["AT"] == "Austria"
    names = [name for _code, name in countries("de")]
    assert names.index("Österreich") < names.index("Polen"), "sorted as people read"
    assert country_value("country", " si ") == "SI"
    assert country_value("country", "") is None
    for wrong in ("XX", "SVN", "S", "{{"):
        with pytest.raises(Invalid):
            country_value("country", wrong)


def test_states_belong_to_a_country() -> None:
    assert "Nevada" in states("US")
    assert "Wales" in states("GB"), "without the name in a second language"
    for typed in ("Nevada", "nevada", "NV", "US-NV"):
        assert state_value("state", typed, "US") == "Nevada"
    assert state_value("state", "anything", "AX") == "anything", "no list of states"
    assert state_value("state", "anything", None) == "anything"
    with pytest.raises(Invalid):
        state_value("state", "Nevada", "SI")


def test_currencies() -> None:
    assert dict(currencies("en"))["CHF"] == "Swiss Franc"
    assert currency_value("currency", " eur ") == "EUR"
    for wrong in ("", "EURO", "XXZ"):
        with pytest.raises(Invalid):
            currency_value("currency", wrong)


def test_zones() -> None:
    assert zone_value("timezone", " asia/kathmandu ") == "Asia/Kathmandu"
    assert offset_text("Asia/Kathmandu", datetime(2026, 1, 1, tzinfo=UTC)) == "UTC+05:45"
    assert offset_text("America/New_York", datetime(2026, 1, 1, tzinfo=UTC)) == "UTC-05:00"
    assert offset_text("America/New_York", datetime(2026, 7, 1, tzinfo=UTC)) == "UTC-04:00"
    assert "Europe/Ljubljana" in offered_zones()
    assert "GB-Eire" not in offered_zones()
    assert (zone_of("SI"), zone_of("US"), zone_of(None)) == ("Europe/Ljubljana", None, None)
    for wrong in ("", "Mars/Base", "../../etc/passwd", "localtime", "Factory", "posix/UTC", "UTC\x00"):
        with pytest.raises(Invalid):
            zone_value("timezone", wrong)
