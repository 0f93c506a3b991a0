"""One way to save a form: what is refused lands on the form with nothing that was typed lost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.web.audit_words import value_label
from portal.web.errors import translated
from portal.web.forms import attach
from portal.web.htmx import page
from portal.web.transaction import transaction


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a submitted form fared; one that was only opened is neither done nor in conflict."""

    done: bool = False
    value: Any = None
    conflict: Conflict | None = None


def attempt(form: FlaskForm, change: Callable[[Session], Any]) -> Attempt:
    """Run the change in a transaction when the form was sent and parses; `value` is what it returned."""
    if not form.validate_on_submit():
        return Attempt()
    try:
        with transaction() as session:
            value = change(session)
    except Invalid as error:
        attach(form, error)
    except Conflict as error:
        return Attempt(conflict=error)
    else:
        return Attempt(done=True, value=value)
    return Attempt()


def form_page(
    template: str, form: FlaskForm, tried: Attempt, subject: Any = None, **context: Any
) -> Response:
    """The form once more: 200 when it was only opened, 422 with errors, 409 with what somebody else saved.

    After a conflict the form goes on from the present version of the subject: saving again is a decision.
    """
    clash = None
    if tried.conflict is not None:
        clash = {"message": translated(tried.conflict), "changes": _rows(form, tried.conflict)}
        if subject is not None and "version" in form:
            form.version.data = str(subject.version)
    status = 409 if clash else 422 if form.errors else 200
    return page(template, http_status=status, form=form, subject=subject, clash=clash, **context)


def _rows(form: FlaskForm, conflict: Conflict) -> list[tuple[Any, object, object]]:
    labels = {field.short_name: field.label.text for field in form}
    return [
        (labels.get(change.field, change.field), value_label(change.theirs), value_label(change.yours))
        for change in conflict.changes
    ]
