"""Tariffs: create, copy and change, with a worked example beside the prices."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import Response, flash, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.geography import currencies
from portal.domain.tariff_values import FIELDS
from portal.domain.text import N_
from portal.extensions import db
from portal.models import Tariff
from portal.queries import areas as area_query
from portal.queries import stations as station_query
from portal.queries.tariffs import one_tariff
from portal.services.tariffs import Scope, create_tariff, update_tariff
from portal.web.auth import actor, viewer
from portal.web.htmx import go
from portal.web.lookup import found, row_id
from portal.web.site import current_site
from portal.web.tariff_lists import (
    AREA,
    COMING,
    OPERATOR,
    SITE,
    place_of,
    scope_of,
    state_of,
    tariff_words,
)

from .blueprint import bp
from .forms_tariff import NewTariffForm, TariffForm
from .saving import Attempt, attempt, form_page
from .tariffs import tariff_to_change


@bp.route("/tariffs/new", methods=["GET", "POST"])
def tariff_new() -> BaseResponse:
    form = NewTariffForm(data=_start())
    tried = Attempt() if form.previews() else attempt(form, lambda session: _create(session, form))
    if not tried.done:
        return _editor(form, tried)
    flash(_("The tariff is created."), "success")
    return go(url_for(".tariffs"))


@bp.route("/tariffs/<int:tariff_id>/", methods=["GET", "POST"])
def tariff(tariff_id: int) -> BaseResponse:
    form = TariffForm(data=_stored(_tariff(tariff_id)))
    tried = Attempt() if form.previews() else attempt(form, lambda session: _update(session, tariff_id, form))
    if not tried.done:
        return _editor(form, tried, _tariff(tariff_id))
    flash(_("The changes are saved."), "success")
    return go(url_for(".tariffs"))


def _tariff(tariff_id: int) -> Tariff:
    return found(db.session.scalar(one_tariff(viewer(), row_id(tariff_id))))


def _create(session: Session, form: NewTariffForm) -> None:
    scope = _scope(session, form.scope.data, (form.place.data or "").strip())
    create_tariff(session, form.raw(), scope, zone=_zone(scope), actor=actor(), at=now())


def _update(session: Session, tariff_id: int, form: TariffForm) -> None:
    subject = tariff_to_change(session, tariff_id)
    zone = _zone(Scope.of(subject))
    version = form.opened_on()
    update_tariff(session, subject, form.raw(), version=version, zone=zone, actor=actor(), at=now())


def _scope(session: Session, kind: str, code: str) -> Scope:
    """What was chosen, by its code. Raises Invalid where there is none of it."""
    if kind == SITE and not code:
        return Scope()
    if kind == OPERATOR:
        scope = Scope(operator=session.scalar(area_query.operator(viewer(), code)))
    elif kind == AREA:
        scope = Scope(area=session.scalar(area_query.area(viewer(), code)))
    elif kind == SITE:
        raise Invalid("place", N_("The whole site has no code: leave this empty."))
    else:
        scope = Scope(station=session.scalar(station_query.station(viewer(), code)))
    if scope == Scope():
        raise Invalid("place", N_("Nothing of this kind has this code."))
    return scope


def _zone(scope: Scope) -> str:
    """Clocks are those of the operator, else those of whoever asks."""
    return scope.tenant.timezone if scope.tenant else viewer().zone


def _editor(form: TariffForm, tried: Attempt, subject: Tariff | None = None) -> Response:
    at = now()
    return form_page(
        "admin/tariffs/form.html",
        form,
        tried,
        subject,
        fragment="example" if form.previews() else None,
        example=form.example(),
        currencies=currencies(str(get_locale() or "en")),
        **tariff_words(at),
        zone=_zone(Scope.of(subject)) if subject else viewer().zone,
    )


def _start() -> dict[str, object]:
    """A new tariff starts empty, for what the address names, or with the prices of the one that is copied."""
    asked = request.args
    copied = asked.get("copy", type=int)
    place = {"scope": asked.get("scope", SITE), "place": asked.get("place", "")}
    if copied is None:
        return {"currency": current_site().currency, **place}
    subject = _tariff(copied)
    thing = place_of(subject)
    prices = {name: _as_typed(getattr(subject, name)) for name in FIELDS}
    return {**prices, "scope": scope_of(subject), "place": thing.code if thing else ""}


def _stored(subject: Tariff) -> dict[str, object]:
    """What the form starts with. Prices in force change from now on unless another beginning is typed."""
    values: dict[str, object] = {name: _as_typed(getattr(subject, name)) for name in (*FIELDS, "version")}
    zone = _zone(Scope.of(subject))
    if state_of(subject, now()) == COMING:
        values["valid_from"] = _local(subject.valid_from, zone)
    return values | {"valid_to": _local(subject.valid_to, zone)}


def _local(instant: datetime | None, zone: str) -> str:
    return "" if instant is None else f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def _as_typed(value: object) -> str:
    """Figures as people write them: no exponent, no zeros at the end."""
    text = f"{value:f}" if isinstance(value, Decimal) else str("" if value is None else value)
    return text.rstrip("0").rstrip(".") if isinstance(value, Decimal) and "." in text else text
