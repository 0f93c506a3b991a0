"""The settings of the site, and a mail that tries them out."""

from typing import Any

from flask import Response, flash, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.geography import currencies
from portal.domain.site_values import BEHIND, FIELDS, effective
from portal.domain.zones import offered_zones, offset_text
from portal.models import SiteSettings
from portal.queries.accounts import own_account
from portal.services.audit import record
from portal.services.site import update_site
from portal.web.auth import actor, viewer
from portal.web.htmx import go
from portal.web.letters import link_base, mail_test
from portal.web.lookup import found
from portal.web.mail import mail_sender
from portal.web.navigation import site
from portal.web.site import config
from portal.web.transaction import transaction

from .blueprint import bp
from .forms_site import LANGUAGES, SiteForm
from .saving import Attempt, attempt, form_page


@bp.route("/settings", methods=["GET", "POST"])
def settings() -> BaseResponse:
    form = SiteForm(data=_stored(site()))
    tried = attempt(form, lambda session: _save(session, form))
    if not tried.done:
        return _page(form, tried)
    flash(_("The changes are saved."), "success")
    return go(url_for(".settings"))


@bp.post("/settings/test-mail")
def settings_test_mail() -> BaseResponse:
    """To the admin that asks, and nobody else."""
    with transaction() as session:
        account = found(session.scalar(own_account(viewer())))
        sent = {"to": account.email}
        record(session, actor(), "site.test_mail", _row(session), at=now(), after=sent, name=site().name)
    _say(account.email)
    return go(url_for(".settings", _anchor="mail"))


def _say(email: str) -> None:
    outcome = mail_test(email)
    if outcome.problem:
        flash(_("No mail was sent: %(problem)s", problem=outcome.problem), "danger")
    elif outcome.file:
        flash(_("The test mail lies in %(file)s.", file=str(outcome.file)), "success")
    else:
        flash(_("A test mail is on its way to %(email)s.", email=email), "success")


def _save(session: Session, form: SiteForm) -> None:
    version, logo = form.opened_on(), form.chosen_logo
    update_site(session, _row(session), form.raw(), logo=logo, version=version, actor=actor(), at=now())


def _row(session: Session) -> SiteSettings:
    return session.get_one(SiteSettings, 1, with_for_update=True)


def _stored(row: SiteSettings) -> dict[str, object]:
    """As the form shows it; figures as people write them."""
    values = {name: getattr(row, name) for name in (*FIELDS, "version")}
    limit = row.monetary_session_limit
    return values | {"monetary_session_limit": None if limit is None else f"{limit.normalize():f}"}


def _page(form: SiteForm, tried: Attempt) -> Response:
    row, at = site(), now()
    context: dict[str, Any] = {
        "behind": {name: effective(None, config(), name).value for name in BEHIND},
        "languages": LANGUAGES,
        "zones": [(name, offset_text(name, at)) for name in offered_zones()],
        "currencies": currencies(str(get_locale() or "en")),
        "mail": mail_sender(),
        "mail_password": bool(config().mail_password),
        "links": link_base() is not None,
    }
    return form_page("admin/site/settings.html", form, tried, row, **context)
