"""Logins: the list, one login with its live sign-ins, its single-use link, its end."""

from flask import Response, flash, url_for
from flask_babel import gettext as translate
from flask_babel import lazy_gettext as _
from flask_login import current_user
from sqlalchemy import func
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.secrets import digest
from portal.extensions import db
from portal.models import Account, AccountStatus, Driver, Operator
from portal.queries import accounts as query
from portal.services import account_changes as service
from portal.services.accounts import issue_link
from portal.web.auth import actor, viewer
from portal.web.htmx import go, page
from portal.web.list_specs import text_filter
from portal.web.lists import Column, ListSpec, choice_filter, export_list, show_list
from portal.web.lookup import found, row_id
from portal.web.transaction import transaction

from .blueprint import bp
from .forms_people import ROLE_LABELS
from .links import send_link

STATUS_LABELS = {AccountStatus.ACTIVE.value: _("Active"), AccountStatus.DISABLED.value: _("Disabled")}

SPEC = ListSpec(
    noun="accounts",
    columns=(
        Column("email", _("Email"), Account.email, lambda account: account.email),
        Column("name", _("Name"), func.lower(Account.name), lambda account: account.name),
        Column("role", _("Role"), Account.role, lambda account: account.role.value),
        Column(
            "belongs_to",
            _("Belongs to"),
            func.coalesce(Operator.code, Driver.number, ""),
            lambda account: owner_code(account),
        ),
        Column("status", _("Status"), None, lambda account: account.status.value),
        Column("created_at", _("Since"), Account.created_at, lambda account: account.created_at),
        Column("id", _("Number"), Account.id, shown=False, cell=lambda account: account.id, numeric=True),
        Column(
            "updated_at",
            _("Changed"),
            Account.updated_at,
            shown=False,
            cell=lambda account: account.updated_at,
        ),
    ),
    identity=Account.id,
    default_sort="email",
    filters=(
        choice_filter("role", _("Role"), Account.role, tuple(ROLE_LABELS.items())),
        choice_filter("status", _("Status"), Account.status, tuple(STATUS_LABELS.items())),
        text_filter("operator", _("Operator code"), query.with_operator),
    ),
    search=func.lower(Account.email + " " + Account.name),
    search_label=_("Search by email or name"),
)


@bp.route("/accounts/", methods=["GET", "POST"])
def accounts() -> Response:
    stmt = query.accounts(viewer())
    return show_list(
        SPEC, stmt, "admin/accounts/list.html", role_labels=ROLE_LABELS, status_labels=STATUS_LABELS
    )


@bp.get("/accounts/export.<any(csv,xlsx):kind>")
def accounts_export(kind: str) -> Response:
    return export_list(SPEC, query.accounts(viewer()), kind)


@bp.get("/accounts/<int:account_id>/")
def account(account_id: int) -> Response:
    subject, at = found(db.session.scalar(query.account(viewer(), row_id(account_id)))), now()
    return page(
        "admin/accounts/details.html",
        account=subject,
        link=db.session.scalar(query.open_link_of(subject, at)),
        sign_ins=db.session.scalars(query.live_sign_ins_of(subject, at)).all(),
        present_hash=digest(str(current_user.get_id())),
        role_labels=ROLE_LABELS,
        status_labels=STATUS_LABELS,
    )


@bp.post("/accounts/<int:account_id>/enable")
def account_enable(account_id: int) -> BaseResponse:
    return _set_status(account_id, AccountStatus.ACTIVE, translate("The login is active again."))


@bp.post("/accounts/<int:account_id>/disable")
def account_disable(account_id: int) -> BaseResponse:
    return _set_status(account_id, AccountStatus.DISABLED, translate("The login is disabled."))


@bp.post("/accounts/<int:account_id>/link")
def account_link(account_id: int) -> BaseResponse:
    """A fresh link: an invitation again, or the way to a new password."""
    at = now()
    with transaction() as session:
        secret = issue_link(session, to_change(session, account_id), actor=actor(), at=at)
    return send_link(account_id, secret, at)


@bp.post("/accounts/<int:account_id>/sign-out")
def account_sign_out(account_id: int) -> BaseResponse:
    with transaction() as session:
        service.sign_out_everywhere(session, to_change(session, account_id), actor=actor(), at=now())
    flash(translate("All its sign-ins have ended."), "success")
    return go(url_for(".account", account_id=account_id))


@bp.post("/accounts/<int:account_id>/delete")
def account_delete(account_id: int) -> BaseResponse:
    with transaction() as session:
        service.delete_account(session, to_change(session, account_id), actor=actor(), at=now())
    flash(translate("The login is deleted."), "success")
    return go(url_for(".accounts"))


def to_change(session: Session, account_id: int) -> Account:
    """The login with its operator and driver; its version decides between two who change it at once."""
    return found(session.scalar(query.account(viewer(), row_id(account_id))))


def owner_code(account: Account) -> str | None:
    """The operator's code or the driver's number."""
    if account.operator is not None:
        return account.operator.code
    return account.driver.number if account.driver is not None else None


def _set_status(account_id: int, status: AccountStatus, said: str) -> BaseResponse:
    with transaction() as session:
        service.set_account_status(session, to_change(session, account_id), status, actor=actor(), at=now())
    flash(said, "success")
    return go(url_for(".account", account_id=account_id))
