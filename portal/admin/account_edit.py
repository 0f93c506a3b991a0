"""Logins: create and change, and the page that shows a single-use link."""

from datetime import datetime
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.text import N_
from portal.extensions import db
from portal.models import Account, Driver, Operator, Role
from portal.queries import accounts as query
from portal.queries.areas import operator as operator_by_code
from portal.queries.drivers import driver as driver_by_number
from portal.queries.operators import offered_operators
from portal.services.account_changes import AccountData, update_account
from portal.services.accounts import create_account, issue_link
from portal.web.auth import actor, viewer
from portal.web.htmx import go
from portal.web.lookup import found, row_id

from .accounts import to_change
from .blueprint import bp
from .forms_people import AccountForm, NewAccountForm
from .links import send_link
from .saving import Attempt, attempt, form_page


@bp.route("/accounts/new", methods=["GET", "POST"])
def account_new() -> BaseResponse:
    form = NewAccountForm(data=_preselected())
    tried = attempt(form, lambda session: _create(session, form))
    return send_link(*tried.value) if tried.done else _form_page(form, tried)


@bp.route("/accounts/<int:account_id>/edit", methods=["GET", "POST"])
def account_edit(account_id: int) -> BaseResponse:
    subject = found(db.session.scalar(query.account(viewer(), row_id(account_id))))
    form = AccountForm(data=_shown(subject))
    tried = attempt(form, lambda session: _update(session, account_id, form))
    if not tried.done:
        return _form_page(form, tried, found(db.session.scalar(query.account(viewer(), account_id))))
    flash(_("The changes are saved."), "success")
    return go(url_for(".account", account_id=account_id))


def _form_page(form: AccountForm, tried: Attempt, subject: Account | None = None) -> Response:
    offered = db.session.scalars(offered_operators(viewer()).limit(500))
    operators = [(each.code, each.name) for each in offered]
    return form_page("admin/accounts/form.html", form, tried, subject, operators=operators)


def _preselected() -> dict[str, Any]:
    """What a link to this page already knows: `?operator=CODE` or `?driver=NUMBER`."""
    operator, driver = request.args.get("operator"), request.args.get("driver")
    role = Role.DRIVER if driver else Role.OPERATOR if operator else Role.ADMIN
    return {"role": role.value, "operator": operator, "driver": driver}


def _shown(account: Account) -> dict[str, Any]:
    return {
        "version": account.version,
        "name": account.name,
        "role": account.role.value,
        "operator": account.operator.code if account.operator else None,
        "driver": account.driver.number if account.driver else None,
    }


def _create(session: Session, form: NewAccountForm) -> tuple[int, str, datetime]:
    """The new login's id, the secret of its first link, and when both were made."""
    at, data = now(), _data(session, form)
    made = create_account(
        session,
        form.email.data or "",
        data.role,
        actor=actor(),
        at=at,
        name=data.name or "",
        operator=data.operator,
        driver=data.driver,
    )
    return made.id, issue_link(session, made, actor=actor(), at=at), at


def _update(session: Session, account_id: int, form: AccountForm) -> None:
    account = to_change(session, account_id)
    version = form.opened_on()
    update_account(session, account, _data(session, form), version=version, actor=actor(), at=now())


def _data(session: Session, form: AccountForm) -> AccountData:
    """The field that the chosen role does not use is ignored."""
    role = Role(form.role.data)
    operator = _operator(session, form.operator.data) if role is Role.OPERATOR else None
    driver = _driver(session, form.driver.data) if role is Role.DRIVER else None
    return AccountData(form.name.data, role, operator, driver)


def _operator(session: Session, code: str | None) -> Operator:
    chosen = session.scalar(operator_by_code(viewer(), (code or "").strip()))
    if chosen is None:
        raise Invalid("operator", N_("There is no operator with this code."))
    return chosen


def _driver(session: Session, number: str | None) -> Driver:
    chosen = session.scalar(driver_by_number(viewer(), (number or "").strip()))
    if chosen is None:
        raise Invalid("driver", N_("There is no driver with this number."))
    return chosen
