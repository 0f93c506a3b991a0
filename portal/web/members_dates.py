"""One driver of a network: granting with dates, changing dates and note, and the history of its memberships."""

from typing import Any

from flask import Response, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, StringField

from portal.domain.clock import now
from portal.domain.errors import Conflict, Invalid
from portal.domain.validity import limit_text, limit_value
from portal.extensions import db
from portal.models import Driver, Membership, Operator
from portal.queries.members import as_row, change_of, membership_history, one_driver
from portal.services import memberships

from .auth import actor, viewer
from .errors import translated
from .forms import Form, attach
from .htmx import changed, go, page, wants_fragment
from .lookup import found
from .members import TEMPLATE, Network, one_to_change, row_context
from .transaction import transaction
from .undo import offer_undo

DAY, TIME = {"type": "date"}, {"type": "time"}


class DatesForm(Form):
    """Days and times of the operator's zone; `seen` is the id of the membership that it was opened on."""

    valid_from = StringField(lazy_gettext("Valid from"), render_kw=DAY)
    valid_from_time = StringField(lazy_gettext("Time"), render_kw=TIME)
    valid_to = StringField(lazy_gettext("Valid to"), render_kw=DAY)
    valid_to_time = StringField(lazy_gettext("Time"), render_kw=TIME)
    note = StringField(lazy_gettext("Note"), render_kw={"maxlength": 200})
    seen = HiddenField()

    @classmethod
    def of(cls, membership: Membership | None, zone: str) -> "DatesForm":
        """As sent, else as the membership stands."""
        if membership is None:
            return cls()
        (start, start_time), (end, end_time) = _texts(membership, zone)
        return cls(
            data={
                "valid_from": start,
                "valid_from_time": start_time,
                "valid_to": end,
                "valid_to_time": end_time,
                "note": membership.note,
                "seen": str(membership.id),
            }
        )

    def meant(self, zone: str, present: Membership | None = None) -> dict[str, Any]:
        """Dates and note for the services; what reads as it stands at present keeps its seconds. Raises Invalid."""
        texts = (
            (self.valid_from.data, self.valid_from_time.data),
            (self.valid_to.data, self.valid_to_time.data),
        )
        shown = _texts(present, zone) if present else (None, None)
        values: dict[str, Any] = {"note": self.note.data}
        for name, typed, before in zip(("valid_from", "valid_to"), texts, shown, strict=True):
            same = before == tuple(text or "" for text in typed)
            value = limit_value(name, *typed, zone, last=name == "valid_to") if not same else None
            values[name] = getattr(present, name) if same else value
        return values


def grant_member(network: Network, number: str) -> BaseResponse:
    """Grant, with dates and note where they are sent; answers with the driver's row in its new state."""
    form, at = DatesForm(), now()
    try:
        with transaction() as session:
            operator, driver = one_to_change(network, number)
            meant = form.meant(operator.timezone)
            memberships.grant(session, operator, driver, actor=actor(), at=at, **meant)
    except Invalid as error:
        attach(form, error)
        return _not_granted(network, number, form)
    offer_undo(db.session.scalar(change_of(operator, number, at)))
    return changed(TEMPLATE, "changed", network.home(), **row_context(network, operator, number))


def dates_page(network: Network, number: str) -> BaseResponse:
    """The form of one membership's dates and note; for a driver without one it grants."""
    operator, driver, membership = _present(network, number)
    form = DatesForm.of(membership, operator.timezone)
    if not form.validate_on_submit():
        return _form(network, operator, driver, membership, form)
    try:
        _save(network, number, form)
    except Invalid as error:
        attach(form, error)
        return _form(network, operator, driver, membership, form, http_status=422)
    except Conflict as error:
        return _conflict(network, number, form, error)
    flash(_("Dates and note of %(name)s are saved.", name=driver.name), "success")
    return go(network.home())


def history_page(network: Network, number: str) -> Response:
    """Every membership of one driver in this network, newest first; NotFound where there never was one."""
    operator = network.operator()
    rows = db.session.execute(membership_history(viewer(), operator, number)).all()
    driver = found(rows[0] if rows else None)[1]
    past = [row[0] for row in rows]
    return page(
        "shared/members_history.html", driver=driver, past=past, at=now(), **network.context(operator)
    )


def _present(network: Network, number: str) -> tuple[Operator, Driver, Membership | None]:
    operator = network.operator()
    row = found(db.session.execute(one_driver(viewer(), operator, number, now())).first())
    return operator, row[0], row[1]


def _save(network: Network, number: str, form: DatesForm) -> None:
    at = now()
    with transaction() as session:
        operator, driver, membership = _present(network, number)
        meant = form.meant(operator.timezone, membership)
        if membership is None:
            memberships.grant(session, operator, driver, actor=actor(), at=at, **meant)
        else:
            seen = form.seen.data or ""
            known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else membership.id
            memberships.amend(session, operator, driver, seen=known, actor=actor(), at=at, **meant)
    offer_undo(db.session.scalar(change_of(operator, number, at)))


def _form(
    network: Network,
    operator: Operator,
    driver: Driver,
    membership: Membership | None,
    form: DatesForm,
    http_status: int = 200,
    clash: str | None = None,
) -> Response:
    row = as_row(viewer(), now())((driver, membership, False, True))
    context: dict[str, Any] = {
        "row": row,
        "driver": driver,
        "membership": membership,
        "form": form,
        "clash": clash,
    }
    return page("shared/members_dates.html", http_status=http_status, **context, **network.context(operator))


def _conflict(network: Network, number: str, form: DatesForm, error: Conflict) -> Response:
    """The form with all that was typed, on the membership that there is now: saving again is a decision."""
    operator, driver, membership = _present(network, number)
    form.seen.data = str(membership.id) if membership else ""
    return _form(network, operator, driver, membership, form, 409, translated(error))


def _not_granted(network: Network, number: str, form: DatesForm) -> Response:
    operator, driver, membership = _present(network, number)
    if not wants_fragment():
        return _form(network, operator, driver, membership, form, http_status=422)
    context = row_context(network, operator, number) | {"typed": form}
    return page(TEMPLATE, "changed", http_status=422, **context)


def _texts(membership: Membership, zone: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (
        limit_text(membership.valid_from, zone, last=False),
        limit_text(membership.valid_to, zone, last=True),
    )
