"""Drivers: create and change, and their tokens."""

from collections.abc import Callable

from flask import flash, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.contact import phone_country
from portal.extensions import db
from portal.models import Driver, Token, TokenKind
from portal.queries import drivers as query
from portal.services import drivers as service
from portal.services.drivers import DriverData
from portal.web.auth import actor, viewer
from portal.web.htmx import go
from portal.web.lookup import found
from portal.web.transaction import transaction

from .blueprint import bp
from .drivers import driver_page, to_change
from .forms_people import DriverForm, NewDriverForm, TokenForm
from .saving import attempt, form_page


@bp.route("/drivers/new", methods=["GET", "POST"])
def driver_new() -> BaseResponse:
    form = NewDriverForm()
    tried = attempt(form, lambda session: _create(session, form))
    if not tried.done:
        return form_page("admin/drivers/form.html", form, tried)
    flash(_("The driver is created."), "success")
    return go(url_for(".driver", number=tried.value))


@bp.route("/drivers/<number>/edit", methods=["GET", "POST"])
def driver_edit(number: str) -> BaseResponse:
    subject = found(db.session.scalar(query.driver(viewer(), number)))
    form = DriverForm(obj=subject, country=phone_country(subject.phone_e164))
    tried = attempt(form, lambda session: _update(session, number, form))
    if not tried.done:
        fresh = found(db.session.scalar(query.driver(viewer(), number)))
        return form_page("admin/drivers/form.html", form, tried, fresh)
    flash(_("The changes are saved."), "success")
    return go(url_for(".driver", number=number.upper()))


@bp.post("/drivers/<number>/tokens/add")
def token_add(number: str) -> BaseResponse:
    form = TokenForm()
    tried = attempt(form, lambda session: _add_token(session, number, form))
    if not tried.done:
        return driver_page(number, form, tried.conflict, http_status=409 if tried.conflict else 422)
    flash(_("The token is added."), "success")
    return go(url_for(".driver", number=number.upper()))


@bp.post("/drivers/<number>/tokens/<uid>/block")
def token_block(number: str, uid: str) -> BaseResponse:
    return _change_token(number, uid, service.block_token, _("The token is blocked."))


@bp.post("/drivers/<number>/tokens/<uid>/unblock")
def token_unblock(number: str, uid: str) -> BaseResponse:
    return _change_token(number, uid, service.unblock_token, _("The token is unblocked."))


@bp.post("/drivers/<number>/tokens/<uid>/remove")
def token_remove(number: str, uid: str) -> BaseResponse:
    return _change_token(number, uid, service.remove_token, _("The token is removed."))


def _change_token(number: str, uid: str, verb: Callable[..., None], said: str) -> BaseResponse:
    with transaction() as session:
        driver = to_change(session, number)
        token: Token = found(session.scalar(query.token_of(driver, uid)))
        verb(session, driver, token, actor=actor(), at=now())
    flash(said, "success")
    return go(url_for(".driver", number=number.upper()))


def _create(session: Session, form: NewDriverForm) -> str:
    number, uid = form.number.data, form.token_uid.data
    driver = service.create_driver(session, number, _data(form), actor=actor(), at=now(), token_uid=uid)
    return driver.number


def _update(session: Session, number: str, form: DriverForm) -> None:
    driver = to_change(session, number)
    service.update_driver(session, driver, _data(form), version=form.opened_on(), actor=actor(), at=now())


def _add_token(session: Session, number: str, form: TokenForm) -> None:
    driver: Driver = to_change(session, number)
    service.add_token(session, driver, form.uid.data, TokenKind(form.kind.data), actor=actor(), at=now())


def _data(form: DriverForm) -> DriverData:
    return DriverData(form.name.data, form.email.data, form.phone.data, form.country.data)
