"""Logins that exist: change, enable, disable, sign out everywhere, delete."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.errors import Forbidden
from portal.domain.text import N_
from portal.domain.values import text_value
from portal.domain.viewer import Actor
from portal.models import Account, AccountStatus, Driver, Operator, Role

from .accounts import check_driver_free, check_owner, end_sign_ins
from .audit import record
from .versions import check_version


@dataclass(frozen=True, slots=True)
class AccountData:
    """What an admin says of a login: its name, its role, and whose it is."""

    name: str | None
    role: Role
    operator: Operator | None = None
    driver: Driver | None = None


def update_account(
    session: Session, account: Account, data: AccountData, *, version: int, actor: Actor, at: datetime
) -> None:
    """Change a login (loaded with operator and driver); another role or owner ends its sign-ins at once.

    Raises Invalid, Forbidden (last active admin), and Conflict when somebody else was faster.
    """
    name = text_value("name", data.name, 100) or ""
    check_version(account, version, {"name": name, "role": data.role})
    moves = (account.role, account.operator_id, account.driver_id) != _owner(data)
    if account.operator is not data.operator or account.role is not data.role:
        check_owner(data.role, data.operator, data.driver)
    if account.driver is not data.driver:
        check_driver_free(session, data.driver)
    if data.role is not Role.ADMIN:
        _keep_an_admin(session, account)
    before, tenant = _facts(account), account.operator_id
    account.name, account.role = name, data.role
    account.operator_id = data.operator.id if data.operator else None
    account.driver_id = data.driver.id if data.driver else None
    account.operator, account.driver = data.operator, data.driver
    _record_update(session, account, before, tenant, actor, at)
    if moves:
        end_sign_ins(session, account, at=at)


def set_account_status(
    session: Session, account: Account, status: AccountStatus, *, actor: Actor, at: datetime
) -> None:
    """Enable or disable a login; the same again is a no-op.

    Raises Forbidden for the last active admin, and for one's own login.
    """
    if account.status is status:
        return
    if status is AccountStatus.DISABLED:
        _keep_an_admin(session, account)
        _not_oneself(account, actor)
    account.status = status
    account.updated_at = at
    record(session, actor, f"account.{status.value}", account, at=at, operator_id=account.operator_id)
    if status is AccountStatus.DISABLED:
        end_sign_ins(session, account, at=at)


def sign_out_everywhere(session: Session, account: Account, *, actor: Actor, at: datetime) -> None:
    """End all sign-ins of the account, on every device, from the very next request."""
    tenant = account.operator_id
    record(session, actor, "account.sign_out_everywhere", account, at=at, operator_id=tenant, after={})
    end_sign_ins(session, account, at=at)


def delete_account(session: Session, account: Account, *, actor: Actor, at: datetime) -> None:
    """Remove a login with its sign-ins and links. Raises Forbidden for the last active admin and for one's own."""
    _keep_an_admin(session, account)
    _not_oneself(account, actor)
    tenant, before = account.operator_id, _facts(account)
    record(session, actor, "account.delete", account, at=at, operator_id=tenant, before=before)
    session.execute(delete(Account).where(Account.id == account.id))


def _keep_an_admin(session: Session, account: Account) -> None:
    """Refuse to take away the last who could let anybody in; locks them, so that two cannot do it at once."""
    if account.role is not Role.ADMIN or account.status is not AccountStatus.ACTIVE:
        return
    admins = select(Account.id).where(Account.role == Role.ADMIN, Account.status == AccountStatus.ACTIVE)
    active = session.scalars(admins.order_by(Account.id).with_for_update()).all()
    if set(active) <= {account.id}:
        raise Forbidden(N_("This is the last active CPO admin: make another one first."))


def _not_oneself(account: Account, actor: Actor) -> None:
    """Nobody locks themselves out by a slip."""
    if account.id == actor.account_id:
        raise Forbidden(N_("This is your own login: ask another CPO admin to do it."))


def _owner(data: AccountData) -> tuple[Role, int | None, int | None]:
    operator, driver = data.operator, data.driver
    return data.role, operator.id if operator else None, driver.id if driver else None


def _facts(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role.value,
        "operator": account.operator.code if account.operator else None,
        "driver": account.driver.number if account.driver else None,
    }


def _record_update(
    session: Session, account: Account, before: dict[str, Any], former: int | None, actor: Actor, at: datetime
) -> None:
    """One event; two when the login moves between operators, since neither may read the other's name."""
    after, tenant = _facts(account), account.operator_id
    changed = [key for key in after if after[key] != before[key]]
    if not changed:
        return
    account.updated_at = at
    old, new = {key: before[key] for key in changed}, {key: after[key] for key in changed}
    if former is None or tenant is None or former == tenant:
        whose = tenant or former
        record(session, actor, "account.update", account, at=at, operator_id=whose, before=old, after=new)
        return
    left = {"operator": old["operator"]}
    record(session, actor, "account.update", account, at=at, operator_id=former, before=left, after={})
    record(session, actor, "account.update", account, at=at, operator_id=tenant, before={}, after=new)
