"""Drivers and their tokens: create, change, disable, delete."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.contact import email_value, phone_value
from portal.domain.errors import Blocker, Conflict, Invalid
from portal.domain.search import search_text
from portal.domain.text import N_
from portal.domain.values import code_value, required_text, text_value
from portal.domain.viewer import Actor
from portal.models import Account, Driver, DriverStatus, Token, TokenKind
from portal.queries.drivers import references

from .accounts import end_sign_ins
from .audit import record
from .versions import check_version

UID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class DriverData:
    """What people say of a driver, as they type it; `country` is where a phone number without + belongs."""

    name: str | None
    email: str | None = None
    phone: str | None = None
    country: str | None = None

    def checked(self) -> dict[str, Any]:
        """By field name, as it is stored. Raises Invalid."""
        raw, e164 = phone_value("phone", self.phone, self.country)
        return {
            "name": required_text("name", self.name, 100),
            "email": email_value("email", self.email),
            "phone": raw,
            "phone_e164": e164,
        }


def create_driver(
    session: Session,
    number: str | None,
    data: DriverData,
    *,
    actor: Actor,
    at: datetime,
    token_uid: str | None = None,
) -> Driver:
    """A new driver, with a first token where one is named. Raises Invalid (number or token taken, values)."""
    number = code_value("number", number or "")
    values = data.checked()
    uid = token_value("token_uid", token_uid) if (token_uid or "").strip() else None
    if session.scalar(select(Driver.id).where(Driver.number == number)) is not None:
        raise Invalid("number", N_("There is already a driver with the number %(number)s."), number=number)
    if uid is not None:
        _check_token_free(session, "token_uid", uid)
    driver = Driver(number=number, status=DriverStatus.ACTIVE, **values, created_at=at, updated_at=at)
    _index(driver, [uid] if uid else [])
    session.add(driver)
    record(session, actor, "driver.create", driver, at=at)
    if uid is not None:
        _insert_token(session, driver, uid, TokenKind.RFID, actor, at)
    return driver


def update_driver(
    session: Session, driver: Driver, data: DriverData, *, version: int, actor: Actor, at: datetime
) -> None:
    """Change all but the number. Raises Invalid, and Conflict when somebody else was faster."""
    check_not_anonymised(driver)
    values = data.checked()
    check_version(driver, version, values)
    uids = _uids(
        session, driver
    )  # before anything changes: a query would flush the change past the audit row
    for field, value in values.items():
        setattr(driver, field, value)
    if session.is_modified(driver):
        driver.updated_at = at
    _index(driver, uids)
    record(session, actor, "driver.update", driver, at=at)


def set_driver_status(
    session: Session, driver: Driver, status: DriverStatus, *, actor: Actor, at: datetime
) -> None:
    """Enable or disable; a disabled driver's memberships rest and its login ends at the next request.

    Raises Conflict for an anonymised driver.
    """
    check_not_anonymised(driver)
    if driver.status is status:
        return
    driver.status = status
    driver.updated_at = at
    record(session, actor, f"driver.{status.value}", driver, at=at)
    account = session.scalar(select(Account).where(Account.driver_id == driver.id))
    if account is not None and status is DriverStatus.DISABLED:
        end_sign_ins(session, account, at=at)


def delete_driver(session: Session, driver: Driver, *, actor: Actor, at: datetime) -> None:
    """Remove a driver that nothing refers to, with its tokens. Raises Conflict with what does."""
    found = session.execute(references(driver)).one()
    remedies = (
        ("memberships", N_("Memberships are history and stay: disable the driver instead.")),
        ("sessions", N_("Sessions are history and stay: disable the driver instead.")),
        ("logins", N_("Delete the login first.")),
    )
    blockers = tuple(
        Blocker(noun, count, remedy, {"driver": driver.number})
        for count, (noun, remedy) in zip(found, remedies, strict=True)
        if count
    )
    if blockers:
        message = N_("Driver %(number)s is in use and cannot be deleted.")
        raise Conflict(message, blockers=blockers, number=driver.number)
    before = {"number": driver.number, "name": driver.name, "tokens": _uids(session, driver)}
    record(session, actor, "driver.delete", driver, at=at, before=before)
    session.execute(delete(Driver).where(Driver.id == driver.id))


def add_token(
    session: Session, driver: Driver, uid: str | None, kind: TokenKind, *, actor: Actor, at: datetime
) -> Token:
    """Give the driver one more token. Raises Invalid on `uid` (taken, none), Conflict (anonymised)."""
    check_not_anonymised(driver)
    value = token_value("uid", uid)
    _check_token_free(session, "uid", value)
    token = _insert_token(session, driver, value, kind, actor, at)
    _index(driver, _uids(session, driver))
    session.flush()
    return token


def block_token(session: Session, driver: Driver, token: Token, *, actor: Actor, at: datetime) -> None:
    """The token starts no more charging; it stays the driver's."""
    token.blocked = True
    record(session, actor, "token.block", token, at=at, name=f"{driver.number} {token.uid}")


def unblock_token(session: Session, driver: Driver, token: Token, *, actor: Actor, at: datetime) -> None:
    token.blocked = False
    record(session, actor, "token.unblock", token, at=at, name=f"{driver.number} {token.uid}")


def remove_token(session: Session, driver: Driver, token: Token, *, actor: Actor, at: datetime) -> None:
    """Take the token away from the driver; sessions keep its uid."""
    before = {"uid": token.uid, "kind": token.kind.value}
    record(session, actor, "token.delete", token, at=at, before=before, name=f"{driver.number} {token.uid}")
    session.execute(delete(Token).where(Token.id == token.id))
    _index(driver, _uids(session, driver))
    session.flush()


def check_not_anonymised(driver: Driver) -> None:
    """Raises Conflict for a driver who is to stay forgotten."""
    if driver.anonymised_at is not None:
        raise Conflict(N_("Driver %(number)s is anonymised and stays as it is."), number=driver.number)


def token_value(field: str, text: str | None) -> str:
    """A token's uid as it is stored: upper-cased, printable ASCII without blanks. Raises Invalid."""
    uid = (text_value(field, text, UID_LENGTH) or "").upper()
    if not uid or not uid.isascii() or " " in uid:
        raise Invalid(
            field, N_("Expected 1 to %(most)s letters, digits or signs without blanks."), most=UID_LENGTH
        )
    return uid


def _insert_token(
    session: Session, driver: Driver, uid: str, kind: TokenKind, actor: Actor, at: datetime
) -> Token:
    token = Token(driver_id=driver.id, uid=uid, kind=kind, blocked=False)
    session.add(token)
    record(session, actor, "token.create", token, at=at, name=f"{driver.number} {uid}")
    return token


def _check_token_free(session: Session, field: str, uid: str) -> None:
    taken = session.scalar(select(Driver.number).join(Token).where(Token.uid == uid))
    if taken is not None:
        raise Invalid(field, N_("Token %(uid)s already belongs to driver %(number)s."), uid=uid, number=taken)


def _uids(session: Session, driver: Driver) -> list[str]:
    return list(session.scalars(select(Token.uid).where(Token.driver_id == driver.id).order_by(Token.uid)))


def _index(driver: Driver, uids: list[str]) -> None:
    said = (driver.name, driver.email, driver.phone, driver.phone_e164, driver.number)
    driver.search = search_text(*said, *uids)
