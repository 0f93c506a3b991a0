"""The German catalogue is complete and sound, and templates hold no text outside of it."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from jinja2 import Environment

from tests.support.catalogues import PLACEHOLDER, ROOT, extracted, german, spoken, words

TEMPLATES = ROOT / "portal" / "templates"
PICTURED = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for what an expression puts in
# The same in every language: units, names of formats; and what macros and blocks hold instead of text: attributes,
# names of classes, anchors.
NO_TEXT = re.compile(r"""\b(?:Wh|kWh|kW|km|CSV|XLSX)\b|[\w-]+="[^"]*"|\b[a-z]+-[a-z-]+\b|#[a-z]+""")
LETTERS = re.compile(r"[^\W\d_]{2,}")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return german()


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text))


def test_the_catalogue_has_the_texts_of_the_code_and_no_others(catalogue: Catalog, tmp_path: Path) -> None:
    code = {message.id for message in messages(extracted(tmp_path))}
    known = {message.id for message in messages(catalogue)}
    assert code == known, "run: python3 scripts/dev.py catalogues"


def test_every_message_is_in_german(catalogue: Catalog) -> None:
    untranslated = [message.id for message in messages(catalogue) if not all(words(message.string or ""))]
    assert untranslated == []
    assert [message.id for message in messages(catalogue) if message.fuzzy] == []


def test_german_messages_keep_their_placeholders(catalogue: Catalog) -> None:
    """The singular may leave a figure out ("one station"); nothing else may be missing or new."""
    wrong = []
    for message in messages(catalogue):
        english, translated = words(message.id), words(message.string)
        wanted = placeholders(english[-1])
        if placeholders(translated[-1]) != wanted or placeholders(translated[0]) - wanted:
            wrong.append(message.id)
        if "%" in PLACEHOLDER.sub("", translated[-1]).replace("%%", "") and "python-format" in message.flags:
            wrong.append(message.id)
    assert wrong == []


def test_german_messages_end_as_the_english_ones_do(catalogue: Catalog) -> None:
    """A full stop, a colon or dots; blanks at neither end."""
    marks = (".", ":", "…", "?", "!")
    wrong = []
    for message in messages(catalogue):
        for english, translated in zip(words(message.id), words(message.string), strict=True):
            ends = {text[-1:] if text.endswith(marks) else "" for text in (english, translated)}
            if translated != translated.strip() or (len(ends) > 1 and not translated.endswith("USt.")):
                wrong.append(translated)
    assert wrong == []


def loose_texts(source: str) -> Iterator[str]:
    """What a template says by itself, not through an expression."""
    parts = []
    for _line, token, value in Environment(autoescape=True).lex(source):
        if token == "variable_begin":
            parts.append(PICTURED)
        elif token == "data":
            parts.append(value)
    for where, text in spoken("".join(parts)):
        if where != "code" and LETTERS.search(NO_TEXT.sub("", text)):
            yield f"{where}: {' '.join(text.split())}"


def test_templates_say_nothing_by_themselves() -> None:
    found = [
        f"{file.relative_to(TEMPLATES)}: {text}"
        for file in sorted(TEMPLATES.rglob("*.html"))
        for text in loose_texts(file.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        "<p>{{ name }} is here</p>",
        '<input placeholder="Name">',
        '<a {% if x %}title="Go"{% endif %} href="/">{{ _("Go") }}</a>',
    ],
)
def test_a_loose_text_is_found(source: str) -> None:
    assert list(loose_texts(source))


def test_what_is_no_text_is_not_taken_for_one() -> None:
    source = '{# Note #}{% set a = "x" %}<p class="big" data-url="/a">{{ _("Hello") }} 12 kWh {{ name }}</p>'
    assert not list(loose_texts(source))
