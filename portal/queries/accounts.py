"""Reads of accounts and sign-ins."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.domain.access import sign_in_live
from portal.domain.viewer import Viewer
from portal.models import Account, AccountLink, LoginSession


def accounts(viewer: Viewer) -> Select[Account]:
    """All logins, with their operator and driver; admins only."""
    stmt = select(Account).options(joinedload(Account.operator), joinedload(Account.driver))
    return stmt if viewer.is_admin else stmt.where(Account.id == viewer.account_id)


def account_by_email(email: str) -> Select[Account]:
    return select(Account).where(Account.email == email.strip().lower())


def live_sign_in(secret_hash: str, at: datetime) -> Select[LoginSession]:
    """The sign-in behind a cookie, with its account and operator, if it still counts."""
    return (
        select(LoginSession)
        .join(LoginSession.account)
        .where(LoginSession.secret_hash == secret_hash, sign_in_live(at))
        .options(contains_eager(LoginSession.account).joinedload(Account.operator))
    )


def open_link(secret_hash: str, at: datetime) -> Select[AccountLink]:
    """A single-use link that was neither used nor has expired, with its account."""
    return (
        select(AccountLink)
        .options(joinedload(AccountLink.account))
        .where(
            AccountLink.secret_hash == secret_hash, AccountLink.used_at.is_(None), AccountLink.expires_at > at
        )
    )
