"""What a list's own address takes by POST: the account's choice of columns, and its views under a name.

A view belongs to an account and an endpoint and holds parameters only: one saved on the members page of one operator
is offered on that of every other. It is read through the list's own rules: what the list does not know is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import flash
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.domain.clock import now
from portal.domain.errors import Invalid, NotFound
from portal.domain.text import N_
from portal.extensions import db
from portal.queries.saved_views import saved_view, saved_views
from portal.services import saved_views as service

from .auth import actor, viewer
from .errors import translated
from .list_columns import PARAMETER, default_columns, picked_columns
from .list_specs import ListSpec
from .list_view import ListView, Refused
from .lookup import found, row_id
from .transaction import transaction

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class ShownView:
    """A saved view as a link; `current` when the list shows just that."""

    id: int
    name: str
    url: str
    current: bool


def parsed(spec: ListSpec, query: str) -> dict[str, str]:
    """What this list understands of a stored query."""
    sorts = {sign + column.key for column in spec.columns if column.sortable for sign in ("", "-")}
    known = {"q", *(each.name for each in spec.filters)}
    state: dict[str, str] = {}
    for name, value in parse_qsl(query):
        if name in known or (name == "sort" and value in sorts):
            state[name] = value
        elif name == PARAMETER:
            offered = [column.key for column in spec.columns if column.offered]
            state[name] = ",".join(picked_columns(spec, [key for key in value.split(",") if key in offered]))
    return state


def stored(view: ListView) -> str:
    """The present search, filters, sort and columns, as a view keeps them."""
    return urlencode({**view.state, PARAMETER: ",".join(view.picked)})


def shown_views(view: ListView) -> list[ShownView]:
    """The account's views of this list."""
    rows = db.session.scalars(saved_views(viewer().account_id, view.endpoint))
    return [_shown(view, row.id, row.name, parsed(view.spec, row.query)) for row in rows]


def _shown(view: ListView, view_id: int, name: str, state: Mapping[str, str]) -> ShownView:
    usual = (PARAMETER, ",".join(view.kept_columns))
    url = view.address({key: value for key, value in state.items() if (key, value) != usual})
    return ShownView(view_id, name, url, state == {**view.state, PARAMETER: ",".join(view.picked)})


def keep(view: ListView, form: MultiDict[str, str]) -> str | Refused:
    """Do what the form of a list asks for; where to go on. Raises Invalid (columns), NotFound (view, verb)."""
    verbs = {"columns": _columns, "usual-columns": _usual_columns, "view": _save, "forget-view": _forget}
    verb = verbs.get(form.get("keep", ""))
    if verb is None:
        raise NotFound
    return verb(view, form)


def _columns(view: ListView, form: MultiDict[str, str]) -> str | Refused:
    chosen = picked_columns(view.spec, form.getlist(PARAMETER))
    usual = chosen == default_columns(view.spec)
    _remember(view, None if usual else chosen)
    flash(_("The columns of this list are changed."), "success")
    return view.url(columns=None if usual else ",".join(chosen))


def _usual_columns(view: ListView, form: MultiDict[str, str]) -> str | Refused:
    _remember(view, None)
    flash(_("This list shows its usual columns again."), "success")
    return view.url(columns=None)


def _remember(view: ListView, columns: tuple[str, ...] | None) -> None:
    who = viewer()
    with transaction() as session:
        service.keep_columns(
            session,
            who.account_id or 0,
            view.endpoint,
            columns,
            actor=actor(),
            at=now(),
            operator_id=who.operator_id,
        )


def _save(view: ListView, form: MultiDict[str, str]) -> str | Refused:
    who, name, query = viewer(), form.get("name", ""), stored(view)
    try:
        if len(query) > LONGEST:
            raise Invalid("name", N_("This search is too long to be kept."))
        with transaction() as session:
            saved, replaced = service.save_view(
                session, who.account_id or 0, view.endpoint, name, query,
                actor=actor(), at=now(), operator_id=who.operator_id,
            )  # fmt: skip
            name = saved.name
    except Invalid as error:
        return Refused(name, translated(error))
    flash(
        _("The view “%(name)s” is replaced.", name=name)
        if replaced
        else _("The view “%(name)s” is saved.", name=name),
        "success",
    )
    return view.url()


def _forget(view: ListView, form: MultiDict[str, str]) -> str | Refused:
    who, wanted = viewer(), form.get("view", "")
    number = row_id(int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 20 else 0
    with transaction() as session:
        one = found(session.scalar(saved_view(who.account_id, view.endpoint, number)))
        name = one.name
        service.delete_view(session, one, actor=actor(), at=now(), operator_id=who.operator_id)
    flash(_("The view “%(name)s” is deleted.", name=name), "success")
    return view.url()
