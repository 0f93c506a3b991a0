"""How a session starts: who charges where, under which settings and prices; or why not."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Forbidden, Invalid
from portal.domain.masking import mask_token
from portal.domain.rating import Prices
from portal.domain.settings import effective_settings
from portal.domain.text import N_
from portal.domain.tracking import Sample
from portal.domain.values import text_value
from portal.domain.viewer import Actor
from portal.models import (
    ChargingSession,
    Doubt,
    Driver,
    DriverStatus,
    OperatorStatus,
    SessionStatus,
    SiteSettings,
    Station,
    StationStatus,
)
from portal.queries.tracking import charges_at, reported_session, token_of

from .audit import record, record_event
from .session_ratings import set_doubt
from .tariffs import tariff_at
from .tracking import judged

_ID = re.compile(r"[!-.0-~]{1,64}")  # visible, and no slash: it stands in addresses


@dataclass(frozen=True, slots=True)
class Start:
    """What equipment says at the start: `connector` is "<charger uid>/<number>", or the number alone."""

    id: str
    connector: str | int
    token: str | None
    sample: Sample


def open_session(
    session: Session, station: Station, start: Start, *, currency: str, actor: Actor, at: datetime
) -> ChargingSession:
    """Begin a session; the same start again is answered with the same session.

    `station` is loaded as by `reporting_station`, `currency` is that of stations without operator. Raises Invalid
    (id, connector, token), Forbidden with the reason why nobody, or this driver, may charge here, and Conflict where
    the id is that of another session.
    """
    if not _ID.fullmatch(start.id):
        raise Invalid("id", N_("Expected 1 to 64 letters, digits or signs without blanks and slashes."))
    charger_uid, number = connector_of(station, start.connector)
    token = text_value("driver_token", start.token, 36)
    known = session.scalar(reported_session(station.id, start.id))
    if known is not None:
        return _same(known, start, (charger_uid, number))
    driver = _driver(session, station, token, at)
    charging = _made(session, station, start.sample, currency, at)
    charging.external_id, charging.charger_uid, charging.connector_number = start.id, charger_uid, number
    charging.driver_id, charging.token_uid = driver.id if driver else None, token.upper() if token else None
    session.add(charging)
    tenant = station.area.operator_id
    record(
        session, actor, "session.open", charging, at=at, operator_id=tenant, after=_told(station, charging)
    )
    set_doubt(session, charging, Doubt.UNKNOWN_TOKEN, holds=driver is None)
    charging.check_at = judged(charging, (), charging.started_at).check_at
    session.flush()
    return charging


def refuse_session(
    session: Session, station: Station, start: Start, reason: Forbidden, *, actor: Actor, at: datetime
) -> None:
    """Write down that a start was refused, and why; in a transaction of its own.

    The trail outlives what is known of a driver: it keeps only the end of the token.
    """
    details = {"external_id": start.id, "token": mask_token(start.token), "reason": str(reason)}
    tenant = station.area.operator_id
    record_event(session, actor, "session.refuse", station.code, at=at, operator_id=tenant, details=details)


def connector_of(station: Station, named: str | int) -> tuple[str, int]:
    """Charger and number of the connector that equipment names. Raises Invalid on `connector`."""
    known = {(charger.uid, plug.number) for charger in station.chargers for plug in charger.connectors}
    uid, _, number = named.rpartition("/") if isinstance(named, str) else ("", "", str(named))
    if not uid and len(station.chargers) == 1:
        uid = station.chargers[0].uid
    if not uid or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Invalid("connector", N_("Expected the charger and the number, such as EVSE-1/2."))
    if (uid, int(number)) not in known:
        raise Invalid(
            "connector", N_("The station has no connector %(connector)s."), connector=f"{uid}/{number}"
        )
    return uid, int(number)


def settings_at_start(session: Session, station: Station, *, comparable: bool = True) -> dict[str, Any]:
    """The settings in force, as a session keeps them; a limit in another currency than the tariff's limits nothing."""
    site = session.get_one(SiteSettings, 1)
    found = {
        name: effective.value
        for name, effective in effective_settings(site, station.area.operator, station).items()
        if comparable or name != "monetary_session_limit"
    }
    plain = {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in found.items()}
    return {"monetary_session_limit": None} | plain


def _same(known: ChargingSession, start: Start, connector: tuple[str, int]) -> ChargingSession:
    """The session that this start has already begun."""
    token = start.token.strip().upper() if start.token and start.token.strip() else None
    was = (known.charger_uid, known.connector_number, known.token_uid, known.started_at, known.start_wh)
    if was != (*connector, token, start.sample.at, start.sample.meter_wh):
        raise Conflict(N_("Session %(id)s is another one. Give each session an id of its own."), id=start.id)
    return known


def _driver(session: Session, station: Station, uid: str | None, at: datetime) -> Driver | None:
    """Whose token it is; None for one that nobody knows. Raises Forbidden."""
    operator = station.area.operator
    if station.status is StationStatus.CLOSED:
        raise Forbidden(N_("Station %(station)s is closed."), station=station.code)
    if operator is not None and operator.status is OperatorStatus.ARCHIVED:
        raise Forbidden(N_("The operator of station %(station)s is archived."), station=station.code)
    token = session.scalar(token_of(uid.upper())) if uid else None
    if token is None:
        return None
    if token.blocked:
        raise Forbidden(N_("This token is blocked."))
    if token.driver.status is not DriverStatus.ACTIVE:
        raise Forbidden(N_("This driver is disabled."))
    if session.scalar(charges_at(station, token.driver_id, at)) is None:
        raise Forbidden(
            N_("Station %(station)s is for its private network, which this driver is no member of."),
            station=station.code,
        )
    return token.driver


def _made(session: Session, station: Station, sample: Sample, currency: str, at: datetime) -> ChargingSession:
    """A running session with what holds at its start, for good."""
    operator = station.area.operator
    tariff = tariff_at(session, station, sample.at)
    own = operator.currency if operator else currency
    charged = tariff.currency if tariff else own
    return ChargingSession(
        operator_id=station.area.operator_id,
        area_id=station.area_id,
        station_id=station.id,
        started_at=sample.at,
        start_wh=sample.meter_wh,
        energy_wh=0,
        charging_s=0,
        idle_s=0,
        currency=charged,
        status=SessionStatus.RUNNING,
        settings=settings_at_start(session, station, comparable=charged == own),
        tariff=Prices.of(tariff).to_json() if tariff else None,
        created_at=at,
        updated_at=at,
    )


def _told(station: Station, charging: ChargingSession) -> dict[str, object]:
    """What the trail keeps of a start."""
    connector = f"{charging.charger_uid}/{charging.connector_number}"
    return {"station": station.code, "connector": connector, "started_at": charging.started_at.isoformat()}
