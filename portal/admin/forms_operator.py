"""Forms of operators: they parse and show every refusal at once; the services check again."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField

from portal.domain.checking import Checked
from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.operator_values import (
    DETAILS,
    ENVIRONMENT,
    TERMS,
    Raw,
    check_code,
    check_details,
    check_environment,
    check_terms,
)
from portal.services.security_keys import GRACE_HOURS, check_key
from portal.web.forms import attach

from .forms_hardware import CODE_LENGTHS, VersionedForm

GRACE_LABELS = {
    0: _("Stops working at once"),
    1: _("Works for one more hour"),
    24: _("Works for one more day"),
    72: _("Works for three more days"),
    168: _("Works for one more week"),
}


def text_field(label: Any, most: int, **attributes: Any) -> StringField:
    return StringField(label, render_kw={"maxlength": most, **attributes})


def figure_field(label: Any, **more: Any) -> StringField:
    return StringField(
        label, render_kw={"maxlength": 20, "inputmode": "decimal", "autocomplete": "off"}, **more
    )


class StepForm(VersionedForm):
    """One step of the wizard or of the edit pages; `raw` is what was typed into the fields that it saves."""

    saved: Sequence[str] = ()
    checks: Sequence[Callable[[Raw], Checked]] = ()

    def raw(self) -> dict[str, str]:
        return {name: _typed(self[name]) for name in self.saved}

    def validate(self, extra_validators: Any = None) -> bool:
        """Every refusal beside its field."""
        good: bool = super().validate(extra_validators)
        refused = [error for check in self.checks for error in check(self.raw()).errors]
        for error in refused:
            attach(self, error)
        return good and not refused


class DetailsForm(StepForm):
    saved: Sequence[str] = DETAILS
    checks: Sequence[Callable[[Raw], Checked]] = (check_details,)

    name = StringField(_("Name"), render_kw={"maxlength": 100, "required": True})
    organization = text_field(_("Organization Name"), 200, autocomplete="organization")
    address = text_field(_("Address"), 200)
    phone = text_field(_("Phone number"), 40, type="tel")
    country = SelectField(_("Country"), validate_choice=False)
    state = text_field(_("State"), 100)
    city = text_field(_("City"), 100)
    zip = text_field(_("Zip code"), 20)


class NewOperatorForm(DetailsForm):
    """The first step of the wizard; `suggested` is the code that the portal proposed last."""

    saved = ("code", *DETAILS)
    checks = (check_code, check_details)

    code = StringField(_("Code"), render_kw={**CODE_LENGTHS, "required": True})
    suggested = HiddenField()


class EnvironmentForm(StepForm):
    saved = (*ENVIRONMENT, *TERMS)
    checks = (check_environment, check_terms)

    timezone = StringField(
        _("Timezone"), render_kw={"maxlength": 64, "required": True, "spellcheck": "false"}
    )
    currency = StringField(_("Currency"), render_kw={"maxlength": 3, "required": True, "spellcheck": "false"})
    energy_step_wh = figure_field(_("Energy step delta"))
    idle_timeout_min = figure_field(_("Idle session"))
    monetary_session_limit = figure_field(_("Monetary session limit"))
    security_key = StringField(
        _("Security key"),
        render_kw={
            "maxlength": 200,
            "autocomplete": "off",
            "spellcheck": "false",
            "dir": "ltr",
        },
    )
    remove_key = BooleanField(_("Remove the security key"))
    price_per_kwh_ac = figure_field(_("Price per kWh, AC"))
    price_per_kwh_dc = figure_field(_("Price per kWh, DC"))
    price_per_session = figure_field(_("Price per session"))
    price_per_hour = figure_field(_("Price per hour"))
    share_percent = figure_field(_("Share of the revenue"))
    reimbursement_first = BooleanField(_("Deduct the reimbursement before sharing"), default=True)
    effective_from = StringField(
        _("Effective from"),
        default=lambda: f"{now():%Y-%m}-01",
        render_kw={"maxlength": 10, "autocomplete": "off"},
    )

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        try:
            if self.typed_key():
                check_key(self.typed_key())
        except Invalid as error:
            attach(self, error)
            return False
        return good

    def typed_key(self) -> str:
        return (self.security_key.data or "").strip()


class EditEnvironmentForm(EnvironmentForm):
    """With what becomes of the former key when a new one is typed."""

    key_grace_hours = SelectField(_("The former key"), coerce=int, default=24, validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key_grace_hours.choices = [(hours, GRACE_LABELS[hours]) for hours in GRACE_HOURS]

    def raw(self) -> dict[str, str]:
        """Terms of which nothing was sent stay as they are: an absent box would untick theirs."""
        sent = any(self[name].raw_data for name in TERMS)
        return super().raw() | ({} if sent else dict.fromkeys(TERMS, ""))


def _typed(field: Field) -> str:
    if isinstance(field, BooleanField):
        return "y" if field.data else ""
    return str(field.data or "").strip()
