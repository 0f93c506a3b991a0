"""Rows of whole exports, as plain columns in the order of the portal's own files."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from portal.domain.access import station_managed_by, station_visible_to
from portal.domain.viewer import Viewer
from portal.models import Area, Charger, Connector, Driver, Membership, Operator, Station

from .paging import AnySelect


def station_rows(where: ColumnElement[bool]) -> AnySelect:
    """One row a connector; a charger without connectors, or a station without chargers, has one row too."""
    return (
        select(
            Station.code,
            Station.name,
            Operator.code,
            Area.code,
            Area.name,
            Station.latitude,
            Station.longitude,
            Station.visible,
            Charger.uid,
            Charger.current_type,
            Connector.number,
            Connector.standard,
            Connector.max_w,
            Operator.name,
            Station.status,
            Station.address,
            Station.city,
            Station.state,
            Station.zip,
            Station.country,
            Station.opening_hours,
        )
        .join(Station.area)
        .outerjoin(Area.operator)
        .outerjoin(Charger, Charger.station_id == Station.id)
        .outerjoin(Connector, Connector.charger_id == Charger.id)
        .where(where)
        .order_by(Station.code, Charger.uid, Connector.number)
    )


def managed_stations(viewer: Viewer) -> AnySelect:
    """All stations that the viewer manages."""
    return station_rows(station_managed_by(viewer))


def seen_stations(viewer: Viewer, at: datetime) -> AnySelect:
    """The stations that the viewer sees on the map."""
    return station_rows(station_visible_to(viewer, at))


def member_rows(at: datetime) -> AnySelect:
    """Memberships that are neither revoked nor over, those of the future included."""
    return (
        select(Operator.code, Driver.number, Membership.valid_from, Membership.valid_to)
        .join(Membership.operator)
        .join(Membership.driver)
        .where(Membership.revoked_at.is_(None), or_(Membership.valid_to.is_(None), Membership.valid_to > at))
        .order_by(Operator.code, Driver.number)
    )
