"""Walks through the wizard as a browser without scripts would."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Operator, OperatorDraft
from tests.support.factories import post

KEY = "s3cret-Key-0123456789"
DETAILS = {"name": "Hôtel Alpina", "code": "hotel-alpina", "country": "SI", "state": "Bled", "city": "Bled"}
ENVIRONMENT = {"timezone": "Europe/Ljubljana", "currency": "EUR"}


def start(client: FlaskClient) -> str:
    """The address of a fresh draft, without the step."""
    location: str = client.get("/admin/operators/new").headers["Location"]
    assert location.endswith("/operator")
    return location.removesuffix("/operator")


def version(client: FlaskClient, url: str) -> str:
    """What the page's form says of the version that it was opened on."""
    tag = re.search(r'<input[^>]*name="version"[^>]*>', client.get(url).text)
    assert tag, url
    return re.search(r'value="(\d+)"', tag[0])[1]  # type: ignore[index]


def send(client: FlaskClient, url: str, data: dict[str, Any]) -> Any:
    """Open the form and send it."""
    return post(client, url, {"version": version(client, url)} | data)


def walk(client: FlaskClient, details: Any = (), environment: Any = ()) -> str:
    """Fill in both steps; the draft's address, ready for its summary."""
    draft = start(client)
    first = send(client, f"{draft}/operator", DETAILS | dict(details))
    assert first.headers.get("Location") == f"{draft}/environment", first.text
    second = send(client, f"{draft}/environment", ENVIRONMENT | dict(environment))
    assert second.headers.get("Location") == f"{draft}/summary", second.text
    return draft


def stored(session: Session, code: str) -> Operator:
    session.rollback()
    return session.scalars(select(Operator).where(Operator.code == code)).one()


def draft_of(session: Session, url: str) -> OperatorDraft:
    session.rollback()
    session.expire_all()
    return session.get_one(OperatorDraft, url.rsplit("/", 1)[1])
