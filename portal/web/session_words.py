"""The state of a session, why it ended and its amounts, as pages and files show them."""

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from flask_babel import lazy_gettext as _

from portal.domain.corrections import Pricing
from portal.models import ChargingSession, Doubt, SessionStatus

STATUS_LABELS = {
    SessionStatus.RUNNING.value: _("Running"),
    SessionStatus.CLOSED.value: _("Closed"),
    SessionStatus.CLOSED_IDLE.value: _("Closed as idle"),
}
REASON_LABELS = {
    "idle": _("Idle"),
    "limit": _("Monetary limit"),
    "driver": _("By the driver"),
    "local": _("At the station"),
    "remote": _("From afar"),
    "admin": _("By the CPO"),
    "equipment": _("By the equipment"),
    "error": _("Error"),
    "power_loss": _("Power loss"),
    "other": _("Other"),
}
DOUBT_LABELS = {
    Doubt.NO_END.value: _("No end"),
    Doubt.NO_ENERGY.value: _("No energy"),
    Doubt.NEGATIVE_ENERGY.value: _("Negative energy"),
    Doubt.TOO_MUCH_ENERGY.value: _("Too much energy"),
    Doubt.OVERLAP.value: _("Overlap"),
    Doubt.IN_THE_FUTURE.value: _("In the future"),
    Doubt.DUPLICATE.value: _("Duplicate"),
    Doubt.UNKNOWN_TOKEN.value: _("Unknown token"),
    Doubt.OVER_LIMIT.value: _("Over the limit"),
}
# Where the amount of a corrected session comes from.
PRICINGS = {
    Pricing.TARIFF.value: _("Rated anew by its tariff"),
    Pricing.TYPED.value: _("Entered by hand"),
}


def status_label(session: ChargingSession) -> Any:
    return STATUS_LABELS[session.status.value]


def reason_label(session: ChargingSession) -> Any:
    """The end reason in words; one that we have no words for stands for itself."""
    return REASON_LABELS.get(session.end_reason or "", session.end_reason)


def major(minor: int | None, currency: str) -> Decimal | None:
    """Minor units as an exact decimal in the currency's own places (1234 EUR → 12.34)."""
    return None if minor is None else Decimal(minor).scaleb(-get_currency_precision(currency))
