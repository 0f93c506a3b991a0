"""JSON bodies, checked by hand: what is wrong is told by the name of the field."""

import json
from datetime import UTC, datetime
from typing import Any, TypeGuard

from flask import request

from portal.domain.days import YEARS
from portal.domain.errors import Invalid, PortalError
from portal.domain.text import N_
from portal.domain.tracking import Closing, Sample
from portal.domain.values import required_text, text_value
from portal.services.session_start import Start
from portal.services.tracking import SAMPLES_MOST

MOST_BYTES = 256 * 1024
MOST_WH = 10**12


class NotJson(PortalError):
    """The body is no JSON, or does not say that it is."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def body() -> Any:
    """The request's JSON. Raises NotJson."""
    if not request.is_json:
        raise NotJson(N_("Expected JSON, and the header Content-Type: application/json."), 415)
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise NotJson(N_("The body is no JSON."), 400) from None


def read_start(said: Any) -> Start:
    """`{"id", "connector", "driver_token", "at", "meter_wh"}`; the token may be missing or null."""
    fields = _object("", said)
    connector = fields.get("connector")
    if not _whole(connector):
        connector = required_text("connector", _text("connector", connector), 48)
    return Start(
        id=required_text("id", _text("id", fields.get("id")), 64),
        connector=connector,
        token=text_value("driver_token", _text("driver_token", fields.get("driver_token")), 36),
        sample=_sample("", fields),
    )


def read_samples(said: Any) -> list[Sample]:
    """`[{"at", "meter_wh"}, …]`; a wrong field is called by its place, as `3.at`."""
    if not isinstance(said, list):
        raise Invalid("samples", N_("Expected a list."))
    if len(said) > SAMPLES_MOST:
        raise Invalid("samples", N_("Expected 1 to %(most)s samples."), most=SAMPLES_MOST)
    return [_sample(f"{n}.", _object(f"{n}", each)) for n, each in enumerate(said)]


def read_closing(said: Any) -> Closing:
    """`{"at", "meter_wh", "reason"}`; the reason may be missing or null."""
    fields = _object("", said)
    last = _sample("", fields)
    reason = text_value("reason", _text("reason", fields.get("reason")), 20)
    return Closing(last.at, last.meter_wh, reason)


def _sample(prefix: str, fields: dict[str, Any]) -> Sample:
    register = fields.get("meter_wh")
    if not _whole(register) or abs(register) > MOST_WH:
        raise Invalid(f"{prefix}meter_wh", N_("Expected a whole number of Wh."))
    return Sample(_instant(f"{prefix}at", fields.get("at")), register)


def _instant(field: str, value: Any) -> datetime:
    try:
        read = datetime.fromisoformat(_text(field, value) or "")
    except ValueError:
        read = datetime.min  # noqa: DTZ901 - refused below
    if read.tzinfo is None or read.year not in YEARS:
        raise Invalid(field, N_("Expected an instant with its offset, such as 2026-09-30T16:00:00Z."))
    return read.astimezone(UTC)


def _object(field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid(field, N_("Expected an object."))
    return value


def _text(field: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise Invalid(field, N_("Expected text."))
    return value


def _whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
