"""A station as the list and the panel show it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask_babel import get_locale
from flask_babel import gettext as _

from portal.domain import connectors
from portal.domain.opening_hours import DAY, Today, today
from portal.domain.text import N_
from portal.domain.viewer import Viewer
from portal.domain.zones import offset_text
from portal.models import Connector, Operator, Role, Station, StationStatus
from portal.web.filters import offset_label
from portal.web.site import current_site

from .lengths import length
from .occupancy import CHARGING, Occupancy

STATUS_WORDS = {
    StationStatus.AVAILABLE.value: N_("Available"),
    StationStatus.UNAVAILABLE.value: N_("Not available"),
    StationStatus.PLANNED.value: N_("Planned"),
    CHARGING: N_("In use"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One visible station with its hardware, area and operator; `mine`: it is of the viewer's networks.

    `metres` is how far it is from where the list measures, if it does.
    """

    station: Station
    mine: bool
    viewer: Viewer
    at: datetime
    occupancy: Occupancy
    metres: float | None = None

    @classmethod
    def all_of(
        cls,
        rows: Sequence[Sequence[Any]],
        viewer: Viewer,
        at: datetime,
        metres: Callable[[Station], float | None] = lambda _station: None,
    ) -> list["Card"]:
        """From rows of `queries.map.listed_stations`, in their order."""
        occupancy = Occupancy.of(row[0] for row in rows)
        return [cls(row[0], bool(row[1]), viewer, at, occupancy, metres(row[0])) for row in rows]

    @property
    def address(self) -> str:
        s = self.station
        town = " ".join(part for part in (s.zip, s.city) if part)
        return ", ".join(part for part in (s.address, town, s.state) if part)

    @property
    def kind(self) -> str:
        """The status as the data of the map has it."""
        return self.occupancy.status(self.station)

    @property
    def status(self) -> str:
        return str(_(STATUS_WORDS[self.kind]))

    @property
    def in_use(self) -> str:
        """How many of its connectors are, in words; empty where nobody charges."""
        taken = sum(self.occupancy.has(connector) for connector in self._connectors)
        if not taken:
            return ""
        return str(_("%(taken)s of %(count)s in use", taken=taken, count=len(self._connectors)))

    @property
    def reports(self) -> bool:
        """Whether its equipment can tell when a connector is free: it is in order, and has a key to report with."""
        in_order = self.station.status is StationStatus.AVAILABLE
        return in_order and self._operator is not None and self._operator.security_key_hash is not None

    @property
    def distance(self) -> str:
        """How far it is, in the units of the reader's country."""
        return "" if self.metres is None else length(self.metres)

    @property
    def network(self) -> str:
        """Whose private network lets the viewer see the station; empty for a public one."""
        if self.station.visible:
            return ""
        if self._operator is None:
            return str(_("Hidden"))
        if self.viewer.role is Role.DRIVER:
            return str(_("Private: through %(operator)s", operator=self._operator.name))
        return str(_("Private network: %(operator)s", operator=self._operator.name))

    @property
    def own(self) -> str:
        """A public station of a network that the driver is a member of."""
        if not (self.station.visible and self.mine and self._operator and self.viewer.role is Role.DRIVER):
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
        return self._operator.timezone if self._operator else current_site().timezone

    @property
    def zone_label(self) -> str:
        return offset_label(self.zone, self.at)

    @property
    def local_time(self) -> str:
        """What the clock shows at the station: "Thu 09:15 there, UTC+02:00"."""
        local, locale = self._local, get_locale()
        clock = f"{format_date(local, 'EEE', locale)} {format_time(local, 'short', tzinfo=local.tzinfo, locale=locale)}"
        return str(_("%(time)s there, %(offset)s", time=clock, offset=offset_text(self.zone, self.at)))

    @property
    def today(self) -> Today | None:
        """The opening hours of this day at the station, where they are written in a form that can be read."""
        return today(self.station.opening_hours, self._local)

    @property
    def hours_today(self) -> str:
        """The same in words."""
        hours = self.today
        if hours is None:
            return ""
        if hours.all_day:
            return str(_("Today round the clock"))
        if not hours.spans:
            return str(_("Closed all day today"))
        spans = ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in hours.spans)
        return str(_("Today %(hours)s", hours=spans))

    @property
    def position(self) -> tuple[str, str]:
        """Latitude and longitude as plain decimal numbers, for addresses."""
        # Adding nothing turns a rounded -0.0 into 0.0.
        latitude, longitude = (round(n, 6) + 0.0 for n in (self.station.latitude, self.station.longitude))
        return f"{latitude:.6f}", f"{longitude:.6f}"

    @property
    def _local(self) -> datetime:
        return self.at.astimezone(ZoneInfo(self.zone))

    @property
    def _operator(self) -> Operator | None:
        return self.station.area.operator

    @property
    def _connectors(self) -> list[Connector]:
        return [connector for charger in self.station.chargers for connector in charger.connectors]


def _clock(minute: int) -> str:
    return str(format_time(time(minute % DAY // 60, minute % 60), "short", locale=get_locale()))
