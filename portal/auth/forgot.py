"""A forgotten password: a link by mail, and the same answer in the same time whether there is such a login."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Conflict
from portal.domain.secrets import digest
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.extensions import db
from portal.queries.accounts import account_to_reset
from portal.services.accounts import issue_link
from portal.services.audit import record_event
from portal.web.auth import actor
from portal.web.htmx import go, page
from portal.web.later import after_answer
from portal.web.letters import link_base, link_problem, mail_link
from portal.web.transaction import transaction

from .blueprint import bp
from .forms import ForgotForm
from .slowing import slow_down

HOUR = 3600


@bp.route("/forgot", methods=["GET", "POST"])
def forgot() -> Response:
    form = ForgotForm()
    if form.validate_on_submit():
        _ask(form.email.data or "")
        flash(_("If there is a login with this address, a link to set a new password is on its way to it."))
        return go(url_for("auth.login"))
    can_mail = link_problem() is None
    return page("auth/forgot.html", http_status=422 if form.errors else 200, form=form, can_mail=can_mail)


def _ask(email: str) -> None:
    """What is looked up, written and sent for a login that exists is done once the answer is out."""
    slow_down(f"forgot:{request.remote_addr}")
    slow_down(f"forgot:{digest(email.strip().lower())}", limit=5, seconds=HOUR)
    base, who = link_base(), actor()
    if link_problem() is not None or base is None:
        raise Conflict(N_("This portal sends no mails: ask whoever gave you your login for a new link."))
    with transaction() as session:
        record_event(session, who, "account.forgot", email.strip().lower(), at=now())
    after_answer(lambda: send_reset(email, base, who))


def send_reset(email: str, base: str, who: Actor) -> None:
    """Mail a fresh link to a login that may sign in; nothing for any other address."""
    at = now()
    if db.session.scalar(account_to_reset(email)) is None:
        return
    with transaction() as session:
        account = session.scalar(account_to_reset(email))
        secret = issue_link(session, account, actor=who, at=at) if account else None
    if account is not None and secret is not None:
        mail_link(account, secret, base=base, at=at)
