"""What the two steps of an operator's form show, the same in the wizard and on the edit pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.codes import CodeError, normalise_code
from portal.domain.geography import currencies, states
from portal.domain.secrets import new_security_key
from portal.domain.settings import Effective, effective_settings
from portal.domain.zones import offered_zones, offset_text
from portal.extensions import db
from portal.queries.operators import code_taken, free_code
from portal.services.security_keys import SealedKey, seal_key
from portal.web.htmx import changed
from portal.web.navigation import site

from .blueprint import bp
from .forms_operator import DetailsForm, EnvironmentForm, NewOperatorForm

PARTS = "admin/operators/parts.html"


@dataclass(frozen=True, slots=True)
class CodeState:
    """Whether a code can be had: tone and words for the line beneath the field."""

    tone: str
    text: str


@bp.get("/operators/new/code")
def operator_code() -> BaseResponse:
    """The code field for a name: suggests one as long as none was typed, and says whether it is free."""
    form = NewOperatorForm(request.args, meta={"csrf": False})
    suggest(form)
    fragment = "code_state" if request.args.get("typed") else "code"
    context = {"form": form, "code_state": code_state(form.code.data)}
    return changed(PARTS, fragment, url_for(".operator_new"), **context)


@bp.get("/operators/states")
def operator_states() -> BaseResponse:
    """The state field for a country; a state of another country goes."""
    form = DetailsForm(request.args, meta={"csrf": False})
    offered = states(form.country.data)
    if offered and form.state.data not in offered:
        form.state.data = ""
    return changed(PARTS, "state", url_for(".operators"), form=form, states=offered)


@bp.post("/operators/new-key")
def operator_key() -> BaseResponse:
    """The key field with a new key in it; without a script the step's own page does the same."""
    form = EnvironmentForm()
    generate_key(form)
    return changed(PARTS, "key", url_for(".operators"), form=form, generated=True)


def suggest(form: NewOperatorForm) -> bool:
    """Fill in a free code that reads like the name, unless another one was typed; whether it did."""
    typed = (form.code.data or "").strip()
    if typed and typed != form.suggested.data:
        return False
    form.code.data = form.suggested.data = free_code(db.session(), form.name.data or "")
    return bool(form.code.data)


def code_state(typed: str | None) -> CodeState | None:
    if not (typed or "").strip():
        return None
    try:
        code = normalise_code(typed or "")
    except CodeError as error:
        return CodeState("danger", _(error.message))
    if code_taken(db.session(), code):
        return CodeState("danger", _("%(code)s is taken or was in use before.", code=code))
    return CodeState("success", _("%(code)s is free.", code=code))


def details_context(form: DetailsForm) -> dict[str, Any]:
    context: dict[str, Any] = {"states": states(form.country.data)}
    if isinstance(form, NewOperatorForm):
        context["code_state"] = None if form.code.errors else code_state(form.code.data)
    return context


def environment_context(form: EnvironmentForm) -> dict[str, Any]:
    """Zones with their present offset, currencies, what empty settings inherit, months to start terms in."""
    at = now()
    return {
        "zones": [(name, offset_text(name, at)) for name in offered_zones()],
        "currencies": currencies(str(get_locale() or "en")),
        "inherited": inherited(),
        "months": [(month, "") for month in months(at)],
        "terms_open": any(form[name].errors or form[name].data for name in ("share_percent", *prices(form))),
    }


def months(at: datetime) -> list[str]:
    """First days of this month and of the next twelve."""
    counted = [at.year * 12 + at.month - 1 + step for step in range(13)]
    return [f"{number // 12}-{number % 12 + 1:02d}-01" for number in counted]


def prices(form: EnvironmentForm) -> list[str]:
    return [field.short_name for field in form if field.short_name.startswith("price_")]


def inherited() -> dict[str, Effective]:
    return effective_settings(site())


def wants(button: str) -> bool:
    """Whether a form was sent by one of its further buttons: back, states, generate."""
    return request.form.get("go") == button


def generate_key(form: EnvironmentForm) -> None:
    """Put a new key into the field from which it is saved: the one time that it is shown."""
    form.security_key.data = new_security_key()


def sealed_key(form: EnvironmentForm) -> SealedKey | None:
    """What is kept of the typed key; nothing of a damaged one (the form says so)."""
    if not form.typed_key() or form.security_key.errors:
        return None
    return seal_key(form.typed_key(), current_app.config["PORTAL"].secret_key)


def forget_key(form: EnvironmentForm, *, kept: bool) -> None:
    """No page repeats a key that was sent: it is sealed by now, or has to be typed again."""
    if form.typed_key() and not kept and not form.security_key.errors:
        form.security_key.errors = [_("Type the key again: what was sent is not shown.")]
    form.security_key.data = ""
