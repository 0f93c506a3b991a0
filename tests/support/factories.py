"""Rows for tests: plain functions with sensible values; anything can be said otherwise by keyword."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.domain.search import search_text
from portal.domain.viewer import Actor
from portal.models import (
    Account,
    Area,
    Charger,
    Connector,
    CurrentType,
    Driver,
    LoginSession,
    Membership,
    Operator,
    OperatorCode,
    Role,
    Station,
    Tariff,
    Token,
)

PASSWORD = "correct horse battery"
# Cheap to verify: a hash carries its own cost.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TESTER = Actor("tester", via="test")
_numbers = itertools.count(1)


def make_operator(session: Session, **over: Any) -> Operator:
    n = next(_numbers)
    values = {
        "code": f"OP-{n}",
        "name": f"Operator {n}",
        "timezone": "Europe/Ljubljana",
        "currency": "EUR",
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    } | over
    values.setdefault("search", search_text(values["code"], values["name"]))
    _saved(session, OperatorCode(code=values["code"], taken_at=LONG_AGO))
    return _saved(session, Operator(**values))


def make_area(session: Session, operator: Operator | None = None, **over: Any) -> Area:
    n = next(_numbers)
    values = {
        "code": f"AREA-{n}",
        "name": f"Area {n}",
        "operator_id": operator.id if operator else None,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    } | over
    values.setdefault("search", search_text(values["code"], values["name"]))
    return _saved(session, Area(**values))


def make_station(
    session: Session,
    area: Area | None = None,
    standard: str = "IEC_62196_T2",
    max_w: int | None = 22_000,
    **over: Any,
) -> Station:
    """A station with one charger and one connector, in an area of its own unless one is given."""
    n = next(_numbers)
    values = {
        "code": f"ST-{n}",
        "name": f"Station {n}",
        "area_id": (area or make_area(session)).id,
        "latitude": 46.05,
        "longitude": 14.5,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    } | over
    values.setdefault("search", search_text(values["code"], values["name"]))
    station = _saved(session, Station(**values))
    charger = _saved(session, Charger(station_id=station.id, uid="1", current_type=CurrentType.AC))
    _saved(session, Connector(charger_id=charger.id, number=1, standard=standard, max_w=max_w))
    return station


def make_tariff(session: Session, operator: Operator | None = None, **over: Any) -> Tariff:
    """In force since long ago, for the operator, or as `area_id=`, `station_id=` say; else for the whole site."""
    values = {
        "name": f"Tariff {next(_numbers)}",
        "operator_id": operator.id if operator else None,
        "currency": "EUR",
        "valid_from": LONG_AGO,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    } | over
    return _saved(session, Tariff(**values))


def make_driver(session: Session, token_uid: str | None = None, **over: Any) -> Driver:
    n = next(_numbers)
    values = {
        "number": f"D-{n:05}",
        "name": f"Driver {n}",
        "email": f"driver{n}@example.com",
        "phone": f"+386 40 {n:06}",
        "phone_e164": f"+38640{n:06}",
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    } | over
    parts = [values[key] for key in ("name", "email", "phone", "phone_e164", "number")]
    values.setdefault("search", search_text(*parts, token_uid))
    driver = _saved(session, Driver(**values))
    if token_uid:
        _saved(session, Token(driver_id=driver.id, uid=token_uid.upper()))
    return driver


def make_membership(session: Session, operator: Operator, driver: Driver, **over: Any) -> Membership:
    values = {"granted_at": LONG_AGO, "granted_by": "tester"} | over
    return _saved(session, Membership(operator_id=operator.id, driver_id=driver.id, **values))


def make_account(session: Session, role: Role = Role.ADMIN, **over: Any) -> Account:
    """A login with PASSWORD; `operator=` or `driver=` say whose it is."""
    n = next(_numbers)
    owner = over.pop("operator", None) or over.pop("driver", None)
    key = "operator_id" if role is Role.OPERATOR else "driver_id"
    values = {
        "email": f"{role.value}{n}@example.com",
        "role": role,
        "password_hash": PASSWORD_HASH,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    } | ({key: owner.id} if owner is not None else {})
    return _saved(session, Account(**(values | over)))


def make_sign_in(session: Session, account: Account, **over: Any) -> LoginSession:
    """A running sign-in in a browser that nobody has at hand."""
    at = now()
    values = {
        "created_at": at,
        "expires_at": at + timedelta(hours=1),
        "secret_hash": f"nobody-{next(_numbers)}",
    }
    return _saved(session, LoginSession(account_id=account.id, **(values | over)))


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD) -> FlaskClient:
    """Sign a test client in through the real form."""
    answer = client.post(
        "/auth/login", data={"email": email, "password": password, "csrf_token": csrf_token(client)}
    )
    assert answer.status_code == 303, answer.text
    return client


def csrf_token(client: FlaskClient, url: str = "/auth/login") -> str:
    """The token that the client's pages carry."""
    match = re.search(r'name="csrf-token" content="([^"]+)"', client.get(url).text)
    assert match, f"no token on {url}"
    return match.group(1)


def post(client: FlaskClient, url: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
    """POST with the client's token, as a form on a page would."""
    return client.post(url, data={**(data or {}), "csrf_token": csrf_token(client)}, **options)


def htmx(client: FlaskClient, url: str, data: dict[str, Any] | None = None, method: str = "POST") -> Any:
    """The same as HTMX would ask: token and HX-Request in headers."""
    headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(client)}
    return client.open(url, method=method, data=data, headers=headers)


def _saved(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
