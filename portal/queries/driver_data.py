"""All that the portal knows of one driver: for its own copy of it, and for taking it out again."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from portal.models import (
    Account,
    AuditEvent,
    ChargingSession,
    Driver,
    LoginSession,
    Membership,
    SessionStatus,
    Token,
)

REQUEST = "request"  # the kind of an entry that is about no row: a refused attempt, an export


@dataclass(frozen=True, slots=True)
class Records:
    """Ids of the rows behind which a driver stands, those of former logins among them."""

    driver_id: int
    number: str
    accounts: frozenset[int]
    tokens: frozenset[int]
    memberships: frozenset[int]


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much there is of a driver."""

    tokens: int
    memberships: int
    unrevoked: int
    sessions: int
    running: int
    logins: int


def holdings(driver: Driver) -> Select[int, int, int, int, int, int]:
    """One row of the figures of Holdings, in its order."""
    sessions = select(func.count(ChargingSession.id)).where(ChargingSession.driver_id == driver.id)
    memberships = select(func.count(Membership.id)).where(Membership.driver_id == driver.id)
    return select(
        select(func.count(Token.id)).where(Token.driver_id == driver.id).scalar_subquery(),
        memberships.scalar_subquery(),
        memberships.where(Membership.revoked_at.is_(None)).scalar_subquery(),
        sessions.scalar_subquery(),
        sessions.where(ChargingSession.status == SessionStatus.RUNNING).scalar_subquery(),
        select(func.count(Account.id)).where(Account.driver_id == driver.id).scalar_subquery(),
    )


def own_driver(driver_id: int | None) -> Select[Driver]:
    return select(Driver).where(Driver.id == driver_id)


def login_of(driver: Driver) -> Select[Account]:
    """The driver's login, loaded as those who change logins expect it."""
    owners = (joinedload(Account.operator), joinedload(Account.driver))
    return select(Account).where(Account.driver_id == driver.id).options(*owners)


def tokens(driver_id: int) -> Select[Token]:
    return select(Token).where(Token.driver_id == driver_id).order_by(Token.id)


def memberships(driver_id: int) -> Select[Membership]:
    """With their operator."""
    return (
        select(Membership)
        .join(Membership.operator)
        .where(Membership.driver_id == driver_id)
        .options(contains_eager(Membership.operator))
        .order_by(Membership.id)
    )


def sessions(driver_id: int) -> Select[ChargingSession]:
    """With their station."""
    return (
        select(ChargingSession)
        .join(ChargingSession.station)
        .where(ChargingSession.driver_id == driver_id)
        .options(contains_eager(ChargingSession.station))
        .order_by(ChargingSession.started_at, ChargingSession.id)
    )


def sign_ins(driver_id: int) -> Select[LoginSession]:
    return (
        select(LoginSession)
        .join(LoginSession.account)
        .where(Account.driver_id == driver_id)
        .order_by(LoginSession.id)
    )


def records_of(session: Session, driver: Driver) -> Records:
    """The ids that the trail knows the driver by."""
    accounts = set(session.scalars(select(Account.id).where(Account.driver_id == driver.id)))
    return Records(
        driver.id,
        driver.number,
        frozenset(accounts | _former_accounts(session, driver)),
        frozenset(session.scalars(select(Token.id).where(Token.driver_id == driver.id))),
        frozenset(session.scalars(select(Membership.id).where(Membership.driver_id == driver.id))),
    )


def events_about(records: Records) -> ColumnElement[bool]:
    """The entries about the driver, its login, tokens and memberships, and those of what it did itself."""
    kind, subject = AuditEvent.subject_type, AuditEvent.subject_id
    return or_(
        and_(kind == "driver", subject == records.driver_id),
        and_(kind == "account", subject.in_(records.accounts)),
        and_(kind == "membership", subject.in_(records.memberships)),
        and_(kind == "token", or_(subject.in_(records.tokens), _of_number(records.number))),
        AuditEvent.actor_id.in_(records.accounts),
    )


def events_that_say(values: Iterable[str], unique: Iterable[str]) -> ColumnElement[bool]:
    """Other entries with one of the values: requests with any, whatever entry with what nobody else can have."""
    wanted = sorted({value.lower() for value in values})
    request = and_(
        AuditEvent.subject_type == REQUEST,
        or_(func.lower(AuditEvent.subject).in_(wanted), *(_has(AuditEvent.after, value) for value in wanted)),
    )
    sides = (AuditEvent.before, AuditEvent.after)
    return or_(request, *(_has(side, value.lower()) for value in sorted(set(unique)) for side in sides))


def _has(side: Any, value: str) -> ColumnElement[bool]:
    """The value stands as a whole text in the entry's JSON, which is kept in ASCII."""
    return func.lower(cast(side, Text)).contains(json.dumps(value).lower(), autoescape=True)


def _of_number(number: str) -> ColumnElement[bool]:
    """Entries of tokens are called by the driver's number and the token's."""
    return AuditEvent.subject.startswith(f"{number} ", autoescape=True)


def _former_accounts(session: Session, driver: Driver) -> set[int]:
    """Logins that are gone, by what the trail says of whose they were."""
    said = (f'"driver_id": {driver.id}', f'"driver": {json.dumps(driver.number)}')
    sides = (cast(AuditEvent.before, Text), cast(AuditEvent.after, Text))
    found = select(AuditEvent.subject_id, AuditEvent.before, AuditEvent.after).where(
        AuditEvent.subject_type == "account",
        or_(*(side.contains(words, autoescape=True) for side in sides for words in said)),
    )
    whose = (("driver_id", driver.id), ("driver", driver.number))
    return {
        row[0]
        for row in session.execute(found)
        if row[0] and any((side or {}).get(key) == value for side in row[1:] for key, value in whose)
    }
