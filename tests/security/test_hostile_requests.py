"""Whatever stands in an address, a cookie or a form: a clean refusal, never a fault."""

import base64
import json

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.security.asking import HTMX, names_of, visitor
from tests.security.route_table import ANYONE, TABLE
from tests.security.world import make_world
from tests.support.factories import csrf_token


def cursor(value: object, identity: object = 1) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, identity]).encode()).decode().rstrip("=")


HUGE = "9" * 40
VALUES = (
    "%00",
    "a%00b",
    "%FF%FE",
    "%ED%A0%80",
    "%C0%80",
    "x" * 5_000,
    "%25%5F%5C",
    "%27%20OR%201=1--",
    "{{7*7}}",
    "%3Cscript%3E",
    "%E2%80%AE%F0%9F%92%A5",
    "-1",
    HUGE,
    "NaN",
    "1e999",
    "../../etc/passwd",
    "2026-13-45",
    "0001-01-01",
    "9999-12-31",
    "%0D%0AX-Evil:1",
)
CURSORS = (
    "x",
    "%00",
    "====",
    HUGE,
    *(
        cursor(*each)
        for each in (
            (None,),
            ("\x00",),
            ("\ud800",),
            (1,),
            (10**400, 1),
            ("x", 2**63),
            ("x", -(2**80)),
            ("x", True),
            ({"t": "never"},),
            ({"t": "2026-01-01"},),
            ({"t": "0001-01-01T00:00:00+14:00"},),
            ({"d": "NaN"},),
            ({"d": "1e999999"},),
            ([],),
            ({},),
        )
    ),
)
PARAMETERS = (
    *(
        "q",
        "sort",
        "status",
        "operator",
        "role",
        "visible",
        "connector",
        "area",
        "driver",
        "station",
        "action",
    ),
    *(
        "from",
        "to",
        "country",
        "timezone",
        "assigned",
        "flag",
        "min_kw",
        "mine",
        "bbox",
        "zoom",
        "next",
        "name",
        "code",
    ),
)


@pytest.mark.parametrize(
    ("engine_name", "role"),
    [("sqlite", "anonymous"), ("sqlite", "operator"), ("postgresql", "operator"), ("postgresql", "admin")],
)
def test_no_parameter_of_any_page_is_a_fault(app: Flask, session: Session, role: str) -> None:
    """Each value under every name at once, then each cursor: a refused name hides no other for long."""
    world = make_world(session)
    asking, names = visitor(app, world, role), names_of(world, "own")
    mine = [r for r in TABLE if not r.unsafe and r.who == (ANYONE if role == "anonymous" else role)]
    addresses = sorted(
        {route.address.partition("?")[0].format(**names) for route in mine if "xlsx" not in route.address}
    )
    paged = [url for url in addresses if url.endswith("/") or url.endswith("audit")]
    tried = [f"{url}?{name}={value}" for url in paged for name in ("q",) for value in VALUES]
    tried += [
        f"{url}?{'&'.join(f'{name}={value}' for name in PARAMETERS)}"
        for url in addresses
        for value in VALUES[::10]
    ]
    tried += [f"{url}?{name}={VALUES[n % len(VALUES)]}" for url in paged for n, name in enumerate(PARAMETERS)]
    tried += [f"{url}?{side}={each}" for url in paged[:4] for each in CURSORS for side in ("after", "before")]
    faults = []
    for url in tried:
        answer = asking.client.get(url, headers=HTMX, buffered=True)
        # Forms that are asked for by GET say beside the field what is wrong.
        typed = url.partition("?")[0].endswith(("/why", "/access"))
        if answer.status_code not in (200, 204, 303, 400, 404, *([422] if typed else [])):
            faults.append(f"{answer.status_code} {url[:200]}")
    assert not faults, "\n".join(faults)


def test_numbers_beyond_any_database_and_names_that_no_row_has(app: Flask, session: Session) -> None:
    world = make_world(session)
    asking = {role: visitor(app, world, role) for role in ("admin", "operator", "driver", "anyone")}
    odd = {
        "word": ("%00", "a%00b", "%FF", "%ED%A0%80", "x" * 3_000, "%2e%2e"),
        "number": (HUGE, "9" * 19, "0", "-1"),
    }
    faults = []
    for route in (each for each in TABLE if "{" in each.address):
        own = names_of(world, "own")
        for value in (*odd["word"], *odd["number"]):
            names = dict.fromkeys(own, value)
            answer = asking[route.who].ask(route, names)
            if answer.status_code not in (400, 404, 308, 405, 429):
                faults.append(f"{answer.status_code} {route.method} {route.address} with {value[:20]}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", ["email", "password"])
@pytest.mark.parametrize("value", [b"%00", b"a%00b@example.com", b"%FF", b"%ED%A0%80", b"x" * 100_000])
def test_hostile_sign_ins(app: Flask, name: str, value: bytes) -> None:
    client = app.test_client()
    token = csrf_token(client).encode()
    other = b"password=x&email=" if name == "email" else b"email=a%40example.com&password="
    body = other.replace(b"password=x&email=", b"password=xyz&email=") + value + b"&csrf_token=" + token
    answer = client.post("/auth/login", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "x",
        "portal",
        "a.b.c",
        "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbb",
        "%00",
        "=" * 50,
        "\xff",
        "x" * 3_000,
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_malformed_cookies_are_nobody(app: Flask, cookie: str) -> None:
    headers = {"Cookie": f"portal={cookie}; theme={cookie}; remember_token={cookie}"}
    assert app.test_client(use_cookies=False).get("/admin/", headers=headers).status_code == 303
    assert app.test_client(use_cookies=False).get("/map/", headers=headers).status_code == 200


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_body_beyond_the_limit_is_told_so(app: Flask, session: Session) -> None:
    world = make_world(session)
    admin = visitor(app, world, "admin")
    data = {"csrf_token": admin.token, "name": "x" * 3_000_000}
    for headers in ({}, HTMX):
        answer = admin.client.post("/admin/areas/new", data=data, headers=headers)
        assert answer.status_code == 413
        assert "larger than the portal accepts" in answer.text
    assert admin.client.get("/admin/").status_code == 200
