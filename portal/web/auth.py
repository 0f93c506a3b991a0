"""Who is asking: sign-in cookies, the request's Viewer and Actor, and the guard of each blueprint."""

from collections.abc import Callable
from typing import Any

from flask import Flask, g, redirect, request, url_for
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Forbidden
from portal.domain.secrets import digest
from portal.domain.viewer import ANONYMOUS, Actor, Viewer
from portal.extensions import db, login
from portal.models import Account, Role
from portal.queries.accounts import live_sign_in
from portal.services import sign_ins

from .addresses import safe_next as safe_next
from .htmx import sign_in_again, wants_fragment
from .site import current_site


class SignedIn(UserMixin):  # type: ignore[misc]
    """What flask-login carries: its id is the secret of the sign-in, not of the account."""

    def __init__(self, secret: str, viewer: Viewer, locale: str | None, theme: str | None) -> None:
        self.secret = secret
        self.viewer = viewer
        self.locale = locale  # the language that the account chose, if any
        self.theme = theme  # and how it wants to see its pages

    def get_id(self) -> str:
        return self.secret


def init_app(app: Flask) -> None:
    login.init_app(app)
    app.after_request(_note_seen)
    login.session_protection = None  # the secret lives in a server-side row; an address may change on a phone


@login.user_loader  # type: ignore[untyped-decorator]
def load(secret: str) -> SignedIn | None:
    at = now()
    found = db.session.execute(live_sign_in(digest(secret), at)).first()
    if found is None:
        return None
    sign_in, locale, theme = found
    if sign_ins.is_long_ago(sign_in, at):
        g.seen_again = sign_in.id
    return SignedIn(secret, viewer_of(sign_in.account), locale, theme)


def _note_seen(response: Response) -> Response:
    """After the request's own work, and beside its transaction."""
    sign_in_id = g.pop("seen_again", None)
    if sign_in_id is not None and "without_database" not in g:
        sign_ins.note_seen(db.engine, sign_in_id, at=now())
    return response


def viewer_of(account: Account) -> Viewer:
    """The viewer behind an account (loaded with its operator)."""
    zone = account.operator.timezone if account.operator else current_site().timezone
    return Viewer(
        role=account.role,
        account_id=account.id,
        operator_id=account.operator_id,
        driver_id=account.driver_id,
        label=account.name or account.email,
        operator_name=account.operator.name if account.operator else "",
        zone=zone,
    )


def viewer() -> Viewer:
    """Who asks in this request."""
    return current_user.viewer if current_user.is_authenticated else ANONYMOUS


def forget_for_this_request() -> None:
    """Go on as anonymous: the page that says that the database is away must not ask it who is asking."""
    g._login_user = login.anonymous_user()
    g.without_database = True


def actor() -> Actor:
    """Who changes in this request, and from where."""
    asking = viewer()
    return Actor(
        label=asking.label or "anonymous",
        account_id=asking.account_id,
        address=request.remote_addr,
        request_id=g.get("request_id"),
    )


def require(*roles: Role) -> Callable[[], Any]:
    """A before_request guard: anonymous visitors go to the login, other roles are refused."""

    def guard() -> Any:
        asking = viewer()
        if asking.is_anonymous:
            return to_login()
        if asking.role not in roles:
            raise Forbidden("Your login does not open this part of the portal.")
        return None

    return guard


def to_login() -> Response:
    """Send an anonymous visitor to the login and back again afterwards."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    if wants_fragment():
        return sign_in_again(url_for("auth.login"))
    return redirect(url_for("auth.login", next=back), 303)
