"""Nothing of another tenant, and nothing hidden, is in any byte; every answer is sound and carries its headers."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.security.asking import visitor
from tests.security.crawl import Crawler, Found
from tests.security.markup import lint
from tests.security.world import World, make_world

STARTS = {
    "anonymous": ("/map/", "/auth/login", "/healthz", "/readyz"),
    "admin": ("/admin/", "/map/"),
    "operator": ("/operator/", "/map/", "/admin/"),
    "driver": ("/map/", "/operator/", "/admin/"),
    "revoked": ("/map/",),
    "stranger": ("/map/",),
}
EVERYBODY = (
    "/map/stations.json?bbox=-180,-90,180,90&zoom=0",
    "/map/stations.json?bbox=-180,-90,180,90&zoom=19",
    "/map/stations.json?bbox=14,46,15,47&zoom=12&q={mark}",
    "/map/?q={mark}",
    "/map/?mine=1",
    "/map/?station={code}",
    "/map/stations/{code}",
    "/map/stations/{code}?q=x",
    "/nothing-here",
    "/map/?bbox=nonsense",
    "/map/stations.json",
)
OPERATORS_TOO = (
    "/operator/stations/{code}/",
    "/operator/stations/?q={mark}",
    "/operator/sessions/{session}/",
    "/operator/sessions/?q={mark}",
    "/operator/members/?q=someone",
    "/operator/members/?q={number}",
    "/operator/audit?q={mark}",
)
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
POLICY += "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def walk(app: Flask, world: World, role: str) -> list[Found]:
    """All that the role reaches, and what it may try because it heard of it."""
    templates = (*EVERYBODY, *OPERATORS_TOO) if role == "operator" else EVERYBODY
    tenants = (world.a, world.b)
    tried = [
        url.format(
            mark=tenant.mark[:5],
            code=tenant.hidden.code,
            session=tenant.names["session"],
            number=tenant.member.number,
        )
        for url in templates
        for tenant in tenants
    ]
    return Crawler(visitor(app, world, role).client).crawl([*STARTS[role], *tried])


def readable(answer: Found) -> bytes:
    """The bytes, unpacked where they are a workbook, without what the asker itself put into the address."""
    body = answer.body
    if "spreadsheet" in answer.headers.get("Content-Type", ""):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body + repr(answer.headers).encode()


def leaks(found: list[Found], mark: str) -> list[str]:
    canary = re.compile(re.escape(mark).encode(), re.IGNORECASE)
    echo = re.compile(
        rb"(station|next)=[^\"'&]*|stations/[^\"'?]*", re.IGNORECASE
    )  # the address itself, said back
    return [str(each) for each in found if canary.search(echo.sub(b"", readable(each)))]


@pytest.mark.parametrize(
    ("engine_name", "role"),
    [("sqlite", role) for role in STARTS] + [("postgresql", role) for role in STARTS if role != "admin"],
)
def test_all_that_a_role_reaches(app: Flask, world: World, role: str) -> None:
    """Nothing of another tenant in any byte; sound markup; strict headers; no fault of ours."""
    found = walk(app, world, role)
    assert len(found) > 40
    assert [str(each) for each in found if each.status >= 500] == []
    if role != "admin":
        assert leaks(found, world.b.mark) == []
    # The canaries sing where they should, and only there.
    assert bool(leaks(found, world.a.mark)) is (role in ("admin", "operator", "driver"))
    complaints = {wrong for each in found for wrong in unsound(each)}
    assert not complaints, "\n".join(sorted(complaints))


def unsound(answer: Found) -> Iterator[str]:
    wrong = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
    wrong += [] if answer.headers.get("X-Request-ID") else ["no request id"]
    if answer.is_html and not 300 <= answer.status < 400:
        wrong += lint(answer.body.decode())
        wrong += [] if answer.headers.get("Cache-Control") == "no-store" else ["may be kept by caches"]
    yield from (f"{each} ({answer.url})" for each in wrong)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_headers_on_files_and_refusals(app: Flask) -> None:
    client = app.test_client()
    answers = [
        client.get("/static/favicon.svg", buffered=True),
        client.get("/static/../portal/config.py", buffered=True),
        client.get("/static/nothing.css"),
        client.post("/auth/logout"),
        client.delete("/map/"),
        client.open("/map/", method="OPTIONS"),
        client.open("/map/", method="TRACE"),
        client.post("/auth/login", data=b"x" * 3_000_000),
    ]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "Server" not in answer.headers
    assert [answer.status_code for answer in answers] == [200, 404, 404, 400, 405, 200, 405, 413]
