"""Reads of stations for those who manage them; what drivers see is the map's business."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import contains_eager, selectinload

from portal.domain.access import membership_live, station_managed_by, station_open, station_public
from portal.domain.viewer import Viewer
from portal.models import (
    Area,
    Charger,
    ChargingSession,
    Connector,
    Membership,
    Operator,
    SessionStatus,
    Station,
)


def stations(viewer: Viewer) -> Select[Station]:
    """The stations that the viewer manages, closed ones included, with their area and its operator."""
    return (
        select(Station)
        .join(Station.area)
        .outerjoin(Area.operator)
        .where(station_managed_by(viewer))
        .options(contains_eager(Station.area).contains_eager(Area.operator))
    )


def stations_with_hardware(viewer: Viewer) -> Select[Station]:
    """The same with chargers and connectors, in two more queries whatever their number."""
    return stations(viewer).options(selectinload(Station.chargers).selectinload(Charger.connectors))


def station(viewer: Viewer, code: str) -> Select[Station]:
    """One of them. Lock it with `.with_for_update(of=Station)` before changing it."""
    return stations(viewer).where(Station.code == code.upper())


def station_with_hardware(viewer: Viewer, code: str) -> Select[Station]:
    return stations_with_hardware(viewer).where(Station.code == code.upper())


def charger(station: Station, charger_id: int) -> Select[Charger]:
    """A charger of this station and no other, with its connectors and the way up to the operator."""
    return (
        select(Charger)
        .join(Charger.station)
        .join(Station.area)
        .where(Charger.station_id == station.id, Charger.id == charger_id)
        .options(
            contains_eager(Charger.station).contains_eager(Station.area), selectinload(Charger.connectors)
        )
    )


def connector(station: Station, charger_id: int, connector_id: int) -> Select[Connector]:
    """A connector of this station's charger, with the way up to the operator."""
    return (
        select(Connector)
        .join(Connector.charger)
        .join(Charger.station)
        .join(Station.area)
        .where(
            Charger.station_id == station.id,
            Charger.id == charger_id,
            Connector.id == connector_id,
        )
        .options(
            contains_eager(Connector.charger).contains_eager(Charger.station).contains_eager(Station.area)
        )
    )


def station_audience(station: Station, at: datetime) -> Select[int]:
    """How many drivers see the station while it is hidden: the live members of its area's operator."""
    return (
        select(func.count(Membership.id))
        .join(Area, Area.operator_id == Membership.operator_id)
        .where(Area.id == station.area_id, membership_live(at))
    )


def references(station: Station) -> Select[int]:
    """How many charging sessions point to the station."""
    return select(func.count(ChargingSession.id)).where(ChargingSession.station_id == station.id)


def running_sessions(charger: Charger, number: int | None = None) -> Select[int]:
    """How many sessions run at the charger now, or at one of its connectors."""
    stmt = select(func.count(ChargingSession.id)).where(
        ChargingSession.station_id == charger.station_id,
        ChargingSession.charger_uid == charger.uid,
        ChargingSession.status == SessionStatus.RUNNING,
    )
    return stmt if number is None else stmt.where(ChargingSession.connector_number == number)


def in_area(stmt: Select[Any], code: str) -> Select[Any]:
    return stmt.where(Area.code == code.upper())


def of_operator(stmt: Select[Any], code: str) -> Select[Any]:
    return stmt.where(Operator.code == code.upper())


def with_standard(stmt: Select[Any], standard: str) -> Select[Any]:
    """Those that have a connector of this standard."""
    having = select(Charger.station_id).join(Charger.connectors).where(Connector.standard == standard)
    return stmt.where(Station.id.in_(having))


def station_unseen(at: datetime) -> ColumnElement[bool]:
    """Hidden and open, and nobody but those who manage it sees it: its area's operator has no live member.

    That is so too where the operator is not active, and where there is none. For Selects from Station.
    """
    return and_(station_open(), ~station_public(), Station.area_id.not_in(watched_areas(at)))


def watched_areas(at: datetime) -> Select[int]:
    """Areas whose hidden stations somebody sees: their operator has a live member."""
    member = select(Membership.id).where(Membership.operator_id == Area.operator_id, membership_live(at))
    return select(Area.id).where(member.correlate(Area).exists())
