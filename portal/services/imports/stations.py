"""Stations of a file: new ones made, known ones brought up to what the file says."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from portal.domain.records import StationRecord
from portal.domain.search import search_text
from portal.models import Area, Station, StationStatus
from portal.services.bulk import insert_rows, reserve_ids, update_rows

from .batch import Batch, Outcome, Refused
from .hardware import HardwarePlan, Stored, misfit, stored_hardware
from .places import Place, Places

FIELDS = (
    "name", "area_id", "latitude", "longitude", "address", "city", "state", "zip", "country", "opening_hours",
    "visible", "status",
)  # fmt: skip
OPTIONAL = ("address", "city", "state", "zip", "country", "opening_hours")
NEW_COLUMNS = ("id", "code", *FIELDS, "search", "created_at", "updated_at", "version")
# Who sees a station changes with these: each such change leaves an audit row of its own.
WATCHED = frozenset({"area_id", "visible", "status"})

Known = dict[str, Row[Any]]


class StationImport(Batch[StationRecord]):
    """What the file does not speak of stays as it is stored; names of known areas and operators stay too."""

    noun = "stations"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = Places(self)
        self._new: list[tuple[StationRecord, dict[str, Any]]] = []
        self._updates: list[dict[str, Any]] = []

    def take(self, records: Sequence[StationRecord]) -> list[Outcome | Refused]:
        self._places.look_up(records)
        known = self._known(records)
        hardware = stored_hardware(self.session, [row.id for row in known.values()]) if known else {}
        plan = HardwarePlan()
        outcomes = [self._one(record, known.get(record.code), hardware, plan) for record in records]
        self._write(plan)
        return outcomes

    def _known(self, records: Sequence[StationRecord]) -> Known:
        columns = [getattr(Station, name) for name in FIELDS]
        query = (
            select(Station.id, Station.code, *columns, Area.operator_id)
            .join(Station.area)
            .where(Station.code.in_([record.code for record in records]))
            .with_for_update(of=Station)
        )
        return {row.code: row for row in self.session.execute(query)}

    def _one(
        self, record: StationRecord, known: Row[Any] | None, hardware: Stored, plan: HardwarePlan
    ) -> Outcome | Refused:
        stored = hardware.get(known.id, {}) if known else {}
        if refused := misfit(record.chargers, stored):
            return refused
        place = self._places.place(record)
        if isinstance(place, Refused):
            return place
        values = _values(record, place, known)
        if known is None:
            self._new.append((record, values))
            self.count(Outcome.NEW, place.operator_id)
            return Outcome.NEW
        changed = plan.merge(known.id, record.chargers, stored)
        if before := {name: getattr(known, name) for name in FIELDS if getattr(known, name) != values[name]}:
            changed = True
            search = search_text(record.code, values["name"], values["address"], values["city"])
            self._updates.append({"id": known.id, **values, "search": search, "updated_at": self.at})
            if WATCHED & before.keys():
                self._note_change(known, place, before, {name: values[name] for name in before})
        if not changed:
            return Outcome.UNCHANGED
        self.count(Outcome.CHANGED, place.operator_id)
        return Outcome.CHANGED

    def _note_change(
        self, known: Row[Any], place: Place, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        event = {"subject_type": "station", "subject_id": known.id, "subject": known.code}
        if known.operator_id != place.operator_id:  # one event a tenant: neither reads the other's words
            left = {"operator_id": known.operator_id, "before": before}
            came = {"operator_id": place.operator_id, "after": after}
            self.note_event({**event, "action": "station.move", **left})
            self.note_event({**event, "action": "station.move", **came})
            return
        action = "station.update"
        if "visible" in after:
            action = "station.show" if after["visible"] else "station.hide"
        tenant = place.operator_id
        self.note_event({**event, "action": action, "operator_id": tenant, "before": before, "after": after})

    def _write(self, plan: HardwarePlan) -> None:
        self._places.write()
        rows = []
        ids = reserve_ids(self.session, Station, len(self._new))
        for id_, (record, values) in zip(ids, self._new, strict=True):
            search = search_text(record.code, record.name, record.address, record.city)
            rows.append((id_, record.code, *values.values(), search, self.at, self.at, 1))
            plan.add(id_, record.chargers)
        insert_rows(self.session, Station, NEW_COLUMNS, rows)
        update_rows(self.session, Station, self._updates)
        plan.write(self.session)
        self.write_events()
        self._new.clear()
        self._updates.clear()


def _values(record: StationRecord, place: Place, known: Row[Any] | None) -> dict[str, Any]:
    """By field, in the order of FIELDS: what is to be stored."""
    values: dict[str, Any] = {
        "name": record.name,
        "area_id": place.id,
        "latitude": record.latitude,
        "longitude": record.longitude,
    }
    for name in OPTIONAL:
        said = getattr(record, name)
        values[name] = getattr(known, name, None) if said is None else said or None
    values["visible"] = record.visible
    stored = known.status if known else StationStatus.AVAILABLE
    values["status"] = StationStatus(record.status) if record.status else stored
    return values
