"""A station as the list and the panel show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from portal.domain import connectors
from portal.domain.text import N_
from portal.models import Connector, Operator, Role, Station, StationStatus
from portal.web.auth import viewer
from portal.web.filters import offset_label

STATUS_WORDS = {
    StationStatus.AVAILABLE: N_("Available"),
    StationStatus.UNAVAILABLE: N_("Not available"),
    StationStatus.PLANNED: N_("Planned"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One visible station with its hardware, area and operator; `mine`: it is of the viewer's networks."""

    station: Station
    mine: bool
    at: datetime

    @classmethod
    def of(cls, row: Sequence[Any], at: datetime) -> "Card":
        """From a row of `queries.map.listed_stations`."""
        return cls(row[0], bool(row[1]), at)

    @property
    def address(self) -> str:
        s = self.station
        town = " ".join(part for part in (s.zip, s.city) if part)
        return ", ".join(part for part in (s.address, town, s.state) if part)

    @property
    def status(self) -> str:
        return str(_(STATUS_WORDS[self.station.status]))

    @property
    def network(self) -> str:
        """Whose private network lets the viewer see the station; empty for a public one."""
        if self.station.visible:
            return ""
        if self._operator is None:
            return str(_("Hidden"))
        return str(_("Private network: %(operator)s", operator=self._operator.name))

    @property
    def own(self) -> str:
        """A public station of a network that the driver is a member of."""
        if not (self.station.visible and self.mine and self._operator and viewer().role is Role.DRIVER):
            return ""
        return str(_("Your network: %(operator)s", operator=self._operator.name))

    @property
    def standards(self) -> list[str]:
        """Labels of the standards that the station has, each once."""
        return list(dict.fromkeys(self.label(connector) for connector in self._connectors))

    def label(self, connector: Connector) -> str:
        """The plug's name in the reader's language."""
        return str(_(connectors.label(connector.standard)))

    @property
    def max_w(self) -> int | None:
        return max((connector.max_w for connector in self._connectors if connector.max_w), default=None)

    @property
    def zone(self) -> str:
        """The zone of the station's operator, else of the site."""
        return (
            self._operator.timezone if self._operator else str(current_app.config["PORTAL"].default_timezone)
        )

    @property
    def zone_label(self) -> str:
        return offset_label(self.zone, self.at)

    @property
    def position(self) -> tuple[str, str]:
        """Latitude and longitude as plain decimal numbers, for addresses."""
        # Adding nothing turns a rounded -0.0 into 0.0.
        latitude, longitude = (round(n, 6) + 0.0 for n in (self.station.latitude, self.station.longitude))
        return f"{latitude:.6f}", f"{longitude:.6f}"

    @property
    def _operator(self) -> Operator | None:
        return self.station.area.operator

    @property
    def _connectors(self) -> list[Connector]:
        return [connector for charger in self.station.chargers for connector in charger.connectors]
