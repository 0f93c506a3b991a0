"""A fresh single-use link on its way to the owner of a login: by mail, or shown this once to be passed on."""

from datetime import datetime

from flask import current_app, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.extensions import db
from portal.models import Account
from portal.queries.accounts import account
from portal.services.accounts import link_lasts
from portal.web.auth import viewer
from portal.web.htmx import go, page
from portal.web.letters import Outcome, link_base, mail_link
from portal.web.lookup import found


def send_link(account_id: int, secret: str, at: datetime) -> Response:
    """The answer to the request that made the link; the secret is kept nowhere but in its hash."""
    subject = found(db.session.scalar(account(viewer(), account_id)))
    outcome = mail_link(subject, secret, base=link_base(), at=at)
    if outcome.problem is None:
        _say_sent(subject, outcome)
        return go(url_for(".account", account_id=account_id))
    return page(
        "admin/accounts/link.html",
        account=subject,
        url=_address(secret),
        expires=at + link_lasts(subject),
        problem=outcome.problem,
    )


def _say_sent(subject: Account, outcome: Outcome) -> None:
    if subject.password_hash is None:
        flash(_("An invitation is on its way to %(email)s.", email=subject.email), "success")
    else:
        flash(_("A link to set a new password is on its way to %(email)s.", email=subject.email), "success")
    if outcome.file is not None:
        flash(_("No mail leaves this portal: it lies in %(file)s.", file=str(outcome.file)), "info")


def _address(secret: str) -> str:
    """Under the portal's public address where one is set: it may stand behind a proxy."""
    base: str = current_app.config["PORTAL"].base_url
    path = url_for("auth.link", secret=secret)
    return base + path if base else url_for("auth.link", secret=secret, _external=True)
