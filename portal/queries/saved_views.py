"""Reads of what an account keeps for its lists."""

from typing import Any

from sqlalchemy import Select, select

from portal.models import Preference, SavedView


def saved_views(account_id: int | None, endpoint: str) -> Select[SavedView]:
    """The account's own views of a list, by name."""
    own = (SavedView.account_id == account_id, SavedView.endpoint == endpoint)
    return select(SavedView).where(*own).order_by(SavedView.name, SavedView.id)


def saved_view(account_id: int | None, endpoint: str, view_id: int) -> Select[SavedView]:
    """One of them; nobody else's."""
    return saved_views(account_id, endpoint).where(SavedView.id == view_id)


def kept_columns(account_id: int | None) -> Select[dict[str, Any]]:
    """The chosen columns by list endpoint."""
    return select(Preference.columns).where(Preference.account_id == account_id)
