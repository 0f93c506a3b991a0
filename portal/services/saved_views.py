"""What an account keeps for its lists: views under a name, and the columns that it wants to see."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.errors import Invalid
from portal.domain.text import N_
from portal.domain.values import required_text
from portal.domain.viewer import Actor
from portal.models import Account, Preference, SavedView
from portal.queries.saved_views import saved_views

from .audit import record, record_event

MOST_VIEWS = 20
NAME_LENGTH = 60


def save_view(
    session: Session,
    account_id: int,
    endpoint: str,
    name: str | None,
    query: str,
    *,
    actor: Actor,
    at: datetime,
    operator_id: int | None = None,
) -> tuple[SavedView, bool]:
    """The view, and whether one of that name was replaced. Raises Invalid on `name` (none, too long, too many)."""
    name = required_text("name", name, NAME_LENGTH)
    present = _present(session, account_id, endpoint)
    view = present.get(name)
    replaced = view is not None
    if view is None:
        if len(present) >= MOST_VIEWS:
            message = N_("A list keeps at most %(most)s views: delete one first.")
            raise Invalid("name", message, most=MOST_VIEWS)
        view = SavedView(account_id=account_id, endpoint=endpoint, name=name)
        session.add(view)
    view.query = query
    view.created_at = at
    # What was searched for is nobody else's business: the trail tells the list only.
    record(
        session, actor, "view.save", view, at=at, operator_id=operator_id, name=name, after={"list": endpoint}
    )
    return view, replaced


def delete_view(
    session: Session, view: SavedView, *, actor: Actor, at: datetime, operator_id: int | None = None
) -> None:
    """Forget the view."""
    before = {"list": view.endpoint}
    record(session, actor, "view.delete", view, at=at, operator_id=operator_id, name=view.name, before=before)
    session.execute(delete(SavedView).where(SavedView.id == view.id))


def keep_columns(
    session: Session,
    account_id: int,
    endpoint: str,
    columns: Sequence[str] | None,
    *,
    actor: Actor,
    at: datetime,
    operator_id: int | None = None,
) -> None:
    """Remember the columns of one list; None goes back to those that everybody gets."""
    _lock(session, account_id)
    kept = session.get(Preference, account_id)
    if kept is None:
        kept = Preference(account_id=account_id, columns={})
        session.add(kept)
    others = {name: keys for name, keys in kept.columns.items() if name != endpoint}
    kept.columns = others if columns is None else others | {endpoint: list(columns)}
    session.flush()
    details = {"list": endpoint, "columns": list(columns or ())}
    record_event(session, actor, "list.columns", endpoint, at=at, operator_id=operator_id, details=details)


def _present(session: Session, account_id: int, endpoint: str) -> dict[str, SavedView]:
    _lock(session, account_id)
    return {view.name: view for view in session.scalars(saved_views(account_id, endpoint))}


def _lock(session: Session, account_id: int) -> None:
    """One after the other, so that two windows neither pass the limit nor lose a choice."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
