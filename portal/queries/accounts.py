"""Reads of accounts and sign-ins."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.domain.access import account_managed_by
from portal.domain.sign_in import account_may_sign_in, sign_in_live
from portal.domain.viewer import Viewer
from portal.models import Account, AccountLink, Driver, LoginSession, Operator, Preference, Theme

from .paging import AnySelect


def accounts(viewer: Viewer) -> Select[Account]:
    """The logins that the viewer manages, with their operator and driver."""
    return (
        select(Account)
        .outerjoin(Account.operator)
        .outerjoin(Account.driver)
        .where(account_managed_by(viewer))
        .options(contains_eager(Account.operator), contains_eager(Account.driver))
    )


def account(viewer: Viewer, account_id: int) -> Select[Account]:
    """One of them."""
    return accounts(viewer).where(Account.id == account_id)


def with_operator(stmt: AnySelect, code: str) -> AnySelect:
    return stmt.where(Operator.code == code.upper())


def owned_by_driver(viewer: Viewer, driver: Driver) -> Select[Account]:
    return accounts(viewer).where(Account.driver_id == driver.id)


def account_by_email(email: str) -> Select[Account]:
    return select(Account).where(Account.email == email.strip().lower())


def account_to_reset(email: str) -> Select[Account]:
    """The login with this address, with its operator, if it may sign in at all."""
    return account_by_email(email).where(account_may_sign_in()).options(joinedload(Account.operator))


def own_account(viewer: Viewer) -> Select[Account]:
    """The login that asks."""
    return select(Account).where(Account.id == viewer.account_id).options(joinedload(Account.operator))


def own_sign_in(viewer: Viewer, sign_in_id: int, at: datetime) -> Select[LoginSession]:
    """One of its running sign-ins."""
    own = (LoginSession.account_id == viewer.account_id, LoginSession.id == sign_in_id)
    return select(LoginSession).join(LoginSession.account).where(*own, sign_in_live(at))


def live_sign_in(secret_hash: str, at: datetime) -> Select[LoginSession, str | None, Theme | None]:
    """The sign-in behind a cookie, with its account and operator, if it still counts; its language and theme."""
    return (
        select(LoginSession, Preference.locale, Preference.theme)
        .join(LoginSession.account)
        .outerjoin(Preference, Preference.account_id == LoginSession.account_id)
        .where(LoginSession.secret_hash == secret_hash, sign_in_live(at))
        .options(contains_eager(LoginSession.account).joinedload(Account.operator))
    )


def live_sign_ins_of(account: Account, at: datetime) -> Select[LoginSession]:
    """Where the account is signed in now, what was used last first."""
    return (
        select(LoginSession)
        .join(LoginSession.account)
        .where(LoginSession.account_id == account.id, sign_in_live(at))
        .order_by(LoginSession.seen_at.desc().nulls_last(), LoginSession.id.desc())
    )


def open_link(secret_hash: str, at: datetime) -> Select[AccountLink]:
    """A single-use link that was neither used nor has expired, with its account."""
    live = (AccountLink.used_at.is_(None), AccountLink.expires_at > at)
    return (
        select(AccountLink)
        .options(joinedload(AccountLink.account))
        .where(AccountLink.secret_hash == secret_hash, *live)
    )


def open_link_of(account: Account, at: datetime) -> Select[AccountLink]:
    """The one link of the account that still sets a password; older ones have ended."""
    live = (AccountLink.used_at.is_(None), AccountLink.expires_at > at)
    return select(AccountLink).where(AccountLink.account_id == account.id, *live)
