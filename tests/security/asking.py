"""Sends a row of the route table, and compares answers but for what names the request or the object."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.security.route_table import Route
from tests.security.world import ABSENT, Tenant, World
from tests.support.factories import csrf_token, sign_in

PLACEHOLDER = re.compile(r"{(\w+)}")
CHANGING = re.compile(r'("csrf-token" content|name="csrf_token" [^>]*value)="[^"]*"')
OWN_HEADERS = {"X-Request-ID", "Date", "Content-Length", "Set-Cookie"}


def names_of(world: World, whose: str) -> Mapping[str, object]:
    """Names for placeholders: `own` (tenant A), `foreign` (tenant B), `absent`."""
    if whose == "absent":
        return {**ABSENT, "stranger": "NOPE"}
    tenant: Tenant = world.a if whose == "own" else world.b
    return {**tenant.names, "stranger": world.stranger_number}


def placeholders(route: Route) -> list[str]:
    return PLACEHOLDER.findall(route.address)


@dataclass
class Visitor:
    """A client that knows the token of its pages."""

    client: FlaskClient

    @cached_property
    def token(self) -> str:
        return csrf_token(self.client)

    def ask(
        self,
        route: Route,
        names: Mapping[str, object],
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Send the row as the page with its form would; `token` replaces the right one ("" sends none)."""
        data = {name: value.format(**names) for name, value in route.form.items()}
        if route.unsafe:
            data["csrf_token"] = self.token if token is None else token
        address = route.address.format(**names)
        body = data if route.unsafe else None
        return self.client.open(address, method=route.method, data=body, headers=headers, buffered=True)


HTMX = {"HX-Request": "true"}


def visitor(app: Flask, world: World, role: str) -> Visitor:
    """A browser that is signed in as this role (any other word: anonymous)."""
    client: FlaskClient = app.test_client()
    account = world.account(role)
    return Visitor(sign_in(client, account.email) if account else client)


def rule_of(app: Flask, route: Route, names: Mapping[str, object]) -> tuple[str, str]:
    """The rule of the app that the row's address belongs to, and the method."""
    path = route.address.format(**names).partition("?")[0]
    rule, _arguments = app.url_map.bind("localhost").match(path, route.method, return_rule=True)
    return rule.rule, route.method


def fingerprint(answer: TestResponse) -> tuple[int, str, tuple[tuple[str, str], ...]]:
    """Status, body and headers, but for what differs between any two answers."""
    headers = tuple(
        sorted((name, value) for name, value in answer.headers.items() if name not in OWN_HEADERS)
    )
    return answer.status_code, CHANGING.sub(r'\1=""', answer.text), headers
