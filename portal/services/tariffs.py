"""Tariffs: which one applies, and how prices change without ever changing what was charged.

A session keeps the prices that it started with. So that the tariff list stays true as well, prices that already
apply are never rewritten: changing them ends the tariff and begins another one. What has not begun is changed in place.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.domain.operator_values import Raw
from portal.domain.tariff_values import RATED, after_start, check_period, check_tariff
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import Area, Operator, SiteSettings, Station, Tariff
from portal.queries.tariffs import nearest_tariff, overlapping

from .audit import record
from .versions import check_version

OVER = N_("The tariff %(name)s is over and stays as it was.")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a tariff is for: one of operator, area, station, or the whole site; loaded with area and operator."""

    operator: Operator | None = None
    area: Area | None = None
    station: Station | None = None

    @classmethod
    def of(cls, tariff: Tariff) -> Self:
        return cls(tariff.operator, tariff.area, tariff.station)

    @property
    def tenant(self) -> Operator | None:
        """The operator whose stations it prices."""
        area = self.station.area if self.station else self.area
        return area.operator if area else self.operator


def tariff_at(session: Session, station: Station, at: datetime) -> Tariff | None:
    """The tariff in force at the station: the nearest wins (station, area, operator, site). None: it costs nothing."""
    return session.scalar(nearest_tariff(station, at))


def create_tariff(
    session: Session, raw: Raw, scope: Scope, *, zone: str, actor: Actor, at: datetime
) -> Tariff:
    """A new tariff from the fields as typed; times are of `zone`, an empty beginning is now.

    Raises Invalid (any field), and Conflict when another tariff of the same scope applies at that time.
    """
    values = _values(raw, zone)
    _lock(session, scope)
    tariff = _made_for(scope, at)
    _check_currency(scope, values["currency"])
    start = values.pop("valid_from") or at
    return _begin(session, tariff, values, start, actor=actor, at=at)


def update_tariff(
    session: Session,
    tariff: Tariff,
    raw: Raw,
    *,
    version: int,
    zone: str,
    actor: Actor,
    at: datetime,
) -> Tariff:
    """Change a tariff, loaded with what it is for, which stays. Returns the one that has the new prices.

    Not begun: changed in place. In force: a new name or end is written on it; new prices end it at `valid_from`
    (empty: now) and begin another one there. Raises Invalid, and Conflict (version, over, overlap).
    """
    values, scope = _values(raw, zone), Scope.of(tariff)
    start = values.pop("valid_from")
    _lock(session, scope)
    check_version(tariff, version, values)
    _refuse_over(tariff, at)
    _check_currency(scope, values["currency"])
    if tariff.valid_from >= at:
        return _rewrite(session, tariff, values, start or tariff.valid_from, actor=actor, at=at)
    if start is not None and start < at:
        raise Invalid("valid_from", N_("Prices that already apply change from now on, or later."))
    if all(getattr(tariff, name) == values[name] for name in RATED):
        return _rewrite(session, tariff, values, tariff.valid_from, actor=actor, at=at)
    start = start or at
    if tariff.valid_to is not None and start >= tariff.valid_to:
        raise Invalid("valid_from", N_("The tariff ends before. Choose an earlier time."))
    _end(session, tariff, start, actor=actor, at=at)
    successor = _made_for(scope, at)
    return _begin(session, successor, values, start, actor=actor, at=at)


def end_tariff(session: Session, tariff: Tariff, *, version: int, actor: Actor, at: datetime) -> None:
    """End it now; one that has not begun is removed. Raises Conflict (version, over)."""
    check_version(tariff, version, {})
    _refuse_over(tariff, at)
    if tariff.valid_from < at:
        _end(session, tariff, at, actor=actor, at=at)
        return
    before: dict[str, Any] = {"name": tariff.name, "valid_from": tariff.valid_from.isoformat()}
    record(session, actor, "tariff.delete", tariff, **_about(tariff, at), before=before, after={})
    session.delete(tariff)
    session.flush()


def _values(raw: Raw, zone: str) -> dict[str, Any]:
    return {**check_tariff(raw).accepted(), **check_period(raw, zone).accepted()}


def _begin(
    session: Session,
    tariff: Tariff,
    values: dict[str, Any],
    start: datetime,
    *,
    actor: Actor,
    at: datetime,
) -> Tariff:
    for name, value in {**values, "valid_from": start}.items():
        setattr(tariff, name, value)
    _check_time(session, tariff)
    session.add(tariff)
    record(session, actor, "tariff.create", tariff, **_about(tariff, at))
    return tariff


def _rewrite(
    session: Session,
    tariff: Tariff,
    values: dict[str, Any],
    start: datetime,
    *,
    actor: Actor,
    at: datetime,
) -> Tariff:
    if values["valid_to"] is not None and tariff.valid_from < at and values["valid_to"] < at:
        raise Invalid("valid_to", N_("A tariff that applies cannot have ended in the past."))
    different = {**values, "valid_from": start}
    different = {name: value for name, value in different.items() if getattr(tariff, name) != value}
    if not different:
        return tariff
    with session.no_autoflush:
        for name, value in {**different, "updated_at": at}.items():
            setattr(tariff, name, value)
        _check_time(session, tariff)
        record(session, actor, "tariff.update", tariff, **_about(tariff, at))
    return tariff


def _end(session: Session, tariff: Tariff, end: datetime, *, actor: Actor, at: datetime) -> None:
    tariff.valid_to = end
    tariff.updated_at = at
    record(session, actor, "tariff.end", tariff, **_about(tariff, at))


def _about(tariff: Tariff, at: datetime) -> dict[str, Any]:
    """What every event of a tariff has; its operator reads it."""
    tenant = Scope.of(tariff).tenant
    return {"at": at, "operator_id": tenant.id if tenant else None, "name": tariff.name}


def _made_for(scope: Scope, at: datetime) -> Tariff:
    named = {"operator": scope.operator, "area": scope.area, "station": scope.station}
    ids = {f"{key}_id": thing.id if thing else None for key, thing in named.items()}
    return Tariff(**named, **ids, created_at=at, updated_at=at)


def _lock(session: Session, scope: Scope) -> None:
    """Of two who price the same at once, the second waits and then sees what the first did."""
    place: Operator | Area | Station | None = scope.operator or scope.area or scope.station
    kind = type(place) if place is not None else SiteSettings
    number = place.id if place is not None else 1
    session.execute(select(kind.id).where(kind.id == number).with_for_update())


def _check_time(session: Session, tariff: Tariff) -> None:
    after_start(tariff.valid_to, tariff.valid_from)
    other = session.scalars(overlapping(tariff).limit(1)).first()
    if other is not None:
        message = N_("The tariff %(name)s applies there at that time. End it first, or choose another time.")
        raise Conflict(message, name=other.name)


def _check_currency(scope: Scope, currency: str) -> None:
    """The monetary session limit is in the operator's currency, and amounts of two currencies do not compare."""
    tenant = scope.tenant
    if tenant is not None and tenant.currency != currency:
        message = N_("Operator %(code)s charges in %(currency)s.")
        raise Invalid("currency", message, code=tenant.code, currency=tenant.currency)


def _refuse_over(tariff: Tariff, at: datetime) -> None:
    if tariff.valid_to is not None and tariff.valid_to <= at:
        raise Conflict(OVER, name=tariff.name)
