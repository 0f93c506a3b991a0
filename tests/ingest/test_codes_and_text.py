import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.codes import CodeError, derive_code, identity_code, normalise_code, suggest_code
from portal.domain.connectors import STANDARDS, choices, fits
from portal.domain.text import TextError, clean, fold


@pytest.mark.parametrize(
    ("typed", "stored"),
    [(" hotel-alpina ", "HOTEL-ALPINA"), ("a.b_c-1", "A.B_C-1"), ("1x", "1X"), ("A" * 36, "A" * 36)],
)
def test_a_code_is_trimmed_and_upper_cased(typed: str, stored: str) -> None:
    assert normalise_code(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "A", "-AB", ".AB", "A B", "A/B", "HÔTEL", "straße", "ıx", "A" * 37, "AB\n\0", "A\u200bB"]
)
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(CodeError, match="2 to 36 characters"):
        normalise_code(typed)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Hôtel Alpina", "HOTEL-ALPINA"),
        ("St. Mary's & Co", "ST-MARYS-CO"),
        ("Łódź – Øst", "LODZ-OST"),
        ("東京", ""),
        ("A", ""),
    ],
)
def test_a_code_is_suggested_from_the_name(name: str, code: str) -> None:
    assert suggest_code(name) == code


@given(st.text(max_size=80))
def test_every_suggestion_is_a_code_or_nothing(name: str) -> None:
    assert suggest_code(name) == "" or normalise_code(suggest_code(name)) == suggest_code(name)


@given(st.text(min_size=1, max_size=60))
def test_codes_can_be_made_of_every_text(text: str) -> None:
    assert normalise_code(derive_code(text)) == derive_code(text)
    assert normalise_code(identity_code(text)) == identity_code(text)


def test_long_and_foreign_identifiers_keep_apart() -> None:
    assert derive_code("Ecotricity Electric Highway of Wales North") != derive_code(
        "Ecotricity Electric Highway of Wales South"
    )
    assert identity_code("DE*ABC*1") != identity_code("DE-ABC-1") == "DE-ABC-1"


def test_folding_forgets_accents_case_and_blanks() -> None:
    assert fold("  HÔTEL\t Łódź  Straße ") == fold("hotel lodz strasse") == "hotel lodz strasse"
    assert fold("Þórshöfn Ærø İstanbul") == "thorshofn aero istanbul"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("text", ["a\0b", "a\nb", "a\x1bb", "a\x85b", "a\u2028b", "a\ud800b"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(TextError, match="control character"):
        clean(text, 10)


def test_text_is_trimmed_composed_and_bounded() -> None:
    assert clean("  e\u0301 👩‍🔧 ", 10) == "é 👩‍🔧"
    with pytest.raises(TextError, match="11 characters, at most 10"):
        clean("x" * 11, 10)


def test_standards_are_ocpi_names_with_a_current() -> None:
    assert fits("CHADEMO", "DC")
    assert not fits("CHADEMO", "AC")
    assert not fits("NONSENSE", "AC")
    assert dict(choices()).keys() == STANDARDS.keys()
    assert all(standard.currents for standard in STANDARDS.values())
