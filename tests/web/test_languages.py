"""Every page in a language of brackets (tests/support/catalogues.py): no text is outside of the catalogue.

Pages, refusals and messages of every role are read as people read them. What stands outside of the brackets must be
data of the database, a number, a date, or one of the few words that are the same in every language.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from babel import Locale
from flask import Flask
from sqlalchemy import Column, Engine, Enum, String, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from portal import create_app
from portal.domain import geography, zones
from portal.domain.errors import Conflict, Invalid, NotFound
from portal.domain.text import N_, TextError, said
from portal.ingest.records import FieldError
from portal.models import Base
from portal.web.filters import energy
from portal.web.locale import in_locale
from portal.web.locale import spoken as translated
from tests.security.asking import names_of, visitor
from tests.security.crawl import Crawler, Found
from tests.security.markup import Document
from tests.security.route_table import TABLE
from tests.security.world import World, make_world
from tests.support.catalogues import (
    BRACKETED,
    extracted,
    german,
    outside,
    spoken,
    words,
    write_as,
    write_bracketed,
)
from tests.support.factories import TESTER
from tests.support.migrated import make_config
from tests.support.templates import COMPILED

LUXEMBOURG = "de_LU"  # German, in a catalogue that no other test has read
STARTS = {
    "anonymous": ("/map/", "/auth/login", "/nothing-here"),
    "admin": ("/admin/", "/map/"),
    "operator": ("/operator/", "/map/", "/admin/"),
    "driver": ("/map/", "/operator/"),
}
# Columns that hold keys of ours and not what somebody wrote: shown raw they would be untranslated words.
KEYS = {"action", "subject_type", "via", "locale", "purpose", "endpoint", "current_type"}
MONTHS = "|".join(
    name for width in ("wide", "abbreviated") for name in Locale("en").months["format"][width].values()
)
SAME_EVERYWHERE = re.compile(
    rf"""\b(?:{MONTHS})\b | \b(?:AM|PM|UTC)\b
    | \b(?:Wh|kWh|W|kW|km|m|h|EUR|AC|DC)\b
    | \b(?:CSV|XLSX|PNG|JPEG|WebP|TLS|STARTTLS|Natural[ ]Earth|English|Deutsch|{BRACKETED})\b
    | https?://\S+ | \b[\w.@]+example\.com\b | \+386[\d ]+         # examples
    | \{{\w+\}} | •+\w*                                           # gaps for scripts, what is masked
    | \bzq[ab]\d+\w*(?:[ ]\w+)? | ^{TESTER.via}$                  # texts of the test's world
    """,
    re.VERBOSE | re.IGNORECASE,
)
DAMAGED = re.compile(r"^\w+: ⟦")  # no page of ours sends such a request: the answer names its parameter
LETTERS = re.compile(r"[^\W\d_]{2,}")


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


@pytest.fixture
def bracketed_app(database_url: str, tmp_path: Path) -> Flask:
    """The portal in the language of brackets, for whoever does not say another."""
    write_bracketed(extracted(tmp_path), tmp_path)
    made = create_app(make_config(database_url, default_locale=BRACKETED))
    made.jinja_env.bytecode_cache = COMPILED
    made.extensions["babel"].translation_directories.append(str(tmp_path))
    return made


@pytest.fixture
def german_app(database_url: str, tmp_path: Path) -> Flask:
    """The portal in German as its catalogue is now, whatever was compiled of it."""
    write_as(LUXEMBOURG, german(), tmp_path)
    made = create_app(make_config(database_url, default_locale=LUXEMBOURG))
    made.jinja_env.bytecode_cache = COMPILED
    made.extensions["babel"].translation_directories[:] = [str(tmp_path)]
    return made


LONG = N_("has %(length)d characters, at most %(max)d are allowed")


class Data:
    """What the database held at some moments, and the lists of the world: to be taken out of texts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known = set(listed())
        self._without: dict[str, str] = {}
        self.learn()

    def learn(self) -> None:
        """Read the database as it is now, beside what it was."""
        with self._engine.connect() as connection:
            for column in (column for table in Base.metadata.sorted_tables for column in table.columns):
                if written_by_people(column):
                    self._known.update(connection.scalars(select(column).distinct()))
        self._without.clear()
        longest = sorted((word for word in self._known if word and len(word) > 1), key=len, reverse=True)
        self._words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)

    def without(self, text: str) -> str:
        if text not in self._without:
            self._without[text] = self._words.sub(" ", text)
        return self._without[text]


def written_by_people(column: Column[Any]) -> bool:
    text = isinstance(column.type, String) and not isinstance(column.type, Enum)
    return text and column.name not in KEYS


def listed() -> Iterator[str]:
    """Countries, states, currencies and zones: names from CLDR and ISO, no texts of ours."""
    for code, name in (*geography.countries(BRACKETED), *geography.currencies(BRACKETED)):
        yield from (code, name)
    yield from geography.states("SI")
    yield from zones.offered_zones()


def loose(html: str, data: Data) -> list[str]:
    found = []
    for where, text in spoken(html):
        left = outside(text)
        if where in ("code", "time") or not LETTERS.search(left) or DAMAGED.match(text):
            continue
        if LETTERS.search(SAME_EVERYWHERE.sub(" ", data.without(left))):
            found.append(f"<{where}> {' '.join(text.split())[:200]}")
    return found


class Reader(Crawler):
    """Follows links from page to page, two of each kind: fragments are parts of pages, files stay in machine form."""

    def crawl(self, starts: Iterable[str]) -> list[Found]:
        todo = [url for url in starts if self._fresh(url)]
        while todo:
            answer = self._ask(todo.pop(0), fragment=False)
            self.found.append(answer)
            followed = Document(answer.body.decode()).addresses() if is_page(answer) else ()
            todo += [url for url in followed if url.startswith("/") and self._fresh(url)]
        return self.found

    def _fresh(self, url: str) -> bool:
        parts = urlsplit(url)
        rules = self.client.application.url_map.bind("localhost")
        try:
            rule, _arguments = rules.match(parts.path, return_rule=True)
        except HTTPException:
            return super()._fresh(url)
        kind = f"{rule.rule} {sorted(name for name, _value in parse_qsl(parts.query))}"
        self._shapes[kind] += url not in self._seen
        return (
            self._shapes[kind] <= (1 if parts.query else 2) and "/export." not in url and super()._fresh(url)
        )


def is_page(answer: Found) -> bool:
    return answer.is_html and not 300 <= answer.status < 400


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("role", STARTS)
def test_pages_have_no_text_outside_of_the_catalogue(
    bracketed_app: Flask, engine: Engine, world: World, role: str
) -> None:
    found = Reader(visitor(bracketed_app, world, role).client).crawl(STARTS[role])
    data = Data(engine)
    pages = [each for each in found if is_page(each)]
    assert len(pages) > 3
    texts = {text: each.url for each in pages for text in loose(each.body.decode(), data)}
    assert not texts, listing(texts)


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("role", ["admin", "operator"])
def test_answers_to_forms_have_no_text_outside_of_the_catalogue(
    bracketed_app: Flask, engine: Engine, session: Session, role: str
) -> None:
    """Each form of the route table: empty, out of date, and as it should be with the message that follows."""
    world = make_world(session)
    asking, data, said = visitor(bracketed_app, world, role), Data(engine), {}
    for route in (each for each in TABLE if each.unsafe and each.who == role):
        own = replace(route, form=route.form | dict.fromkeys({"locale"} & route.form.keys(), ""))
        empty = replace(route, form=dict.fromkeys(route.form, ""))
        stale = replace(own, form={**own.form, "version": "0"})
        answers = [asking.ask(each, names_of(world, "own")) for each in (empty, stale, own)]
        answers.append(asking.client.get(STARTS[role][0]))
        pages = [each for each in answers if each.mimetype == "text/html" and not each.location]
        said |= {each.text: f"{route.method} {route.address}" for each in pages}
    data.learn()
    texts = {text: where for html, where in said.items() for text in loose(html, data)}
    assert not texts, listing(texts)


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("role", STARTS)
def test_german_pages_hold_no_english_message(german_app: Flask, world: World, role: str) -> None:
    english = {
        text
        for message in german()
        if message.id and message.string
        for text, translated in zip(words(message.id), words(message.string), strict=True)
        if text != translated
    }
    found = Reader(visitor(german_app, world, role).client).crawl(STARTS[role])
    pages = [each for each in found if is_page(each)]
    said = {text: each.url for each in pages for _where, text in spoken(each.body.decode())}
    assert not (left := english & said.keys()), listing({text: said[text] for text in left})
    opened = {each.body.decode().partition("<html")[2][:24] for each in pages}
    assert opened - {""} == {' lang="de-LU" dir="ltr">\n'[:24]}


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_refusals_of_the_rooms_below_are_said_in_german(german_app: Flask) -> None:
    """With what was put into them: numbers as Germans write them, and texts within texts."""
    refusals = {
        Invalid(
            "x",
            N_("Expected a number from %(least)s to %(most)s."),
            least=Decimal("0.01"),
            most=Decimal(2500),
        ): ("Erwartet wird eine Zahl von 0,01 bis 2.500."),
        FieldError(
            "note", "", said(N_("The text %(problem)s."), problem=str(TextError(LONG, length=9, max=5)))
        ): ("Der Text hat 9 Zeichen, höchstens 5 sind erlaubt."),
        NotFound(): "Unter dieser Adresse gibt es nichts, oder es ist nicht für Sie bestimmt.",
        Conflict("Not a message"): "Not a message",
    }
    with german_app.test_request_context():
        assert {refusal: translated(str(refusal)) for refusal in refusals} == refusals
    assert [str(refusal) for refusal in refusals][1] == "The text has 9 characters, at most 5 are allowed."


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_mails_and_files_can_be_in_another_language(german_app: Flask) -> None:
    with german_app.test_request_context():
        assert translated(str(NotFound())).startswith("Unter")
        with in_locale("en"):
            assert (translated(str(NotFound())).split()[0], energy(12_345)) == ("There", "12.345 kWh")
        assert energy(12_345) == "12,345 kWh"
    with german_app.app_context():  # the command line, and a mail of it in the site's language
        assert energy(12_345) == "12.345 kWh"
        with in_locale(None):
            assert energy(12_345) == "12,345 kWh"


def listing(texts: dict[str, str]) -> str:
    return "\n".join(f"{where}: {text}" for text, where in texts.items())


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("text", ["<p>Hello</p>", "<p>⟦Hello⟧ you</p>", '<a title="Go">⟦Go⟧</a>'])
def test_a_text_without_brackets_is_found(engine: Engine, text: str) -> None:
    assert loose(text, Data(engine))
