"""What the owner of a login changes: its name, its language and theme, its password."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.config import LOCALES
from portal.domain import passwords
from portal.domain.errors import Invalid
from portal.domain.text import N_
from portal.domain.values import text_value
from portal.domain.viewer import Actor
from portal.models import Account, Preference, Theme

from .accounts import set_password
from .audit import record, record_event
from .sign_ins import renew


def update_profile(
    session: Session,
    account: Account,
    name: str | None,
    locale: str | None,
    theme: str | None,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Change name, language (None: as the browser asks) and theme. Raises Invalid."""
    name = text_value("name", name, 100) or ""
    if locale and locale not in LOCALES:
        raise Invalid("locale", N_("Choose a language from the list."))
    if account.name != name:
        account.name, account.updated_at = name, at
        record(session, actor, "account.update", account, at=at, operator_id=account.operator_id)
    _prefer(session, account, {"locale": locale or None, "theme": _theme(theme)}, actor=actor, at=at)


def set_theme(session: Session, account: Account, theme: str | None, *, actor: Actor, at: datetime) -> None:
    """Light, dark, or as the system is. Raises Invalid."""
    _prefer(session, account, {"theme": _theme(theme)}, actor=actor, at=at)


def change_password(
    session: Session,
    account: Account,
    present: str,
    password: str,
    secret: str,
    *,
    actor: Actor,
    at: datetime,
) -> str | None:
    """Set a new password; the other sign-ins end, and this one gets the new secret that is returned.

    None where the present password is not the right one. Raises Invalid on `password`.
    """
    if not passwords.matches(account.password_hash, present):
        who, tenant = account.email, account.operator_id
        record_event(session, actor, "account.password_refused", who, at=at, operator_id=tenant)
        return None
    set_password(session, account, password, actor=actor, at=at)
    return renew(session, secret)


def _prefer(
    session: Session, account: Account, wanted: dict[str, str | Theme | None], *, actor: Actor, at: datetime
) -> None:
    """The account's own row of preferences, made when something is chosen for the first time."""
    row = session.get(Preference, account.id)
    present = row or Preference(account_id=account.id, theme=Theme.AUTO, columns={})
    before = {key: getattr(present, key) for key in wanted}
    changed = {key: value for key, value in wanted.items() if before[key] != value}
    if not changed:
        return
    for key, value in changed.items():
        setattr(present, key, value)
    session.add(present)
    was, tenant = {key: before[key] for key in changed}, account.operator_id
    record(
        session, actor, "account.preferences", account, at=at, operator_id=tenant, before=was, after=changed
    )


def _theme(typed: str | None) -> Theme:
    try:
        return Theme(typed or Theme.AUTO)
    except ValueError:
        raise Invalid("theme", N_("Choose one from the list.")) from None
