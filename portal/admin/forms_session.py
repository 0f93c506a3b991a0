"""Forms of one session: why it is stopped, what of it is corrected. They parse; domain and services check."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField

from portal.domain.corrections import (
    FIELDS,
    MOST_REASON,
    Pricing,
    Shown,
    Which,
    check_correction,
)
from portal.domain.errors import Conflict, Invalid
from portal.domain.moments import past_instants
from portal.domain.zones import offset_text
from portal.models import ChargingSession
from portal.web.forms import Form

from .forms_operator import StepForm, figure_field, text_field

PRICINGS = {Pricing.TARIFF.value: _("By the tariff"), Pricing.TYPED.value: _("As entered here")}


def _reason() -> StringField:
    return text_field(_("Reason"), MOST_REASON, required=True, autocomplete="off")


class StopForm(Form):
    """Whatever is wrong with the reason is said by the service."""

    reason = _reason()


class CorrectionForm(StepForm):
    """A session as it is stored; what was changed is typed over it."""

    saved: Sequence[str] = (*FIELDS, "reason", "version")

    ended_at = text_field(_("End"), 20, type="datetime-local", step="1")
    ended_which = RadioField(_("Which of the two"), validate_choice=False)
    energy = figure_field(_("Energy"))
    driver = text_field(
        _("Driver number"), 36, autocomplete="off", spellcheck="false", autocapitalize="characters"
    )
    pricing = RadioField(
        _("Amount"),
        choices=lambda: list(PRICINGS.items()),
        validate_choice=False,
    )
    net = figure_field(_("Net"))
    vat = figure_field(_("VAT"))
    reason = _reason()

    def of(self, charging: ChargingSession, now: Shown, zone: str, at: datetime) -> "CorrectionForm":
        """The same form, checked against what is stored, times by clocks of `zone`."""
        self.checks = (partial(check_correction, charging=charging, now=now, zone=zone, at=at),)
        self.ended_which.choices = _both(str(self.ended_at.data or ""), zone, at)
        if charging.tariff is None:
            self.pricing.data = Pricing.TYPED.value
        return self

    def after(self, conflict: Conflict | None, present: Shown) -> None:
        """Beside the tariff the amount is nobody's entry: after a clash it is that which is stored by then."""
        if conflict is not None and self.pricing.data == Pricing.TARIFF.value:
            self.net.data, self.vat.data = present.net, present.vat


def _both(typed: str, zone: str, at: datetime) -> list[tuple[str, str]]:
    """The two instants of a time that came twice, by their offsets; none for any other."""
    try:
        found = past_instants("ended_at", typed.strip(), zone, at)
    except Invalid:
        return []
    if len(found) < 2:
        return []
    first, second = (offset_text(zone, each) for each in found)
    return [
        (Which.FIRST.value, gettext("The first one (%(offset)s)", offset=first)),
        (Which.SECOND.value, gettext("The second one (%(offset)s)", offset=second)),
    ]
