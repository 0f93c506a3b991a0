"""The chargers of the demo network, for those who play them: connectors, tokens that may charge there, the key."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Select, case, create_engine, func, literal, select, type_coerce
from sqlalchemy.orm import Session, selectinload

from portal.domain.viewer import Actor
from portal.engine import prepare_engine
from portal.models import (
    Area,
    Charger,
    ChargingSession,
    CurrentType,
    Driver,
    DriverStatus,
    Operator,
    OperatorStatus,
    SessionStatus,
    Station,
    StationStatus,
    Token,
)
from portal.models.base import UtcDateTime
from portal.queries.tracking import charges_at
from portal.services.security_keys import seal_key, set_key
from portal.simulation.charging import Plug
from portal.simulation.playing import BETWEEN, Bay

APPLICATION_ID = 0x43504431
"""Written into the SQLite file's header, so that the demo knows its own databases and refuses any other."""

DATABASE = "portal.sqlite3"
KEY = "demo-equipment-key"
LONG_AGO, NEVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
UNKNOWN_W = 11_000
Connector = tuple[int, str, int]


def is_demo(file: Path) -> bool:
    """Whether this is a database that the demo made."""
    with sqlite3.connect(file) as connection:
        try:
            (found,) = connection.execute("PRAGMA application_id").fetchone()
        except sqlite3.DatabaseError:
            found = None
    connection.close()
    return bool(found == APPLICATION_ID)


def give_keys(session: Session, pepper: str, *, actor: Actor, at: datetime) -> None:
    """Let the equipment of every operator in, where nobody has set a key of his own."""
    keyless = (Operator.security_key_hash.is_(None), Operator.status == OperatorStatus.ACTIVE)
    for operator in session.scalars(select(Operator).where(*keyless)):
        set_key(session, operator, seal_key(KEY, pepper), actor=actor, at=at)


def demo_bays(file: Path, at: datetime) -> list[Bay]:
    """The connectors where nobody charges, of all stations with an operator, in the database of a demo."""
    engine = create_engine(f"sqlite:///{file}")
    prepare_engine(engine)
    try:
        with Session(engine) as session:
            return _bays(session, at)
    finally:
        engine.dispose()


def _bays(session: Session, at: datetime) -> list[Bay]:
    last, made = _last_ends(session), []
    for station in session.scalars(_stations()):
        tokens = _tokens(session, station, at)
        for charger in station.chargers:
            for plug in charger.connectors:
                free_from = last.get((station.id, charger.uid, plug.number), LONG_AGO) + BETWEEN
                if tokens and free_from < NEVER:
                    name, dc = f"{charger.uid}/{plug.number}", charger.current_type is CurrentType.DC
                    made.append(Bay(Plug(station.code, name, plug.max_w or UNKNOWN_W, dc), tokens, free_from))
    return made


def _stations() -> Select[Station]:
    """Those that are in service and have somebody whose key opens."""
    return (
        select(Station)
        .join(Station.area)
        .join(Area.operator)
        .where(Station.status == StationStatus.AVAILABLE, Operator.status == OperatorStatus.ACTIVE)
        .options(selectinload(Station.chargers).selectinload(Charger.connectors))
        .order_by(Station.code)
    )


def _tokens(session: Session, station: Station, at: datetime) -> list[str | None]:
    """Tokens of the drivers whom the access rule lets charge here."""
    tokens = select(Token.uid, Token.driver_id).join(Token.driver).where(~Token.blocked)
    found = session.execute(tokens.where(Driver.status == DriverStatus.ACTIVE).order_by(Token.uid))
    return [uid for uid, driver in found if session.scalar(charges_at(station, driver, at)) is not None]


def _last_ends(session: Session) -> dict[Connector, datetime]:
    """When the last session on a connector ended; never, where one is running."""
    place = (ChargingSession.station_id, ChargingSession.charger_uid, ChargingSession.connector_number)
    ended = func.coalesce(ChargingSession.ended_at, ChargingSession.started_at)
    running = ChargingSession.status == SessionStatus.RUNNING
    last = func.max(case((running, literal(NEVER, UtcDateTime())), else_=ended))
    found = session.execute(select(*place, type_coerce(last, UtcDateTime())).group_by(*place))
    return {(station, charger, number): at for station, charger, number, at in found}
