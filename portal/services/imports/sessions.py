"""Sessions of a file: new ones made, known ones brought up to what the file says, all of them judged."""

from collections import Counter
from collections.abc import Sequence
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_precision

from portal.domain.doubts import Facts
from portal.domain.records import SessionRecord
from portal.domain.text import N_, said
from portal.domain.tracking import IDLE
from portal.models import ChargingSession, SessionStatus
from portal.services.bulk import insert_ready, reserve_ids, update_rows
from portal.services.doubts import judge, judge_new

from .batch import Batch, Kept, Outcome, Refused
from .session_places import Making, Place, SessionPlaces
from .session_store import COMPARED, SessionStore, Stored

NEW_COLUMNS = (
    "id", "external_id", "operator_id", "area_id", "station_id", *COMPARED, "status", "settings", "created_at", "version",
)  # fmt: skip
UNSAID = frozenset(
    {"charging_s", "idle_s", "end_reason"}
)  # a file that does not speak of them keeps what is stored
NO_STATION = N_("There is no station %(code)s.")
NO_DRIVER = N_("There is no driver %(number)s.")
NO_CONNECTOR = N_("Station %(code)s has no connector %(number)s of charger %(uid)s.")
TOO_EXACT = N_("%(currency)s has %(places)s decimal places.")
TOO_LARGE = N_("This amount is too large.")
TRACKED = N_("Equipment reported this session with other values; a file does not overwrite that.")
CORRECTED = N_("This session was changed in the portal, and that stays. The file differs in: %(fields)s.")
MOST_MINOR = 1 << 50
WIDE = Context(prec=60)  # more than an amount of a file has digits

Row = tuple[Any, ...]
Answer = Outcome | Refused | Kept


class SessionImport(Batch[SessionRecord]):
    """A session belongs to the operator that the station has when it is imported first; that stays.

    What was tracked live, or changed in the portal since, is not overwritten.
    """

    noun = "sessions"

    def __init__(self, *args: Any, making: Making | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._store = SessionStore(self.session)
        self._places = SessionPlaces(self, making)

    def take(self, records: Sequence[SessionRecord]) -> list[Answer]:
        self._places.look_up(records)
        rows = [self._row(record) for record in records]
        known = self._store.find([
            (row[0].station_id, record.external_id)
            for record, row in zip(records, rows, strict=True)
            if not isinstance(row, Refused)
        ])  # fmt: skip
        new: list[tuple[SessionRecord, Place, Row]] = []
        answers: list[Answer] = []
        differing: dict[int, tuple[Stored, Row]] = {}
        for record, row in zip(records, rows, strict=True):
            if isinstance(row, Refused):
                answers.append(row)
                continue
            place, values = row
            stored = known.get((place.station_id, record.external_id))
            if stored is None:
                new.append((record, place, values))
                answers.append(Outcome.NEW)
                continue
            if stored.row != values:
                differing[len(answers)] = stored, values
            answers.append(Outcome.UNCHANGED)
        self._insert(new)
        self._settle(differing, answers, records)
        return answers

    def finish(self, *, source: str, format_name: str, rejected: int) -> None:
        self._places.finish(
            source=source, format_name=format_name, tell=lambda what, n: self.count(what, number=n)
        )
        super().finish(source=source, format_name=format_name, rejected=rejected)

    def _row(self, record: SessionRecord) -> tuple[Place, Row] | Refused:
        """Where it was, and the values of COMPARED in the driver's own form."""
        place = self._places.stations[record.station_code]
        if place is None:
            reason = self._places.refused.get(record.station_code) or said(
                NO_STATION, code=record.station_code
            )
            return Refused("station_code", record.station_code, reason)
        uid, number = record.charger_uid, record.connector_number
        if place.plugs and (uid, number) not in place.plugs:
            reason = said(NO_CONNECTOR, code=record.station_code, number=number, uid=uid)
            return Refused("connector_number", str(number), reason)
        driver_id = self._places.drivers[record.driver_number] if record.driver_number else None
        if record.driver_number and driver_id is None:
            return Refused(
                "driver_number", record.driver_number, said(NO_DRIVER, number=record.driver_number)
            )
        currency = record.currency or place.currency
        net, vat = _minor("net", record.net, currency), _minor("vat", record.vat, currency)
        for amount in (net, vat):
            if isinstance(amount, Refused):
                return amount
        ready = self._store.ready
        return place, (
            uid, number, driver_id, ready(record.started_at), ready(record.ended_at), record.energy_wh, currency,
            net, vat, record.charging_s, record.idle_s, record.end_reason,
        )  # fmt: skip

    def _insert(self, new: Sequence[tuple[SessionRecord, Place, Row]]) -> None:
        ids = reserve_ids(self.session, ChargingSession, len(new))
        at = self._store.ready(self.at)
        rows, facts = [], []
        for id_, (record, place, values) in zip(ids, new, strict=True):
            status = _status(record.end_reason)
            beside = record.external_id, place.operator_id, place.area_id, place.station_id
            rows.append((id_, *beside, *values, status.value, "{}", at, 1))
            max_w = place.plugs.get((record.charger_uid, record.connector_number))
            facts.append(Facts(id_, record.started_at, record.ended_at, record.energy_wh, status, max_w))
        insert_ready(self.session, ChargingSession, NEW_COLUMNS, rows)
        judge_new(self.session, facts, self.at)
        for operator_id, number in Counter(place.operator_id for _, place, _ in new).items():
            self.count(Outcome.NEW, operator_id, number)

    def _settle(
        self,
        differing: dict[int, tuple[Stored, Row]],
        answers: list[Answer],
        records: Sequence[SessionRecord],
    ) -> None:
        """Change known sessions to what the file says, but for those that the portal knows better."""
        corrected = self._store.corrected([one.id for one, _ in differing.values() if one.tracked])
        updates = []
        for index, (stored, row) in differing.items():
            before, after = self._store.plain(stored.row), self._store.plain(row)
            after |= {name: before[name] for name in UNSAID if after[name] is None}
            changed = [name for name in COMPARED if before[name] != after[name]]
            if not changed:
                continue
            if stored.tracked and stored.id not in corrected:
                answers[index] = Refused("external_id", records[index].external_id, TRACKED)
            elif stored.tracked or stored.touched:
                answers[index] = Kept(said(CORRECTED, fields=", ".join(changed)))
            else:
                updates.append({"id": stored.id, **after, "status": _status(after["end_reason"])})
                self.note_event({
                    "action": "session.import", "subject_type": "charging_session", "subject_id": stored.id,
                    "subject": records[index].external_id, "operator_id": stored.operator_id,
                    "before": {name: before[name] for name in changed},
                    "after": {name: after[name] for name in changed},
                })  # fmt: skip
                self.count(Outcome.CHANGED, stored.operator_id)
                answers[index] = Outcome.CHANGED
        if updates:
            update_rows(self.session, ChargingSession, updates)
            self.write_events()
            judge(self.session, [row["id"] for row in updates], self.at)


def _status(end_reason: str | None) -> SessionStatus:
    return SessionStatus.CLOSED_IDLE if end_reason == IDLE else SessionStatus.CLOSED


@lru_cache(maxsize=1 << 14)
def _minor(name: str, amount: Decimal | None, currency: str) -> int | Refused | None:
    """An amount in minor units, exactly."""
    if amount is None:
        return None
    places = get_currency_precision(currency)
    scaled = amount.scaleb(places, WIDE)
    if scaled != scaled.to_integral_value():
        return Refused(name, str(amount), said(TOO_EXACT, currency=currency, places=places))
    return int(scaled) if abs(scaled) < MOST_MINOR else Refused(name, str(amount), TOO_LARGE)
