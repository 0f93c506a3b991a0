"""Sign-ins that run: when they were last seen, and how they end one by one."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from portal.domain.secrets import digest, new_secret
from portal.domain.viewer import Actor
from portal.engine import impatient
from portal.models import Account, LoginSession

from .audit import record

SEEN_EVERY = timedelta(minutes=5)


def is_long_ago(sign_in: LoginSession, at: datetime) -> bool:
    """Whether its last sight is old enough to be written anew."""
    return (sign_in.seen_at or sign_in.created_at) <= at - SEEN_EVERY


def note_seen(engine: Engine, sign_in_id: int, *, at: datetime) -> None:
    """Write down that a sign-in is in use, beside any transaction of the request.

    It waits for nobody: where the database is busy or away, the next request does it.
    """
    mine = LoginSession.id == sign_in_id
    stmt = update(LoginSession).where(mine, LoginSession.ended_at.is_(None)).values(seen_at=at)
    try:
        with engine.connect() as connection, impatient(connection):
            connection.execute(stmt)
            connection.commit()
    except (DBAPIError, PoolTimeout):
        return


def end_sign_in(
    session: Session, sign_in: LoginSession, account: Account, *, actor: Actor, at: datetime
) -> None:
    """End one sign-in of the account from the next request on."""
    sign_in.ended_at = at
    tenant = account.operator_id
    record(session, actor, "account.sign_out", account, at=at, operator_id=tenant, after={})


def end_others(session: Session, account: Account, secret: str, *, actor: Actor, at: datetime) -> None:
    """End all sign-ins of the account but the one behind this secret."""
    others = (LoginSession.account_id == account.id, LoginSession.secret_hash != digest(secret))
    tenant = account.operator_id
    record(session, actor, "account.sign_out_elsewhere", account, at=at, operator_id=tenant, after={})
    session.execute(update(LoginSession).where(*others, LoginSession.ended_at.is_(None)).values(ended_at=at))


def renew(session: Session, secret: str) -> str:
    """A new secret for a running sign-in: the former one, wherever it is known, opens nothing any more."""
    fresh = new_secret()
    mine = LoginSession.secret_hash == digest(secret)
    session.execute(update(LoginSession).where(mine).values(secret_hash=digest(fresh), ended_at=None))
    return fresh
