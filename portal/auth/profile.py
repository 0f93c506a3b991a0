"""One's own login: name, language, theme, password, and where it is signed in."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.secrets import digest
from portal.extensions import db
from portal.models import Account
from portal.queries import accounts as query
from portal.services import profile as service
from portal.services import sign_ins
from portal.web.auth import SignedIn, actor, load, viewer
from portal.web.forms import attach
from portal.web.htmx import go, page, wants_fragment
from portal.web.lookup import found, row_id
from portal.web.transaction import transaction

from .blueprint import bp
from .forms import ChangePasswordForm, ProfileForm
from .slowing import slow_down
from .views import start

LAYOUTS = {"admin": "layouts/app.html", "operator": "layouts/operator.html"}


@bp.route("/profile", methods=["GET", "POST"])
def profile() -> BaseResponse:
    form = ProfileForm(data=_shown(_own(db.session())))
    if form.validate_on_submit() and _save(form):
        return _saved(_("The changes are saved."))
    return _page(form, ChangePasswordForm(formdata=None))


@bp.post("/profile/password")
def password() -> BaseResponse:
    form = ChangePasswordForm()
    if form.validate_on_submit() and _change_password(form):
        return _saved(_("Your password is changed; you are signed out everywhere else."))
    return _page(ProfileForm(formdata=None, data=_shown(_own(db.session()))), form)


@bp.post("/profile/theme")
def theme() -> BaseResponse:
    """What the button of every page does."""
    with transaction() as session:
        service.set_theme(session, _own(session), request.form.get("theme"), actor=actor(), at=now())
    return Response(status=204) if wants_fragment() else _saved(_("The changes are saved."))


@bp.post("/profile/sign-ins/<int:sign_in_id>/end")
def end_sign_in(sign_in_id: int) -> BaseResponse:
    at = now()
    with transaction() as session:
        one = found(session.scalar(query.own_sign_in(viewer(), row_id(sign_in_id), at)))
        sign_ins.end_sign_in(session, one, _own(session), actor=actor(), at=at)
    return _saved(_("That sign-in has ended."))


@bp.post("/profile/sign-ins/end-others")
def end_other_sign_ins() -> BaseResponse:
    with transaction() as session:
        sign_ins.end_others(session, _own(session), _secret(), actor=actor(), at=now())
    return _saved(_("You are signed out everywhere else."))


def _own(session: Session) -> Account:
    return found(session.scalar(query.own_account(viewer())))


def _secret() -> str:
    return str(current_user.get_id())


def _shown(account: Account) -> dict[str, str]:
    asking: SignedIn = current_user
    return {"name": account.name, "locale": asking.locale or "", "theme": asking.theme or "auto"}


def _save(form: ProfileForm) -> bool:
    try:
        with transaction() as session:
            chosen = (form.name.data, form.locale.data, form.theme.data)
            service.update_profile(session, _own(session), *chosen, actor=actor(), at=now())
    except Invalid as error:
        attach(form, error)
        return False
    return True


def _change_password(form: ChangePasswordForm) -> bool:
    """The browser goes on with a new secret and a new cookie."""
    slow_down(f"password:{viewer().account_id}")
    present, new = form.present.data or "", form.password.data or ""
    try:
        with transaction() as session:
            fresh = service.change_password(
                session, _own(session), present, new, _secret(), actor=actor(), at=now()
            )
    except Invalid as error:
        attach(form, error)
        return False
    signed_in = load(fresh) if fresh else None
    if signed_in is None:
        form.present.errors = [_("This is not your present password.")]
        return False
    start(signed_in)
    return True


def _saved(said: str) -> BaseResponse:
    flash(said, "success")
    return go(url_for("auth.profile"))


def _page(form: ProfileForm, password_form: ChangePasswordForm) -> Response:
    account = _own(db.session())
    status = 422 if form.errors or password_form.errors else 200
    return page(
        "auth/profile.html",
        http_status=status,
        layout=LAYOUTS.get(account.role.value, "layouts/public.html"),
        form=form,
        password_form=password_form,
        account=account,
        sign_ins=db.session.scalars(query.live_sign_ins_of(account, now())).all(),
        present_hash=digest(_secret()),
        end_url=lambda one: url_for("auth.end_sign_in", sign_in_id=one.id),
    )
