"""No unsafe route can be reached from another site: token of one's own session, and an origin of ours."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Base
from tests.security.asking import HTMX, Visitor, names_of, visitor
from tests.security.route_table import ADMIN, ANYONE, OPERATOR, TABLE
from tests.security.world import make_world

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])  # refused before any database is asked
UNSAFE = [route for route in TABLE if route.unsafe]
ELSEWHERE = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Referer": "https://evil.example/page"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


def everything(session: Session) -> list[object]:
    """All rows of all tables, to see that nothing changed."""
    session.rollback()
    return [tuple(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]


@pytest.mark.parametrize("kind", ["none", "empty", "garbage", "of another session", "of nobody's session"])
def test_without_the_token_of_ones_own_session(app: Flask, session: Session, kind: str) -> None:
    world = make_world(session)
    tokens = {
        "none": "",
        "empty": " ",
        "garbage": "IjAi.aaaaaa.bbbbbbbb",
        "of another session": visitor(app, world, "admin").token,
        "of nobody's session": visitor(app, world, "anonymous").token,
    }
    visitors = {who: visitor(app, world, who) for who in (ADMIN, OPERATOR, "driver", ANYONE)}
    before = everything(session)
    accepted = []
    for route in UNSAFE:
        for headers in ({}, HTMX, {"X-CSRFToken": tokens[kind]}):
            answer = visitors[route.who].ask(
                route, names_of(world, "own"), token=tokens[kind], headers=headers
            )
            if answer.status_code not in (400, 403):
                accepted.append(f"{route.method} {route.address}: {answer.status_code}")
    assert accepted == []
    assert everything(session) == before


@pytest.mark.parametrize("headers", ELSEWHERE, ids=lambda headers: " ".join(*headers.items()))
def test_from_another_origin_even_with_the_token(
    app: Flask, session: Session, headers: dict[str, str]
) -> None:
    world = make_world(session)
    visitors = {who: visitor(app, world, who) for who in (ADMIN, OPERATOR, "driver", ANYONE)}
    for each in visitors.values():
        assert each.token
    before = everything(session)
    answers = [visitors[r.who].ask(r, names_of(world, "own"), headers=headers) for r in UNSAFE]
    assert {answer.status_code for answer in answers} == {400}
    assert everything(session) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost"},
        {"Referer": "http://localhost/admin/"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
def test_from_our_own_pages(app: Flask, session: Session, headers: dict[str, str]) -> None:
    world = make_world(session)
    admin = visitor(app, world, "admin")
    url = f"/admin/stations/{world.a.hidden.code}/visibility"
    data = {"visible": "true", "csrf_token": admin.token}
    assert admin.client.post(url, data=data, headers=headers).status_code == 303


def test_the_token_in_the_header_as_htmx_sends_it(app: Flask, session: Session) -> None:
    world = make_world(session)
    hotel = visitor(app, world, "operator")
    url = f"/operator/stations/{world.a.hidden.code}/visibility"
    headers = {**HTMX, "X-CSRFToken": hotel.token}
    assert hotel.client.post(url, data={"visible": "true"}, headers=headers).status_code == 200
    session.refresh(world.a.hidden)
    assert world.a.hidden.visible is True


def test_signing_in_makes_the_former_token_worthless(app: Flask, session: Session) -> None:
    world = make_world(session)
    guest = Visitor(app.test_client())
    former = guest.token
    form = {"email": world.admin.email, "password": "correct horse battery", "csrf_token": former}
    assert guest.client.post("/auth/login", data=form).status_code == 303
    url = f"/admin/operators/{world.a.operator.code}/disable"
    assert guest.client.post(url, data={"csrf_token": former}).status_code == 400
