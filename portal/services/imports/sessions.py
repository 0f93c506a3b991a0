"""Sessions of a file: new ones made, known ones brought up to what the file says, all of them judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import Row, select

from portal.domain.records import DriverRecord, SessionRecord, StationRecord
from portal.domain.text import N_, said
from portal.models import (
    Area,
    Charger,
    ChargingSession,
    Connector,
    Driver,
    Operator,
    OperatorStatus,
    SessionStatus,
    Station,
)
from portal.services.bulk import insert_rows, reserve_ids, update_rows
from portal.services.doubts import judge

from .batch import Batch, Outcome, Refused
from .drivers import DriverImport
from .stations import StationImport

FIELDS = (
    "charger_uid", "connector_number", "driver_id", "started_at", "ended_at", "energy_wh", "currency", "net_minor",
    "vat_minor",
)  # fmt: skip
NEW_COLUMNS = (
    "id", "external_id", "operator_id", "area_id", "station_id", *FIELDS, "status", "settings", "created_at", "version",
)  # fmt: skip
NO_STATION = N_("There is no station %(code)s.")
NO_DRIVER = N_("There is no driver %(number)s.")
NO_CONNECTOR = N_("Station %(code)s has no connector %(number)s of charger %(uid)s.")
TOO_EXACT = N_("%(currency)s has %(places)s decimal places.")
TOO_LARGE = N_("This amount is too large.")
KEPT = N_(
    "This session was tracked or changed in the portal with other values; a file does not overwrite that."
)
MOST_MINOR = 1 << 50


@dataclass(frozen=True, slots=True)
class Making:
    """Stations, areas and drivers that do not exist are made: hidden stations of this operator, all at one place."""

    operator_code: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class _Place:
    station_id: int
    area_id: int
    operator_id: int | None
    currency: str | None
    plugs: frozenset[tuple[str, int]]


class SessionImport(Batch[SessionRecord]):
    """A session belongs to the operator that the station has when it is imported first; that stays.

    What was tracked live, or changed in the portal since, is not overwritten.
    """

    noun = "sessions"

    def __init__(self, *args: Any, making: Making | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._making = making
        self._stations: dict[str, _Place | None] = {}
        self._drivers: dict[str, int | None] = {}
        self._refused: dict[str, str] = {}
        self._new_stations = StationImport(self.session, self.defaults, actor=self.actor, at=self.at)
        self._new_drivers = DriverImport(self.session, self.defaults, actor=self.actor, at=self.at)

    def take(self, records: Sequence[SessionRecord]) -> list[Outcome | Refused]:
        self._look_up(records)
        known = self._known(records)
        new: list[tuple[Any, ...]] = []
        updates: list[dict[str, Any]] = []
        outcomes = [self._one(record, known, new, updates) for record in records]
        ids = reserve_ids(self.session, ChargingSession, len(new))
        rows = [(id_, *row) for id_, row in zip(ids, new, strict=True)]
        insert_rows(self.session, ChargingSession, NEW_COLUMNS, rows)
        update_rows(self.session, ChargingSession, updates)
        self.write_events()
        judge(self.session, [*ids, *(row["id"] for row in updates)], self.at)
        return outcomes

    def finish(self, *, source: str, format_name: str, rejected: int) -> None:
        for beside, what in ((self._new_stations, "stations"), (self._new_drivers, "drivers")):
            beside.finish(source=source, format_name=format_name, rejected=0)
            if number := beside.counts[Outcome.NEW]:
                self.count(what, number=number)
        super().finish(source=source, format_name=format_name, rejected=rejected)

    def _one(
        self,
        record: SessionRecord,
        known: dict[tuple[int, str], Row[Any]],
        new: list[tuple[Any, ...]],
        updates: list[dict[str, Any]],
    ) -> Outcome | Refused:
        place = self._stations[record.station_code]
        if place is None:
            reason = self._refused.get(record.station_code) or said(NO_STATION, code=record.station_code)
            return Refused("station_code", record.station_code, reason)
        values = self._values(record, place)
        if isinstance(values, Refused):
            return values
        stored = known.get((place.station_id, record.external_id))
        if stored is None:
            new.append((
                record.external_id, place.operator_id, place.area_id, place.station_id, *values.values(),
                SessionStatus.CLOSED, {}, self.at, 1,
            ))  # fmt: skip
            self.count(Outcome.NEW, place.operator_id)
            return Outcome.NEW
        before = {name: getattr(stored, name) for name in FIELDS if getattr(stored, name) != values[name]}
        if not before:
            return Outcome.UNCHANGED
        if stored.start_wh is not None or stored.updated_at is not None:
            return Refused("external_id", record.external_id, KEPT)
        updates.append({"id": stored.id, **values})
        self.note_event({
            "action": "session.import", "subject_type": "session", "subject_id": stored.id,
            "subject": record.external_id, "operator_id": stored.operator_id,
            "before": before, "after": {name: values[name] for name in before},
        })  # fmt: skip
        self.count(Outcome.CHANGED, stored.operator_id)
        return Outcome.CHANGED

    def _values(self, record: SessionRecord, place: _Place) -> dict[str, Any] | Refused:
        """By field, in the order of FIELDS."""
        uid, number = record.charger_uid, record.connector_number
        if place.plugs and (uid, number) not in place.plugs:
            reason = said(NO_CONNECTOR, code=record.station_code, number=number, uid=uid)
            return Refused("connector_number", str(number), reason)
        driver_id = self._drivers[record.driver_number] if record.driver_number else None
        if record.driver_number and driver_id is None:
            return Refused(
                "driver_number", record.driver_number, said(NO_DRIVER, number=record.driver_number)
            )
        currency = record.currency or place.currency or self.defaults.currency
        amounts = []
        for name, amount in (("net", record.net), ("vat", record.vat)):
            minor = _minor(name, amount, currency)
            if isinstance(minor, Refused):
                return minor
            amounts.append(minor)
        times = record.started_at, record.ended_at
        row = (uid, number, driver_id, *times, record.energy_wh, currency, *amounts)
        return dict(zip(FIELDS, row, strict=True))

    def _known(self, records: Sequence[SessionRecord]) -> dict[tuple[int, str], Row[Any]]:
        stations = {place.station_id for place in self._stations.values() if place}
        columns = [getattr(ChargingSession, name) for name in FIELDS]
        extra = [ChargingSession.operator_id, ChargingSession.start_wh, ChargingSession.updated_at]
        names = {record.external_id for record in records}
        stations &= {place.station_id for record in records if (place := self._stations[record.station_code])}
        query = select(
            ChargingSession.id, ChargingSession.station_id, ChargingSession.external_id, *columns, *extra
        ).where(ChargingSession.station_id.in_(stations), ChargingSession.external_id.in_(names))
        return {
            (row.station_id, row.external_id): row for row in self.session.execute(query.with_for_update())
        }

    def _look_up(self, records: Sequence[SessionRecord]) -> None:
        """Stations and drivers that the records name; made where that was asked for."""
        codes = dict.fromkeys(one.station_code for one in records if one.station_code not in self._stations)
        self._stations |= self._places(codes)
        numbers = {one.driver_number for one in records if one.driver_number} - self._drivers.keys()
        self._drivers |= self._numbers(sorted(numbers))
        if self._making is None:
            return
        first = {
            one.station_code: one for one in reversed(records) if self._stations[one.station_code] is None
        }
        if made := [_station(one, self._making) for one in first.values() if one.area_code]:
            for one, outcome in zip(made, self._new_stations.take(made), strict=True):
                if isinstance(outcome, Refused):
                    self._refused[one.code] = outcome.reason
            self._stations |= self._places(dict.fromkeys(one.code for one in made))
        if missing := [number for number in sorted(numbers) if self._drivers[number] is None]:
            self._new_drivers.take([DriverRecord(number, number, None, None, ()) for number in missing])
            self._drivers |= self._numbers(missing)

    def _places(self, codes: dict[str, None]) -> dict[str, _Place | None]:
        query = (
            select(Station.code, Station.id, Station.area_id, Area.operator_id, Operator.currency)
            .join(Station.area)
            .outerjoin(Area.operator)
            .where(Station.code.in_(codes))
        )
        found = {row[0]: row[1:] for row in self.session.execute(query)} if codes else {}
        plugs: dict[int, set[tuple[str, int]]] = {row[0]: set() for row in found.values()}
        hardware = (
            select(Charger.station_id, Charger.uid, Connector.number)
            .join(Connector, Connector.charger_id == Charger.id)
            .where(Charger.station_id.in_(plugs))
        )
        for station_id, uid, number in self.session.execute(hardware) if plugs else ():
            plugs[station_id].add((uid, number))
        places: dict[str, _Place | None] = dict.fromkeys(codes)
        return places | {code: _Place(*row, frozenset(plugs[row[0]])) for code, row in found.items()}

    def _numbers(self, numbers: Sequence[str]) -> dict[str, int | None]:
        query = select(Driver.number, Driver.id).where(Driver.number.in_(numbers))
        none: dict[str, int | None] = dict.fromkeys(numbers)
        return none | {row[0]: row[1] for row in self.session.execute(query)} if numbers else none


def operator_exists(session: Any, code: str) -> bool:
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


def _minor(name: str, amount: Decimal | None, currency: str) -> int | Refused | None:
    """An amount in minor units, exactly."""
    if amount is None:
        return None
    places = get_currency_precision(currency)
    scaled = amount.scaleb(places)
    if scaled != scaled.to_integral_value():
        return Refused(name, str(amount), said(TOO_EXACT, currency=currency, places=places))
    return int(scaled) if abs(scaled) < MOST_MINOR else Refused(name, str(amount), TOO_LARGE)
