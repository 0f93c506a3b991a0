"""The mails that the portal writes: a link that sets a password, and a test."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from sqlalchemy import select

from portal.domain.text import N_
from portal.extensions import db
from portal.models import Account, Preference
from portal.services.accounts import link_lasts

from .filters import local_time, offset_label
from .locale import in_locale
from .mail import Letter, MailFailed, mail_sender
from .site import config, current_site

NO_MAIL = N_("No mail is set up: see Settings.")
NO_BASE = N_("No mail with a link is sent as long as PORTAL_BASE_URL is not set.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail: it left (`file`: as which file), or `problem` says in words why not."""

    problem: str | None = None
    file: Path | None = None


def link_base() -> str | None:
    """What links in mails begin with. The address that a request names is believed in the demo only:
    anybody could have a mail sent that leads to a server of theirs."""
    environment = config()
    return environment.base_url or (request.root_url.rstrip("/") if environment.demo else None)


def link_problem() -> str | None:
    """Why no link can be mailed at present, in words for admins; None when it can."""
    if mail_sender() is None:
        return str(_(NO_MAIL))
    return None if link_base() else str(_(NO_BASE))


def mail_link(account: Account, secret: str, *, base: str | None, at: datetime) -> Outcome:
    """Send the owner of a login (loaded with its operator) the link that sets its password.

    `base` is what `link_base` said to the request that asked for it.
    """
    if mail_sender() is None or base is None:
        return Outcome(_(NO_BASE if base is None else NO_MAIL))
    return send_letter(link_letter(account, base + link_path(secret), at=at))


def link_path(secret: str) -> str:
    """Also outside of a request, where Flask makes whole addresses only."""
    return current_app.url_map.bind("").build("auth.link", {"secret": secret})


def link_letter(account: Account, url: str, *, at: datetime) -> Letter:
    """An invitation for who has no password yet, else the way to a new one; in the receiver's language."""
    chosen = db.session.scalar(select(Preference.locale).where(Preference.account_id == account.id))
    site, expires = current_site(), at + link_lasts(account)
    zone = account.operator.timezone if account.operator else site.timezone
    with in_locale(chosen):
        until = f"{local_time(expires, zone)}, {offset_label(zone, expires)}"
        if account.password_hash is None:
            subject, template = _("Your login for %(site)s", site=site.name), "mail/invitation.txt"
        else:
            subject, template = _("A new password for %(site)s", site=site.name), "mail/password.txt"
        text = letter_text(
            template, site=site.name, name=account.name, email=account.email, url=url, until=until
        )
    return Letter(account.email, subject, text)


def mail_test(to: str) -> Outcome:
    """Send a mail that only says that it came."""
    site = current_site().name
    subject = _("Test mail of %(site)s", site=site)
    return send_letter(Letter(to, subject, letter_text("mail/test.txt", site=site, email=to)))


def send_letter(letter: Letter) -> Outcome:
    """Send it, or say in words why it did not leave; that is logged as well."""
    sender = mail_sender()
    if sender is None:
        return Outcome(_(NO_MAIL))
    try:
        return Outcome(file=sender.send(letter))
    except MailFailed as failure:
        current_app.logger.warning("mail not sent: %s", failure.reason, exc_info=failure.__cause__)
        return Outcome(_(failure.reason))


def letter_text(template: str, **values: Any) -> str:
    """The template in the language in force, without the variables of pages: who asks has nothing to do with who reads."""
    return current_app.jinja_env.get_template(template).render(**values)
