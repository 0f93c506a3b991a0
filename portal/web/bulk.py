"""Rows chosen in a list for one action: the ticked ones, those of this page, or all that match its filters.

The choice stands in the address (`scope`, `code`, and the list's own parameters) and is made again from it, limited
to the viewer, by the preview and by the action. shared/bulk.html draws the controls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from sqlalchemy import literal
from werkzeug.wrappers import Response

from portal.domain.errors import Invalid, NotFound
from portal.domain.text import N_
from portal.extensions import db
from portal.queries.paging import AnySelect, Expression

from .htmx import go
from .list_specs import ListSpec
from .list_view import ListView

SCOPES = ("selected", "page", "all")
MOST = 1_000  # ticked rows in one address


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen, and the list's address to return to."""

    stmt: AnySelect
    back: str
    named: bool  # by their codes: none of them found means that they are not there for this viewer

    def carried(self, *without: str) -> list[tuple[str, str]]:
        """The choice as fields of a form that asks for more of it."""
        return [(name, value) for name, value in request.args.items(multi=True) if name not in without]


def chosen(
    spec: ListSpec,
    stmt: AnySelect,
    code: Expression,
    endpoint: str,
    key: Callable[[Any], int] = lambda row: int(row.id),
) -> Chosen:
    """The choice that the address makes among the rows of the list at `endpoint`. `key`: the id of a shown row."""
    view = ListView(spec, stmt, request.args, endpoint=endpoint)
    scope = request.args.get("scope", SCOPES[0])
    if scope not in SCOPES:
        raise Invalid("scope", N_("Expected one of: %(offered)s."), offered=", ".join(SCOPES))
    if scope == "all":
        return Chosen(view.stmt, view.url(), False)
    if scope == "page":
        return Chosen(stmt.where(spec.identity.in_([key(row) for row in view.rows])), view.url(), False)
    codes = [each.strip().upper() for each in request.args.getlist("code")][:MOST]
    return Chosen(stmt.where(code.in_(codes)), view.url(), bool(codes))


def nothing_chosen(rows: Chosen) -> Response | None:
    """Back to the list where the choice is empty, None where it is not; codes of nothing are NotFound."""
    first = rows.stmt.with_only_columns(literal(1), maintain_column_froms=True).order_by(None).limit(1)
    if db.session.scalar(first) is not None:
        return None
    if rows.named:
        raise NotFound
    flash(_("Select at least one row first."), "warning")
    return go(rows.back)
