"""Sign in, sign out, set a password with a single-use link."""

from flask import flash, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Invalid, NotFound
from portal.domain.secrets import digest
from portal.extensions import db
from portal.queries.accounts import open_link
from portal.services import accounts, throttle
from portal.web.auth import SignedIn, actor, load, safe_next
from portal.web.errors import translated
from portal.web.htmx import go, page
from portal.web.navigation import home_url
from portal.web.transaction import transaction

from .blueprint import bp
from .forms import LoginForm, PasswordForm
from .slowing import slow_down


@bp.route("/login", methods=["GET", "POST"])
def login() -> Response:
    form = LoginForm()
    if form.validate_on_submit():
        secret = _sign_in(form.email.data or "", form.password.data or "")
        signed_in = load(secret) if secret else None
        if signed_in is not None:
            start(signed_in)
            return go(safe_next(request.args.get("next"), home_url(signed_in.viewer.role)))
        form.form_errors.append(_("Email or password is not right, or this login is not active."))
    return page("auth/login.html", http_status=422 if form.errors else 200, form=form)


@bp.post("/logout")
def logout() -> Response:
    if current_user.is_authenticated:
        with transaction() as db_session:
            accounts.sign_out(db_session, current_user.get_id(), actor=actor(), at=now())
    logout_user()
    session.clear()
    return go(url_for("auth.login"))


@bp.route("/link/<secret>", methods=["GET", "POST"])
def link(secret: str) -> Response:
    """Set a password; the link works once."""
    found = db.session.scalar(open_link(digest(secret), now()))
    if found is None:
        slow_down(f"link:{request.remote_addr}")
        raise NotFound("This link was used already or has expired. Ask for a new one.")
    form = PasswordForm()
    if form.validate_on_submit() and _use_link(form, secret):
        flash(_("Your password is set. Sign in with it."), "success")
        return go(url_for("auth.login"))
    return page(
        "auth/link.html", http_status=422 if form.errors else 200, form=form, email=found.account.email
    )


def _sign_in(email: str, password: str) -> str | None:
    """Throttled by account and by address, counted before the password is looked at."""
    at = now()
    keys = [f"sign-in:{digest(email.strip().lower())}", f"sign-in:{request.remote_addr}"]
    slow_down(*keys)
    with transaction() as db_session:
        agent = request.headers.get("User-Agent")
        secret = accounts.sign_in(db_session, email, password, actor=actor(), at=at, user_agent=agent)
        if secret is not None:
            throttle.take_back(db_session, *keys, at=at)
            _end_present(db_session)
        return secret


def _end_present(db_session: Session) -> None:
    """Signing in again ends the sign-in that this browser had."""
    if current_user.is_authenticated:
        accounts.sign_out(db_session, current_user.get_id(), actor=actor(), at=now())


def start(signed_in: SignedIn) -> None:
    """A fresh cookie: nothing of the anonymous one survives, so no session can be fixed."""
    session.clear()
    session.permanent = True
    login_user(signed_in)


def _use_link(form: PasswordForm, secret: str) -> bool:
    try:
        with transaction() as db_session:
            accounts.use_link(db_session, secret, form.password.data or "", actor=actor(), at=now())
    except Invalid as error:
        form.password.errors = [*form.password.errors, translated(error)]
        return False
    return True
