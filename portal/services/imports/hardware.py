"""Chargers and connectors of imported stations: added and changed, never removed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.connectors import fits
from portal.domain.records import ChargerRecord, ConnectorRecord
from portal.models import Charger, Connector, CurrentType
from portal.services.bulk import insert_rows, reserve_ids, update_rows

from .batch import Refused

CHARGER_COLUMNS = ("id", "station_id", "uid", "current_type")
CONNECTOR_COLUMNS = ("charger_id", "number", "standard", "max_w")


@dataclass(slots=True)
class StoredCharger:
    """A charger as it is in the database; connectors by number as (id, standard, max_w)."""

    id: int
    current: CurrentType
    connectors: dict[int, tuple[int, str, int | None]] = field(default_factory=dict)


Stored = dict[int, dict[str, StoredCharger]]


def stored_hardware(session: Session, station_ids: Collection[int]) -> Stored:
    """Chargers by station and uid."""
    found: Stored = defaultdict(dict)
    by_id: dict[int, StoredCharger] = {}
    chargers = select(Charger.id, Charger.station_id, Charger.uid, Charger.current_type).where(
        Charger.station_id.in_(station_ids)
    )
    for row in session.execute(chargers):
        by_id[row.id] = found[row.station_id][row.uid] = StoredCharger(row.id, row.current_type)
    connectors = (
        select(Connector.id, Connector.charger_id, Connector.number, Connector.standard, Connector.max_w)
        .join(Charger, Charger.id == Connector.charger_id)
        .where(Charger.station_id.in_(station_ids))
    )
    for id_, charger_id, number, standard, max_w in session.execute(connectors):
        by_id[charger_id].connectors[number] = (id_, standard, max_w)
    return found


class HardwarePlan:
    """What is to be written for the stations of one batch."""

    def __init__(self) -> None:
        self._chargers: list[tuple[int, ChargerRecord]] = []
        self._connectors: list[tuple[int, ConnectorRecord]] = []
        self._changed_chargers: list[dict[str, Any]] = []
        self._changed_connectors: list[dict[str, Any]] = []

    def add(self, station_id: int, chargers: Collection[ChargerRecord]) -> None:
        """Hardware of a new station."""
        self._chargers += [(station_id, charger) for charger in chargers]

    def merge(
        self, station_id: int, chargers: Collection[ChargerRecord], stored: dict[str, StoredCharger]
    ) -> bool:
        """Bring the station's hardware up to the record; False when nothing is to be done."""
        changed = False
        for charger in chargers:
            known = stored.get(charger.uid)
            if known is None:
                self._chargers.append((station_id, charger))
                changed = True
                continue
            if known.current != charger.current_type:
                self._changed_chargers.append(
                    {"id": known.id, "current_type": CurrentType(charger.current_type)}
                )
                changed = True
            for connector in charger.connectors:
                changed |= self._merge_connector(known, connector)
        return changed

    def _merge_connector(self, charger: StoredCharger, wanted: ConnectorRecord) -> bool:
        known = charger.connectors.get(wanted.number)
        if known is None:
            self._connectors.append((charger.id, wanted))
            return True
        id_, standard, max_w = known
        power = max_w if wanted.max_w is None else wanted.max_w  # not published: what is known stays
        if (standard, max_w) == (wanted.standard, power):
            return False
        self._changed_connectors.append({"id": id_, "standard": wanted.standard, "max_w": power})
        return True

    def write(self, session: Session) -> None:
        """Insert and update what was planned."""
        rows, plugs = [], [(id_, plug.number, plug.standard, plug.max_w) for id_, plug in self._connectors]
        ids = reserve_ids(session, Charger, len(self._chargers))
        for id_, (station_id, charger) in zip(ids, self._chargers, strict=True):
            rows.append((id_, station_id, charger.uid, charger.current_type))
            plugs += [(id_, plug.number, plug.standard, plug.max_w) for plug in charger.connectors]
        insert_rows(session, Charger, CHARGER_COLUMNS, rows)
        insert_rows(session, Connector, CONNECTOR_COLUMNS, plugs)
        update_rows(session, Charger, self._changed_chargers)
        update_rows(session, Connector, self._changed_connectors)


def misfit(chargers: Collection[ChargerRecord], stored: dict[str, StoredCharger]) -> Refused | None:
    """A charger that would change its current under connectors that the file does not name."""
    for charger in chargers:
        known, current = stored.get(charger.uid), charger.current_type
        if known is None or known.current == current:
            continue
        named = {connector.number for connector in charger.connectors}
        for number, (_, standard, _) in known.connectors.items():
            if number not in named and not fits(standard, current):
                has = f"Charger {charger.uid} has a connector {number} in the portal"
                return Refused("current_type", current, f"{has} that does not exist on {current}.")
    return None
