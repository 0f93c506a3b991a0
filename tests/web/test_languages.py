"""Every page in a language of brackets (tests/support/catalogues.py): no text is outside of the catalogue.

Pages, refusals and messages of every role are read as people read them. What stands outside of the brackets must be
data of the database, a number, a date, or one of the few words that are the same in every language.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages import Catalog
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.security.asking import names_of, visitor
from tests.security.route_table import TABLE
from tests.security.world import World, make_world
from tests.support.catalogues import BRACKETED, bracketed_catalogue, extracted, german, spoken, words
from tests.support.languages import LUXEMBOURG, Data, Reader, app_in, is_page, loose

STARTS = {
    "anonymous": ("/map/", "/auth/login", "/nothing-here"),
    "admin": ("/admin/", "/map/"),
    "operator": ("/operator/", "/map/", "/admin/"),
    "driver": ("/map/", "/operator/"),
}


@pytest.fixture(scope="module")
def brackets(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return bracketed_catalogue(extracted(tmp_path_factory.mktemp("extracted")))


@pytest.fixture
def bracketed_app(database_url: str, tmp_path: Path, brackets: Catalog) -> Flask:
    return app_in(BRACKETED, brackets, database_url, tmp_path)


@pytest.fixture
def german_app(database_url: str, tmp_path: Path) -> Flask:
    return app_in(LUXEMBOURG, german(), database_url, tmp_path)


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


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


def listing(texts: dict[str, str]) -> str:
    return "\n".join(f"{where}: {text}" for text, where in texts.items())


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("text", ["<p>Hello</p>", "<p>⟦Hello⟧ you</p>", '<a title="Go">⟦Go⟧</a>'])
def test_a_text_without_brackets_is_found(engine: Engine, text: str) -> None:
    assert loose(text, Data(engine))
