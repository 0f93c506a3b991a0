"""What the live parts of pages show; they are fetched again from the page's own address (templates/shared/live_*)."""

from dataclasses import dataclass

from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import Charger, ChargingSession, Connector, Station
from portal.queries import live as query
from portal.queries.sessions import sessions

SHOWN = 8


@dataclass(frozen=True, slots=True)
class ChargingNow:
    """What runs at present, of all that the viewer reads; `latest` started last."""

    sessions: int
    energy_wh: int
    latest: list[ChargingSession]

    @classmethod
    def of(cls, asking: Viewer) -> "ChargingNow":
        totals = db.session.execute(query.charging_totals(asking)).one()
        latest = db.session.scalars(query.latest_charging(asking, SHOWN)).all() if totals.sessions else []
        return cls(totals.sessions, int(totals.energy_wh), list(latest))


@dataclass(frozen=True, slots=True)
class Plug:
    """A connector and who charges at it; `session` is None also for one that the viewer does not read."""

    charger: Charger
    connector: Connector
    taken: bool
    session: ChargingSession | None


@dataclass(frozen=True, slots=True)
class StationNow:
    """The connectors of one station. `reports`: its equipment has a key to report with, so "free" can be told."""

    plugs: list[Plug]
    reports: bool

    @property
    def taken(self) -> int:
        return sum(plug.taken for plug in self.plugs)

    @classmethod
    def of(cls, asking: Viewer, station: Station) -> "StationNow":
        """`station` is loaded with its hardware, area and operator."""
        running = {row[1]: row[2] for row in db.session.execute(query.connectors_now([station.id])) if row[2]}
        mine = sessions(asking).where(ChargingSession.id.in_(running.values()))
        read = {one.id: one for one in db.session.scalars(mine)} if running else {}
        plugs = [
            Plug(charger, connector, connector.id in running, read.get(running.get(connector.id, 0)))
            for charger in station.chargers
            for connector in charger.connectors
        ]
        operator = station.area.operator
        return cls(plugs, operator is not None and operator.security_key_hash is not None)
