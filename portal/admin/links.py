"""The page that shows a single-use link this once."""

from flask import Response, current_app, url_for

from portal.extensions import db
from portal.queries.accounts import account
from portal.services.accounts import LINK_LASTS
from portal.web.auth import viewer
from portal.web.htmx import page
from portal.web.lookup import found


def link_page(account_id: int, secret: str) -> Response:
    """The answer to the request that made the link; the secret is kept nowhere but in its hash."""
    subject = found(db.session.scalar(account(viewer(), account_id)))
    return page("admin/accounts/link.html", account=subject, url=_address(secret), days=LINK_LASTS.days)


def _address(secret: str) -> str:
    """Under the portal's public address where one is set: it may stand behind a proxy."""
    base: str = current_app.config["PORTAL"].base_url
    path = url_for("auth.link", secret=secret)
    return base + path if base else url_for("auth.link", secret=secret, _external=True)
