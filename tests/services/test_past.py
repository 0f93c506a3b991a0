"""Whichever way a change takes, what was before it is still known afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.access import station_visible_to
from portal.domain.past import world_at
from portal.domain.records import StationRecord
from portal.domain.viewer import Viewer
from portal.models import (
    Area,
    AreaPast,
    AuditEvent,
    Driver,
    DriverPast,
    DriverStatus,
    Operator,
    OperatorPast,
    OperatorStatus,
    Role,
    Station,
    StationPast,
    StationStatus,
)
from portal.queries.areas import areas as managed_areas
from portal.queries.stations import stations as managed_stations
from portal.services import area_bulk, areas, drivers, memberships, operators, station_bulk, stations, undo
from portal.services.imports import Defaults, StationImport
from tests.support.factories import (
    TESTER,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
)

AT = datetime(2026, 9, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SAID: dict[str, Any] = {"actor": TESTER, "at": AT}
ADMIN = Viewer(role=Role.ADMIN)


class Network:
    """A hidden station that one driver sees through the only private network."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.operator: Operator = make_operator(session, code="HOTEL")
        self.other: Operator = make_operator(session, code="OTHER")
        self.area: Area = make_area(session, self.operator, code="GARAGE")
        self.elsewhere: Area = make_area(session, code="ELSEWHERE")
        self.station: Station = make_station(session, self.area, code="S-1", visible=False)
        self.driver: Driver = make_driver(session)
        make_membership(session, self.operator, self.driver)
        session.refresh(self.station, ["area"])
        session.refresh(self.area, ["operator"])

    def seen(self, moment: datetime | None = None) -> bool:
        """Whether the driver sees the station: at present (AT), or then."""
        viewer = Viewer(role=Role.DRIVER, driver_id=self.driver.id)
        if moment is None:
            return self.session.scalar(select(Station.id).where(station_visible_to(viewer, AT))) is not None
        world = world_at(moment)
        stmt = select(world.station.id).where(station_visible_to(viewer, moment, world))
        return self.session.scalar(stmt) is not None


def close(n: Network) -> None:
    stations.close_station(n.session, n.station, **SAID)


def update(n: Network) -> None:
    data = stations.StationData("New", 1.0, 2.0, status=StationStatus.CLOSED)
    stations.update_station(n.session, n.station, n.elsewhere, data, version=n.station.version, **SAID)


def assign(n: Network) -> None:
    areas.assign_area(n.session, n.area, n.other, **SAID)


def disable_operator(n: Network) -> None:
    operators.set_status(n.session, n.operator, OperatorStatus.DISABLED, **SAID)


def disable_driver(n: Network) -> None:
    drivers.set_driver_status(n.session, n.driver, DriverStatus.DISABLED, **SAID)


def revoke(n: Network) -> None:
    memberships.revoke(n.session, n.operator, n.driver, **SAID)


def stations_in_bulk(n: Network) -> None:
    stmt = managed_stations(ADMIN)
    seen = station_bulk.station_fingerprint(n.session, stmt)
    station_bulk.change_many(n.session, stmt, {"status": StationStatus.CLOSED}, seen=seen, **SAID)


def areas_in_bulk(n: Network) -> None:
    stmt = managed_areas(ADMIN)
    seen = area_bulk.area_fingerprint(n.session, stmt, None)
    area_bulk.assign_many(n.session, stmt, None, seen=seen, **SAID)


def stations_by_file(n: Network) -> None:
    run = StationImport(n.session, Defaults("UTC", "EUR"), **SAID)
    run.take([StationRecord("S-1", "S-1", None, None, "ELSEWHERE", "Elsewhere", 1.0, 2.0, False)])


WAYS: tuple[Callable[[Network], None], ...] = (
    close, update, assign, disable_operator, disable_driver, revoke, stations_in_bulk, areas_in_bulk, stations_by_file,
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_was_before_is_known(session: Session, way: Callable[[Network], None]) -> None:
    network = Network(session)
    assert network.seen()
    way(network)
    session.flush()
    session.expire_all()
    assert not network.seen()
    assert (network.seen(AT - TICK), network.seen(AT)) == (True, False)


def test_showing_is_dated_too(session: Session) -> None:
    network = Network(session)
    memberships.revoke(session, network.operator, network.driver, actor=TESTER, at=AT - timedelta(days=1))
    stations.set_visibility(session, network.station, True, **SAID)
    assert (network.seen(AT - TICK), network.seen(AT)) == (False, True)


def test_what_is_undone_has_been(session: Session) -> None:
    """Undo is a change of its own: it rewrites nothing."""
    network = Network(session)
    close(network)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "station.close")).one()
    later = AT + timedelta(minutes=5)
    undo.undo(session, event, viewer=ADMIN, actor=TESTER, at=later)
    seen = [network.seen(moment) for moment in (AT - TICK, AT, later - TICK, later)]
    assert seen == [True, False, False, True]


def test_changes_of_anything_else_leave_no_past(session: Session) -> None:
    network = Network(session)
    data = stations.StationData("New name", 1.0, 2.0)
    stations.update_station(session, network.station, network.area, data, version=1, **SAID)
    areas.update_area(session, network.area, areas.AreaData("New name"), version=1, **SAID)
    drivers.update_driver(session, network.driver, drivers.DriverData("New name"), version=1, **SAID)
    session.flush()
    for past in (StationPast, AreaPast, OperatorPast, DriverPast):
        assert session.scalars(select(past)).all() == []
