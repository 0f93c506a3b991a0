"""Logins: create, sign in and out, single-use links, passwords, enabling and disabling."""

from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.domain import passwords
from portal.domain.access import account_may_sign_in
from portal.domain.errors import Conflict, Forbidden, Invalid, NotFound
from portal.domain.secrets import digest, new_secret
from portal.domain.viewer import Actor
from portal.models import Account, AccountLink, AccountStatus, Driver, LoginSession, Operator, OperatorStatus, Role
from portal.queries.accounts import account_by_email, live_sign_in, open_link

from .audit import record, record_event

SIGN_IN_LASTS = timedelta(hours=12)
LINK_LASTS = timedelta(days=3)


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
    """Make a login. Raises Invalid (email, operator, driver, password) or Conflict (email taken)."""
    email = normalise_email(email)
    if (role is Role.OPERATOR) != (operator is not None):
        raise Invalid("operator", "Choose the operator that this login belongs to; only operator users have one.")
    if (role is Role.DRIVER) != (driver is not None):
        raise Invalid("driver", "Choose the driver that this login belongs to; only driver logins have one.")
    if operator is not None and operator.status is OperatorStatus.ARCHIVED:
        raise Conflict("Operator %(code)s is archived and takes no new logins.", code=operator.code)
    if session.scalar(account_by_email(email)) is not None:
        raise Invalid("email", "There is already a login with the address %(email)s.", email=email)
    if driver is not None and session.scalar(select(Account.id).where(Account.driver_id == driver.id)) is not None:
        raise Invalid("driver", "Driver %(number)s already has a login.", number=driver.number)
    account = Account(
        email=email,
        name=name.strip(),
        role=role,
        operator_id=operator.id if operator else None,
        driver_id=driver.id if driver else None,
        password_hash=passwords.hash_password(passwords.check_new(password)) if password is not None else None,
        created_at=at,
        updated_at=at,
    )
    session.add(account)
    record(session, actor, "account.create", account, at=at, operator_id=account.operator_id)
    return account


def normalise_email(text: str) -> str:
    """A deliverable-looking address in lower case. Raises Invalid on `email`."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Invalid("email", "Expected an email address such as name@example.com.") from None


def issue_link(session: Session, account: Account, *, actor: Actor, at: datetime) -> str:
    """The secret of a fresh single-use link for setting a password; older links of the account stop working."""
    session.execute(
        update(AccountLink)
        .where(AccountLink.account_id == account.id, AccountLink.used_at.is_(None))
        .values(used_at=at)
    )
    secret = new_secret()
    session.add(
        AccountLink(secret_hash=digest(secret), account_id=account.id, created_at=at, expires_at=at + LINK_LASTS)
    )
    record(session, actor, "account.link", account, at=at, operator_id=account.operator_id, after={"link": "issued"})
    return secret


def use_link(session: Session, secret: str, password: str, *, actor: Actor, at: datetime) -> Account:
    """Set the password with a single-use link. Raises NotFound (used, expired, unknown) or Invalid."""
    link = session.scalar(open_link(digest(secret), at).with_for_update(of=AccountLink))
    if link is None:
        raise NotFound("This link was used already or has expired. Ask for a new one.")
    link.used_at = at
    set_password(session, link.account, password, actor=Actor(link.account.email, link.account.id), at=at)
    return link.account


def set_password(session: Session, account: Account, password: str, *, actor: Actor, at: datetime) -> None:
    """Change the password and end every sign-in of the account. Raises Invalid."""
    account.password_hash = passwords.hash_password(passwords.check_new(password))
    account.updated_at = at
    record(session, actor, "account.password", account, at=at, operator_id=account.operator_id)
    end_sign_ins(session, account, at=at)


def sign_in(
    session: Session, email: str, password: str, *, actor: Actor, at: datetime, user_agent: str | None = None
) -> str | None:
    """The secret of a new sign-in, or None when email, password or status do not allow it (same time, same answer)."""
    stmt = account_by_email(email)
    account = session.scalar(stmt)
    good = passwords.matches(account.password_hash if account else None, password)
    if not good or account is None or session.scalar(stmt.where(account_may_sign_in())) is None:
        tenant = account.operator_id if account else None
        record_event(session, actor, "account.sign_in_refused", email.strip().lower(), at=at, operator_id=tenant)
        return None
    secret = new_secret()
    session.add(
        LoginSession(
            secret_hash=digest(secret),
            account_id=account.id,
            created_at=at,
            expires_at=at + SIGN_IN_LASTS,
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
        record(
            session, actor, "account.sign_out", found.account, at=at, operator_id=found.account.operator_id, after={}
        )


def end_sign_ins(session: Session, account: Account, *, at: datetime) -> None:
    """End every sign-in of the account, from the very next request."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.account_id == account.id, LoginSession.ended_at.is_(None))
        .values(ended_at=at)
    )


def set_account_status(
    session: Session, account: Account, status: AccountStatus, *, actor: Actor, at: datetime
) -> None:
    """Enable or disable a login. Raises Forbidden for the last active admin."""
    if status is AccountStatus.DISABLED and account.role is Role.ADMIN and _active_admins(session) <= 1:
        raise Forbidden("This is the last active CPO admin: make another one first.")
    account.status = status
    account.updated_at = at
    record(session, actor, f"account.{status.value}", account, at=at, operator_id=account.operator_id)
    if status is AccountStatus.DISABLED:
        end_sign_ins(session, account, at=at)


def _active_admins(session: Session) -> int:
    stmt = select(func.count(Account.id)).where(
        Account.role == Role.ADMIN, Account.status == AccountStatus.ACTIVE
    )
    return session.scalar(stmt) or 0
