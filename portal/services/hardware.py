"""Chargers and connectors of a station: add, change, remove."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.connectors import STANDARDS, fits
from portal.domain.errors import Conflict, Invalid
from portal.domain.text import N_
from portal.domain.values import decimal_value, integer_value, required_text
from portal.domain.viewer import Actor
from portal.models import Charger, Connector, CurrentType, Station
from portal.queries.stations import running_sessions

from .audit import record

MOST_KW = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class ConnectorData:
    """What people say of a connector; power in kW, None where nobody knows."""

    number: int | None
    standard: str
    max_kw: Decimal | None = None


def add_charger(
    session: Session, station: Station, uid: str | None, current: CurrentType, *, actor: Actor, at: datetime
) -> Charger:
    """A new charger of the station (loaded with its area). Raises Invalid (uid taken or none)."""
    name = _free_uid(session, station.id, uid)
    charger = Charger(station=station, station_id=station.id, uid=name, current_type=current, connectors=[])
    session.add(charger)
    _record(session, "charger.create", charger, actor=actor, at=at)
    return charger


def update_charger(
    session: Session, charger: Charger, uid: str | None, current: CurrentType, *, actor: Actor, at: datetime
) -> None:
    """Change name and current. Raises Invalid (uid taken, or a connector that such a charger cannot have)."""
    charger.uid = _free_uid(session, charger.station_id, uid, but=charger.id)
    for connector in charger.connectors:
        if not fits(connector.standard, current.value):
            message = N_("Connector %(number)s does not exist on a charger of this current. Change it first.")
            raise Invalid("current_type", message, number=connector.number)
    charger.current_type = current
    _record(session, "charger.update", charger, actor=actor, at=at)


def remove_charger(session: Session, charger: Charger, *, actor: Actor, at: datetime) -> None:
    """Take the charger away, and its connectors; past sessions keep its name. Conflict while one runs."""
    _check_idle(session, charger)
    _record(session, "charger.delete", charger, actor=actor, at=at, gone={"uid": charger.uid})
    session.execute(delete(Charger).where(Charger.id == charger.id))


def add_connector(
    session: Session, charger: Charger, data: ConnectorData, *, actor: Actor, at: datetime
) -> Connector:
    """A new connector of the charger (loaded up to its area). Raises Invalid."""
    values = _checked(session, charger, data)
    connector = Connector(charger=charger, charger_id=charger.id, **values)
    session.add(connector)
    _record(session, "connector.create", charger, connector, actor=actor, at=at)
    return connector


def update_connector(
    session: Session, connector: Connector, data: ConnectorData, *, actor: Actor, at: datetime
) -> None:
    """Change the connector (loaded up to its area). Raises Invalid."""
    for field, value in _checked(session, connector.charger, data, but=connector.id).items():
        setattr(connector, field, value)
    _record(session, "connector.update", connector.charger, connector, actor=actor, at=at)


def remove_connector(session: Session, connector: Connector, *, actor: Actor, at: datetime) -> None:
    """Take the connector away; past sessions keep its number. Conflict while one runs."""
    charger = connector.charger
    _check_idle(session, charger, connector.number)
    gone = {"number": connector.number, "standard": connector.standard}
    _record(session, "connector.delete", charger, connector, actor=actor, at=at, gone=gone)
    session.execute(delete(Connector).where(Connector.id == connector.id))


def _checked(session: Session, charger: Charger, data: ConnectorData, but: int = 0) -> dict[str, Any]:
    """What is said of a connector, by field name, as it is stored. Raises Invalid."""
    number = integer_value("number", data.number, least=1, most=999)
    if number is None:
        raise Invalid("number", N_("Expected a whole number from %(least)s to %(most)s."), least=1, most=999)
    if data.standard not in STANDARDS:
        raise Invalid("standard", N_("Choose a standard from the list."))
    if not fits(data.standard, charger.current_type.value):
        message = N_("This standard does not exist on a charger for %(current)s.")
        raise Invalid("standard", message, current=charger.current_type.value)
    max_kw = decimal_value("max_kw", data.max_kw, least=Decimal("0.001"), most=MOST_KW, places=3)
    same_number = select(Connector.id).where(
        Connector.charger_id == charger.id, Connector.number == number, Connector.id != but
    )
    if session.scalar(same_number) is not None:
        raise Invalid("number", N_("This charger has a connector %(number)s already."), number=number)
    max_w = None if max_kw is None else int(max_kw * 1000)
    return {"number": number, "standard": data.standard, "max_w": max_w}


def _free_uid(session: Session, station_id: int, uid: str | None, but: int = 0) -> str:
    name = required_text("uid", uid, 36)
    taken = select(Charger.id).where(Charger.station_id == station_id, Charger.uid == name, Charger.id != but)
    if session.scalar(taken) is not None:
        raise Invalid("uid", N_("This station has a charger %(uid)s already."), uid=name)
    return name


def _check_idle(session: Session, charger: Charger, number: int | None = None) -> None:
    if session.scalar(running_sessions(charger, number)):
        raise Conflict(N_("A session is running here. Wait for its end, or stop it, and try again."))


def _record(
    session: Session,
    action: str,
    charger: Charger,
    connector: Connector | None = None,
    *,
    actor: Actor,
    at: datetime,
    gone: dict[str, object] | None = None,
) -> None:
    """The trail calls a piece of hardware by the way to it: station / charger / connector."""
    station = charger.station
    parts = [station.code, charger.uid, *([str(connector.number)] if connector else [])]
    record(
        session,
        actor,
        action,
        connector or charger,
        at=at,
        operator_id=station.area.operator_id,
        before=gone,
        name="/".join(parts),
    )


def kilowatts(max_w: int | None) -> Decimal | None:
    """Watts as people type them: exact kW without needless zeros."""
    return None if max_w is None else Decimal(f"{(Decimal(max_w) / 1000).normalize():f}")
