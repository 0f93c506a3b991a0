"""Random histories for the tests of the past: steps through the services, and what was true after each of them."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.access import station_visible_to
from portal.domain.errors import PortalError
from portal.domain.viewer import ANONYMOUS, Viewer
from portal.models import Area, Driver, DriverStatus, Operator, OperatorStatus, Role, Station, StationStatus
from portal.services import areas, drivers, memberships, operators, stations
from tests.support.factories import TESTER, make_area, make_driver, make_operator, make_station

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
# What happens, to which operator, driver, station or area (by number), and how.
Step = tuple[str, int, int, int]

VERBS = (
    "grant",
    "grant for hours",
    "revoke",
    "show",
    "move",
    "status",
    "assign",
    "operator",
    "driver",
    "wait",
)
steps = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 1), st.integers(0, 1), st.integers(0, 3)),
    min_size=6,
    max_size=18,
)


@dataclass
class Told:
    """A network in the database, who looks at it, and what each saw at each moment."""

    operators: list[Operator]
    drivers: list[Driver]
    areas: list[Area]
    stations: list[Station]
    viewers: dict[str, Viewer]
    seen: dict[datetime, dict[str, frozenset[int]]] = field(default_factory=dict)

    @property
    def driver_viewers(self) -> list[tuple[Driver, str]]:
        return [(driver, f"driver {index}") for index, driver in enumerate(self.drivers)]


def tell(session: Session, history: list[Step]) -> Told:
    """Make a network, let the steps happen an hour apart, and note what everybody saw after each."""
    told = _network(session)
    note(session, told, START)
    for number, step in enumerate(history, 1):
        at = START + number * HOUR
        with suppress(PortalError):  # what the portal refuses does not happen
            _happen(session, told, step, at)
        session.flush()
        note(session, told, at)
        note(session, told, at + HOUR / 2)
    return told


def note(session: Session, told: Told, at: datetime) -> None:
    """The truth of this moment, by the rule over the world as it is."""
    told.seen[at] = {
        name: frozenset(session.scalars(select(Station.id).where(station_visible_to(viewer, at))))
        for name, viewer in told.viewers.items()
    }


def _network(session: Session) -> Told:
    owners = [make_operator(session) for _ in range(2)]
    people = [make_driver(session) for _ in range(2)]
    places = [make_area(session, owners[0]), make_area(session)]
    stood = [make_station(session, place, visible=False, created_at=START) for place in places]
    viewers = {"anonymous": ANONYMOUS, "admin": Viewer(role=Role.ADMIN)}
    for index, operator in enumerate(owners):
        viewers[f"operator {index}"] = Viewer(role=Role.OPERATOR, operator_id=operator.id)
    for index, driver in enumerate(people):
        viewers[f"driver {index}"] = Viewer(role=Role.DRIVER, driver_id=driver.id)
    return Told(owners, people, places, stood, viewers)


def _happen(session: Session, told: Told, step: Step, at: datetime) -> None:
    verb, first, second, how = step
    said: dict[str, Any] = {"actor": TESTER, "at": at}
    operator, driver = told.operators[first], told.drivers[second]
    station, area = told.stations[first], told.areas[second]
    session.refresh(station, ["area"])
    session.refresh(area, ["operator"])
    if verb == "grant":
        memberships.grant(session, operator, driver, **said)
    elif verb == "grant for hours":
        start = at + how * HOUR / 4
        memberships.grant(session, operator, driver, valid_from=start, valid_to=start + 3 * HOUR, **said)
    elif verb == "revoke":
        memberships.revoke(session, operator, driver, **said)
    elif verb == "show":
        stations.set_visibility(session, station, how == 0, **said)
    elif verb in ("move", "status"):
        _update(session, told, station, area if verb == "move" else None, how, said)
    elif verb == "assign":
        areas.assign_area(session, area, None if how == 0 else operator, **said)
    elif verb == "operator":
        operators.set_status(session, operator, tuple(OperatorStatus)[how % 3], **said)
    elif verb == "driver":
        drivers.set_driver_status(session, driver, tuple(DriverStatus)[how % 2], **said)


def _update(
    session: Session, told: Told, station: Station, area: Area | None, how: int, said: dict[str, Any]
) -> None:
    status = station.status if area else (*StationStatus, StationStatus.AVAILABLE)[-how]
    data = stations.StationData(station.name, station.latitude, station.longitude, status=status)
    stations.update_station(session, station, area or station.area, data, version=station.version, **said)
