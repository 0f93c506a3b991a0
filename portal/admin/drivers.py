"""Drivers: the list, one driver with tokens, memberships and sessions."""

from flask import Response, flash, url_for
from flask_babel import gettext as translate
from flask_babel import lazy_gettext as _
from sqlalchemy import func
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Conflict
from portal.extensions import db
from portal.models import ChargingSession, Driver, DriverStatus, Token
from portal.queries import drivers as query
from portal.queries.accounts import owned_by_driver
from portal.queries.sessions import recent_sessions
from portal.services.drivers import delete_driver, set_driver_status
from portal.web.auth import actor, viewer
from portal.web.htmx import go, page
from portal.web.lists import Column, ListSpec, choice_filter, export_list, flag_filter, show_list
from portal.web.lookup import found
from portal.web.session_words import status_label
from portal.web.transaction import transaction

from .blueprint import bp
from .forms_people import KIND_LABELS, TokenForm

STATUS_LABELS = {DriverStatus.ACTIVE.value: _("Active"), DriverStatus.DISABLED.value: _("Disabled")}
STATE_LABELS = {
    query.MembershipState.LIVE: _("Live"),
    query.MembershipState.FUTURE: _("Not yet"),
    query.MembershipState.EXPIRED: _("Expired"),
    query.MembershipState.REVOKED: _("Revoked"),
    query.MembershipState.SUSPENDED: _("Suspended"),
}

SPEC = ListSpec(
    noun="drivers",
    columns=(
        Column("name", _("Name"), func.lower(Driver.name), lambda row: row[0].name),
        Column("number", _("Driver number"), Driver.number, lambda row: row[0].number),
        Column("email", _("Email"), func.coalesce(Driver.email, ""), lambda row: row[0].email),
        Column("phone", _("Phone"), None, lambda row: row[0].phone),
        Column(
            "phone_e164",
            _("Phone, international"),
            func.coalesce(Driver.phone_e164, ""),
            lambda row: row[0].phone_e164,
            shown=False,
            cell=lambda row: row[0].phone_e164,
        ),
        Column("tokens", _("Tokens"), None, lambda row: row[1], numeric=True),
        Column("status", _("Status"), None, lambda row: row[0].status.value),
        Column("created_at", _("Since"), Driver.created_at, lambda row: row[0].created_at),
        Column(
            "updated_at", _("Changed"), Driver.updated_at, shown=False, cell=lambda row: row[0].updated_at
        ),
    ),
    identity=Driver.id,
    default_sort="name",
    filters=(
        choice_filter("status", _("Status"), Driver.status, tuple(STATUS_LABELS.items())),
        flag_filter(
            "token",
            _("Token"),
            Driver.id.in_(Token.__table__.select().with_only_columns(Token.driver_id)),
            _("With a token"),
            _("Without a token"),
        ),
    ),
    search=Driver.search,
    search_label=_("Search by name, email, phone, number or token"),
    row=lambda row: (row[0], row[1]),
)


@bp.route("/drivers/", methods=["GET", "POST"])
def drivers() -> Response:
    stmt = query.drivers_with_token_count(viewer())
    return show_list(SPEC, stmt, "admin/drivers/list.html", status_labels=STATUS_LABELS)


@bp.get("/drivers/export.<any(csv,xlsx):kind>")
def drivers_export(kind: str) -> Response:
    return export_list(SPEC, query.drivers_with_token_count(viewer()), kind)


@bp.get("/drivers/<number>/")
def driver(number: str) -> Response:
    return driver_page(number)


@bp.post("/drivers/<number>/enable")
def driver_enable(number: str) -> BaseResponse:
    return _set_status(number, DriverStatus.ACTIVE, translate("The driver is active again."))


@bp.post("/drivers/<number>/disable")
def driver_disable(number: str) -> BaseResponse:
    return _set_status(number, DriverStatus.DISABLED, translate("The driver is disabled."))


@bp.post("/drivers/<number>/delete")
def driver_delete(number: str) -> BaseResponse:
    try:
        with transaction() as session:
            delete_driver(session, to_change(session, number), actor=actor(), at=now())
    except Conflict as error:
        return driver_page(number, refusal=error, http_status=409)
    flash(translate("Driver %(number)s is deleted.", number=number.upper()), "success")
    return go(url_for(".drivers"))


def to_change(session: Session, number: str) -> Driver:
    """The driver with its tokens, locked until the transaction ends."""
    return found(session.scalar(query.driver(viewer(), number).with_for_update(of=Driver)))


def driver_page(
    number: str, token_form: TokenForm | None = None, refusal: Conflict | None = None, http_status: int = 200
) -> Response:
    """Everything about one driver; `refusal` says why something could not be done."""
    at = now()
    subject = found(db.session.scalar(query.driver(viewer(), number)))
    history = db.session.execute(query.membership_history(subject, at)).all()
    recent = recent_sessions(viewer(), ChargingSession.driver_id == subject.id)
    return page(
        "admin/drivers/details.html",
        http_status=http_status,
        driver=subject,
        memberships=[query.membership_row(row, at) for row in history],
        sessions=db.session.scalars(recent).all(),
        account=db.session.scalar(owned_by_driver(viewer(), subject)),
        token_form=token_form or TokenForm(formdata=None),
        refusal=refusal,
        status_labels=STATUS_LABELS,
        state_labels=STATE_LABELS,
        kind_labels=KIND_LABELS,
        session_status=status_label,
    )


def _set_status(number: str, status: DriverStatus, said: str) -> BaseResponse:
    with transaction() as session:
        set_driver_status(session, to_change(session, number), status, actor=actor(), at=now())
    flash(said, "success")
    return go(url_for(".driver", number=number.upper()))
