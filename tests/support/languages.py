"""Reads pages of the portal in other languages: in brackets (tests/support/catalogues.py), and in German."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from babel import Locale
from babel.messages import Catalog
from flask import Flask
from sqlalchemy import Column, Engine, Enum, String, select
from werkzeug.exceptions import HTTPException

from portal import create_app
from portal.domain import geography, zones
from portal.models import Base
from tests.security.crawl import Crawler, Found
from tests.security.markup import Document
from tests.support.catalogues import BRACKETED, outside, spoken, write_as
from tests.support.factories import TESTER
from tests.support.migrated import make_config
from tests.support.templates import COMPILED

LUXEMBOURG = "de_LU"  # German, in a catalogue that no other test has read
# Columns that hold keys of ours and not what somebody wrote: shown raw they would be untranslated words.
KEYS = {"action", "subject_type", "via", "locale", "purpose", "endpoint", "current_type"}
MONTHS = "|".join(
    name for width in ("wide", "abbreviated") for name in Locale("en").months["format"][width].values()
)
SAME_EVERYWHERE = re.compile(
    rf"""\b(?:{MONTHS}|Sept)\b | \b(?:AM|PM|UTC)\b
    | \b(?:Wh|kWh|W|kW|km|m|h|EUR|AC|DC)\b
    | \b(?:CSV|XLSX|PDF|SHA-256|PNG|JPEG|WebP|TLS|STARTTLS|Natural[ ]Earth|English|Deutsch|{BRACKETED})\b
    | \bportal[ ]statements[ ]verify[ ]--operator\b               # a command to type
    | https?://\S+ | \b[\w.@]+example\.com\b | \+386[\d ]+         # examples
    | \{{\w+\}} | •+\w*                                           # gaps for scripts, what is masked
    | \bzq[ab]\d+\w*(?:[ ]\w+)? | ^{TESTER.via}$                  # texts of the test's world
    """,
    re.VERBOSE | re.IGNORECASE,
)
DAMAGED = re.compile(r"^\w+: ⟦")  # no page of ours sends such a request: the answer names its parameter
LETTERS = re.compile(r"[^\W\d_]{2,}")


def app_in(locale: str, catalogue: Catalog, database_url: str, folder: Path) -> Flask:
    """The portal for whoever asks for no language, with this catalogue as it is now, whatever was compiled."""
    write_as(locale, catalogue, folder)
    made = create_app(make_config(database_url, default_locale=locale))
    made.jinja_env.bytecode_cache = COMPILED
    made.extensions["babel"].translation_directories[:] = [str(folder)]
    return made


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
