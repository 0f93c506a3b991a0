"""Who is asking: sign-in cookies, the request's Viewer and Actor, and the guard of each blueprint."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g, redirect, request, url_for
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Forbidden
from portal.domain.secrets import digest
from portal.domain.viewer import ANONYMOUS, Actor, Viewer
from portal.extensions import db, login
from portal.models import Account, Role
from portal.queries.accounts import live_sign_in

from .addresses import safe_next as safe_next
from .htmx import sign_in_again, wants_fragment


class SignedIn(UserMixin):  # type: ignore[misc]
    """What flask-login carries: its id is the secret of the sign-in, not of the account."""

    def __init__(self, secret: str, viewer: Viewer, locale: str | None) -> None:
        self.secret = secret
        self.viewer = viewer
        self.locale = locale  # the language that the account chose, if any

    def get_id(self) -> str:
        return self.secret


def init_app(app: Flask) -> None:
    login.init_app(app)
    login.session_protection = None  # the secret lives in a server-side row; an address may change on a phone


@login.user_loader  # type: ignore[untyped-decorator]
def load(secret: str) -> SignedIn | None:
    found = db.session.execute(live_sign_in(digest(secret), now())).first()
    return SignedIn(secret, viewer_of(found[0].account), found[1]) if found else None


def viewer_of(account: Account) -> Viewer:
    """The viewer behind an account (loaded with its operator)."""
    zone = account.operator.timezone if account.operator else current_app.config["PORTAL"].default_timezone
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
