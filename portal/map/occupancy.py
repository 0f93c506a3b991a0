"""Who charges where, for the stations of one answer: data, list and panel say the same."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from portal.extensions import db
from portal.models import Connector, Station, StationStatus
from portal.queries.live import connectors_now

CHARGING = "charging"


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Connectors at which somebody charges, and stations that have no other; as ids."""

    taken: frozenset[int] = frozenset()
    full: frozenset[int] = frozenset()

    @classmethod
    def of(cls, stations: Iterable[Station]) -> "Occupancy":
        """Of stations that the viewer sees: one query for all of them."""
        at: dict[int, dict[int, bool]] = defaultdict(dict)
        ids = [station.id for station in stations]
        for station_id, connector_id, session_id in db.session.execute(connectors_now(ids)) if ids else ():
            at[station_id][connector_id] = session_id is not None
        taken = (number for plugs in at.values() for number, is_taken in plugs.items() if is_taken)
        full = (station_id for station_id, plugs in at.items() if all(plugs.values()))
        return cls(frozenset(taken), frozenset(full))

    def status(self, station: Station) -> str:
        """Of a station on the map: its own, or "charging" where it is in use and nothing of it is left."""
        busy = station.status is StationStatus.AVAILABLE and station.id in self.full
        return CHARGING if busy else station.status.value

    def has(self, connector: Connector) -> bool:
        """Whether somebody charges at it."""
        return connector.id in self.taken
