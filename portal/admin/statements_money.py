"""What admins do about an issued statement: record payments, take it back by a credit."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from flask import flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.days import day_value
from portal.domain.errors import Invalid
from portal.domain.text import N_
from portal.domain.values import decimal_value
from portal.models import Statement
from portal.queries.statement_lists import one_to_change
from portal.services.statement_payments import pay_statement
from portal.services.statements import credit_statement
from portal.web.auth import actor, viewer
from portal.web.forms import Form
from portal.web.htmx import go
from portal.web.lookup import found
from portal.web.session_words import major
from portal.web.statement_lists import StatementRow
from portal.web.statement_mail import notify_issued

from .blueprint import bp
from .forms_operator import figure_field, text_field
from .saving import attempt, form_page
from .statements import PAGES

MOST = Decimal(10) ** 12


class PaymentForm(Form):
    amount = figure_field(lazy_gettext("Amount"))
    paid_on = text_field(lazy_gettext("Day of the payment"), 10, type="date")
    note = text_field(lazy_gettext("Note"), 500, autocomplete="off")


class CreditForm(Form):
    reason = text_field(lazy_gettext("Reason"), 500, required=True, autocomplete="off")


@bp.route("/statements/<number>/pay", methods=["GET", "POST"])
def statement_pay(number: str) -> Response:
    row = PAGES.row(number)
    form = PaymentForm(data=_offered(row))
    tried = attempt(form, lambda session: _pay(session, number, form))
    if not tried.done:
        return form_page("admin/statements/pay.html", form, tried, PAGES.row(number))
    flash(_("The payment is recorded."), "success")
    return go(PAGES.statement_url(number))


@bp.route("/statements/<number>/credit", methods=["GET", "POST"])
def statement_credit(number: str) -> Response:
    form = CreditForm()
    tried = attempt(form, lambda session: _credit(session, number, form))
    if not tried.done:
        return form_page("admin/statements/credit.html", form, tried, PAGES.row(number))
    notify_issued([tried.value])
    flash(_("%(number)s is taken back by %(credit)s.", number=number, credit=tried.value.number), "success")
    return go(url_for(".statement", number=tried.value.number))


def _offered(row: StatementRow) -> dict[str, object]:
    """All that is open, paid today as the operator's calendar has it."""
    one = row.statement
    today = now().astimezone(ZoneInfo(one.operator.timezone)).date()
    return {"amount": f"{major(row.open, one.currency):f}" if row.open else "", "paid_on": today.isoformat()}


def _pay(session: Session, number: str, form: PaymentForm) -> None:
    statement = _locked(session, number)
    places = get_currency_precision(statement.currency)
    typed = str(form.amount.data or "").strip()
    amount = decimal_value("amount", typed, least=-MOST, most=MOST, places=places)
    if amount is None:
        raise Invalid("amount", N_("Please fill this in."))
    paid_on: date = day_value("paid_on", str(form.paid_on.data or ""))
    pay_statement(session, statement, amount, paid_on, form.note.data, actor=actor(), at=now())


def _credit(session: Session, number: str, form: CreditForm) -> Statement:
    return credit_statement(
        session, _locked(session, number), str(form.reason.data or ""), actor=actor(), at=now()
    )


def _locked(session: Session, number: str) -> Statement:
    return found(session.scalar(one_to_change(viewer(), number)))
