"""Logins: create, sign in and out, single-use links, passwords. Changing them: account_changes.py."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain import passwords
from portal.domain.contact import email_value
from portal.domain.errors import Invalid, NotFound
from portal.domain.secrets import digest, new_secret
from portal.domain.sign_in import account_may_sign_in
from portal.domain.text import N_
from portal.domain.values import text_value
from portal.domain.viewer import Actor
from portal.models import (
    Account,
    AccountLink,
    Driver,
    LoginSession,
    Operator,
    OperatorStatus,
    Role,
)
from portal.queries.accounts import account_by_email, live_sign_in, open_link

from .audit import record, record_event

SIGN_IN_LASTS = timedelta(hours=12)
INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=1)


def create_account(
    session: Session,
    email: str,
    role: Role,
    *,
    actor: Actor,
    at: datetime,
    name: str = "",
    operator: Operator | None = None,
    driver: Driver | None = None,
    password: str | None = None,
) -> Account:
    """Make a login. Raises Invalid (email, name, operator, driver, password)."""
    email = normalise_email(email)
    check_owner(role, operator, driver)
    if session.scalar(account_by_email(email)) is not None:
        raise Invalid("email", N_("There is already a login with the address %(email)s."), email=email)
    check_driver_free(session, driver)
    hashed = None
    if password is not None:
        hashed = passwords.hash_password(passwords.check_new(password))
    account = Account(
        email=email,
        name=text_value("name", name, 100) or "",
        role=role,
        operator_id=operator.id if operator else None,
        driver_id=driver.id if driver else None,
        password_hash=hashed,
        created_at=at,
        updated_at=at,
    )
    session.add(account)
    record(session, actor, "account.create", account, at=at, operator_id=account.operator_id)
    return account


def check_owner(role: Role, operator: Operator | None, driver: Driver | None) -> None:
    """An operator user has an operator, a driver login a driver, and nobody else either. Raises Invalid."""
    if (role is Role.OPERATOR) != (operator is not None):
        message = N_("Choose the operator that this login belongs to; only operator users have one.")
        raise Invalid("operator", message)
    if (role is Role.DRIVER) != (driver is not None):
        message = N_("Choose the driver that this login belongs to; only driver logins have one.")
        raise Invalid("driver", message)
    if operator is not None and operator.status is OperatorStatus.ARCHIVED:
        message = N_("Operator %(code)s is archived and takes no new logins.")
        raise Invalid("operator", message, code=operator.code)


def check_driver_free(session: Session, driver: Driver | None) -> None:
    """A driver has at most one login, an anonymised one none. Raises Invalid."""
    if driver is None:
        return
    if driver.anonymised_at is not None:
        raise Invalid(
            "driver", N_("Driver %(number)s is anonymised and gets no login."), number=driver.number
        )
    if session.scalar(select(Account.id).where(Account.driver_id == driver.id)) is not None:
        raise Invalid("driver", N_("Driver %(number)s already has a login."), number=driver.number)


def normalise_email(text: str) -> str:
    """A deliverable-looking address in lower case. Raises Invalid on `email`."""
    email = email_value("email", text)
    if email is None:
        raise Invalid("email", N_("Expected an email address such as name@example.com."))
    return email


def link_lasts(account: Account) -> timedelta:
    """How long a link is good: an invitation waits for its reader, a new password is wanted now."""
    return INVITATION_LASTS if account.password_hash is None else RESET_LASTS


def issue_link(session: Session, account: Account, *, actor: Actor, at: datetime) -> str:
    """The secret of a fresh single-use link for setting a password; older links stop working."""
    end_links(session, account, at=at)
    secret, expires = new_secret(), at + link_lasts(account)
    session.add(
        AccountLink(secret_hash=digest(secret), account_id=account.id, created_at=at, expires_at=expires)
    )
    tenant = account.operator_id
    record(session, actor, "account.link", account, at=at, operator_id=tenant, after={"link": "issued"})
    return secret


def end_links(session: Session, account: Account, *, at: datetime) -> None:
    """No link that was sent so far sets a password any more."""
    session.execute(
        update(AccountLink)
        .where(AccountLink.account_id == account.id, AccountLink.used_at.is_(None))
        .values(used_at=at)
    )


def use_link(session: Session, secret: str, password: str, *, actor: Actor, at: datetime) -> Account:
    """Set the password with a single-use link. Raises NotFound (used, expired, unknown) or Invalid."""
    link = session.scalar(open_link(digest(secret), at).with_for_update(of=AccountLink))
    if link is None:
        raise NotFound("This link was used already or has expired. Ask for a new one.")
    link.used_at = at
    set_password(session, link.account, password, actor=Actor(link.account.email, link.account.id), at=at)
    return link.account


def set_password(session: Session, account: Account, password: str, *, actor: Actor, at: datetime) -> None:
    """Change the password; every sign-in and every open link of the account ends. Raises Invalid."""
    account.password_hash = passwords.hash_password(passwords.check_new(password))
    account.updated_at = at
    record(session, actor, "account.password", account, at=at, operator_id=account.operator_id)
    end_links(session, account, at=at)
    end_sign_ins(session, account, at=at)


def sign_in(
    session: Session, email: str, password: str, *, actor: Actor, at: datetime, user_agent: str | None = None
) -> str | None:
    """The secret of a new sign-in; None when email, password or status refuse it: same time, same answer."""
    stmt = account_by_email(email)
    account = session.scalar(stmt)
    good = passwords.matches(account.password_hash if account else None, password)
    if not good or account is None or session.scalar(stmt.where(account_may_sign_in())) is None:
        tenant, tried = account.operator_id if account else None, email.strip().lower()
        record_event(session, actor, "account.sign_in_refused", tried, at=at, operator_id=tenant)
        return None
    secret = new_secret()
    session.add(
        LoginSession(
            secret_hash=digest(secret),
            account_id=account.id,
            created_at=at,
            expires_at=at + SIGN_IN_LASTS,
            seen_at=at,
            address=actor.address,
            user_agent=(user_agent or "")[:300] or None,
        )
    )
    who = Actor(account.email, account.id, actor.via, actor.address, actor.request_id)
    record(session, who, "account.sign_in", account, at=at, operator_id=account.operator_id, after={})
    return secret


def sign_out(session: Session, secret: str, *, actor: Actor, at: datetime) -> None:
    """End one sign-in on the server."""
    found = session.scalar(live_sign_in(digest(secret), at))
    if found is not None:
        found.ended_at = at
        tenant = found.account.operator_id
        record(session, actor, "account.sign_out", found.account, at=at, operator_id=tenant, after={})


def end_sign_ins(session: Session, account: Account, *, at: datetime) -> None:
    """End every sign-in of the account, from the very next request."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.account_id == account.id, LoginSession.ended_at.is_(None))
        .values(ended_at=at)
    )
