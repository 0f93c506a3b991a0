"""Where the sessions of a file were, and who charged: stations and drivers, made where that was asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.records import DriverRecord, SessionRecord, StationRecord
from portal.models import Area, Charger, Connector, Driver, Operator, OperatorStatus, Station

from .batch import Batch, Outcome, Refused
from .drivers import DriverImport
from .stations import StationImport


@dataclass(frozen=True, slots=True)
class Making:
    """Stations, areas and drivers that do not exist are made: hidden stations of this operator, all at one place."""

    operator_code: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Place:
    """`plugs`: most power in W by charger and connector; without any, every one is taken."""

    station_id: int
    area_id: int
    operator_id: int | None
    currency: str
    plugs: dict[tuple[str, int], int | None]


class SessionPlaces:
    """Looks up what records name, each station and driver once; makes what is missing as part of the run `batch`."""

    def __init__(self, batch: Batch[SessionRecord], making: Making | None) -> None:
        self._session = batch.session
        self._currency = batch.defaults.currency
        self._making = making
        self._new_stations = StationImport(batch.session, batch.defaults, actor=batch.actor, at=batch.at)
        self._new_drivers = DriverImport(batch.session, batch.defaults, actor=batch.actor, at=batch.at)
        self.stations: dict[str, Place | None] = {}
        self.drivers: dict[str, int | None] = {}
        self.refused: dict[str, str] = {}

    def finish(self, *, source: str, format_name: str, tell: Callable[[str, int], None]) -> None:
        """Write the audit rows of what was made; `tell` hears what it was and how many."""
        for beside, what in ((self._new_stations, "stations"), (self._new_drivers, "drivers")):
            beside.finish(source=source, format_name=format_name, rejected=0)
            if number := beside.counts[Outcome.NEW]:
                tell(what, number)

    def look_up(self, records: Sequence[SessionRecord]) -> None:
        """Stations and drivers that the records name; made where that was asked for."""
        codes = dict.fromkeys(one.station_code for one in records if one.station_code not in self.stations)
        self.stations |= self._places(codes)
        numbers = {one.driver_number for one in records if one.driver_number} - self.drivers.keys()
        self.drivers |= self._numbers(sorted(numbers))
        if self._making is None:
            return
        first = {
            one.station_code: one for one in reversed(records) if self.stations[one.station_code] is None
        }
        if made := [_station(one, self._making) for one in first.values() if one.area_code]:
            for one, outcome in zip(made, self._new_stations.take(made), strict=True):
                if isinstance(outcome, Refused):
                    self.refused[one.code] = outcome.reason
            self.stations |= self._places(dict.fromkeys(one.code for one in made))
        if missing := [number for number in sorted(numbers) if self.drivers[number] is None]:
            self._new_drivers.take([DriverRecord(number, number, None, None, ()) for number in missing])
            self.drivers |= self._numbers(missing)

    def _places(self, codes: dict[str, None]) -> dict[str, Place | None]:
        query = (
            select(Station.code, Station.id, Station.area_id, Area.operator_id, Operator.currency)
            .join(Station.area)
            .outerjoin(Area.operator)
            .where(Station.code.in_(codes))
        )
        found = {row[0]: row[1:] for row in self._session.execute(query)} if codes else {}
        plugs: dict[int, dict[tuple[str, int], int | None]] = {row[0]: {} for row in found.values()}
        hardware = (
            select(Charger.station_id, Charger.uid, Connector.number, Connector.max_w)
            .join(Connector, Connector.charger_id == Charger.id)
            .where(Charger.station_id.in_(plugs))
        )
        for station_id, uid, number, max_w in self._session.execute(hardware) if plugs else ():
            plugs[station_id][uid, number] = max_w
        places: dict[str, Place | None] = dict.fromkeys(codes)
        for code, (id_, area_id, operator_id, currency) in found.items():
            own = currency or self._currency
            places[code] = Place(id_, area_id, operator_id, own, plugs[id_])
        return places

    def _numbers(self, numbers: Sequence[str]) -> dict[str, int | None]:
        query = select(Driver.number, Driver.id).where(Driver.number.in_(numbers))
        none: dict[str, int | None] = dict.fromkeys(numbers)
        return none | {row[0]: row[1] for row in self._session.execute(query)} if numbers else none


def operator_exists(session: Session, code: str) -> bool:
    """Whether stations can be made for this operator."""
    found = select(Operator.id).where(Operator.code == code, Operator.status == OperatorStatus.ACTIVE)
    return session.scalar(found) is not None


def _station(record: SessionRecord, making: Making) -> StationRecord:
    return StationRecord(
        code=record.station_code,
        name=record.station_name or record.station_code,
        operator_code=making.operator_code,
        operator_name=None,
        area_code=record.area_code or "",
        area_name=record.area_name or record.area_code or "",
        latitude=making.latitude,
        longitude=making.longitude,
        visible=False,  # nobody said where it really stands
    )
