"""The values of an audit entry in words: instants in the reader's zone, figures with their units, statuses by name."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from .audit_words import action_label, field_label, value_label
from .filters import connector_name, country_name, energy, local_time, number, power
from .session_words import DOUBT_LABELS, PRICINGS, REASON_LABELS

# One word a value, whatever it belongs to.
WORDS = {
    "active": _("Active"),
    "admin": _("CPO admin"),
    "app": _("App"),
    "archived": _("Archived"),
    "available": _("Available"),
    "closed": _("Closed"),
    "closed_idle": _("Closed as idle"),
    "disabled": _("Disabled"),
    "driver": _("Driver"),
    "issued": _("Issued"),
    "operator": _("Operator user"),
    "planned": _("Planned"),
    "rfid": _("RFID card"),
    "running": _("Running"),
    "unavailable": _("Unavailable"),
}
# Lists by the last word of their endpoints.
LISTS = {
    "accounts": _("Accounts"),
    "areas": _("Areas"),
    "audit": _("Audit"),
    "drivers": _("Drivers"),
    "members": _("Members"),
    "operators": _("Operators"),
    "sessions": _("Sessions"),
    "statements": _("Statements"),
    "stations": _("Stations"),
    "tariffs": _("Tariffs"),
}
SESSION_WORDS = {"doubts": DOUBT_LABELS, "end_reason": REASON_LABELS, "pricing": PRICINGS}
NAMED = ("status", "role", "kind", "link")
PERCENT = ("share_percent", "vat_percent")


def value_words(name: str, value: Any, names: Mapping[tuple[str, int], str] | None = None) -> Any:
    """The value of one field; `names` says what the records are called that it refers to, by (field, id)."""
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return (names or {}).get((name, value)) or _figure(name, value)
    if isinstance(value, str):
        return _text(name, value)
    if isinstance(value, dict):
        return "; ".join(
            f"{field_label(key)}: {value_words(key, each, names)}" for key, each in value.items()
        )
    if isinstance(value, list):
        return ", ".join(str(value_words(name, each, names)) for each in value)
    return value_label(value)


def _figure(name: str, value: int) -> str:
    if name.endswith("_wh"):
        return f"{number(value)} Wh" if name == "energy_step_wh" else energy(value)
    if name.endswith("_w"):
        return power(value)
    if name == "idle_timeout_min":
        if not value:
            return str(gettext("Never"))
        return str(ngettext("%(count)s minute", "%(count)s minutes", value, count=number(value)))
    return str(value) if name.endswith("id") else number(value)


def _text(name: str, value: str) -> Any:
    if name in SESSION_WORDS:
        return SESSION_WORDS[name].get(value, value)
    if name in NAMED:
        return WORDS.get(value, value)
    if name == "list":
        return LISTS.get(value.rpartition(".")[2].rpartition("_")[2], value)
    if name == "country":
        return country_name(value)
    if name == "standard":
        return connector_name(value)
    if name == "action":
        return action_label(value)
    if name in PERCENT:
        return _percent(value)
    return _instant(value) if name.endswith(("_at", "_from", "_to")) else value


def _percent(value: str) -> str:
    try:
        return f"{number(Decimal(value))} %"
    except InvalidOperation:
        return value


def _instant(value: str) -> str:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return value
    return local_time(instant, seconds=True) if instant.tzinfo else value
