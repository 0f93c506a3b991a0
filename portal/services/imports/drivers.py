"""Drivers of a file, with their tokens."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.domain.errors import Invalid
from portal.domain.records import DriverRecord
from portal.domain.search import search_text
from portal.models import Driver, DriverStatus, Token, TokenKind
from portal.services.bulk import insert_rows, reserve_ids, update_rows
from portal.services.drivers import DriverData

from .batch import Batch, Outcome, Refused

FIELDS = ("name", "email", "phone", "phone_e164")
NEW_COLUMNS = ("id", "number", *FIELDS, "status", "search", "created_at", "updated_at", "version")
TOKEN_COLUMNS = ("driver_id", "uid", "kind", "blocked")


class DriverImport(Batch[DriverRecord]):
    """An empty email or phone keeps what is stored; tokens are added, never taken away or moved."""

    noun = "drivers"

    def take(self, records: Sequence[DriverRecord]) -> list[Outcome | Refused]:
        known = self._known(records)
        owners = self._owners(records)
        uids = self._uids(known)
        new: list[tuple[DriverRecord, dict[str, Any]]] = []
        updates: list[dict[str, Any]] = []
        tokens: list[tuple[int, str]] = []
        outcomes: list[Outcome | Refused] = []
        for record in records:
            outcome = self._one(record, known.get(record.number), owners, uids, new, updates, tokens)
            outcomes.append(outcome)
            if not isinstance(outcome, Refused):
                owners |= dict.fromkeys(record.token_uids, record.number)
                if outcome is not Outcome.UNCHANGED:
                    self.count(outcome)
        ids = reserve_ids(self.session, Driver, len(new))
        rows = []
        for id_, (record, values) in zip(ids, new, strict=True):
            search = _search(record.number, values, record.token_uids)
            rows.append(
                (id_, record.number, *values.values(), DriverStatus.ACTIVE, search, self.at, self.at, 1)
            )
            tokens += [(id_, uid) for uid in record.token_uids]
        insert_rows(self.session, Driver, NEW_COLUMNS, rows)
        update_rows(self.session, Driver, updates)
        insert_rows(
            self.session, Token, TOKEN_COLUMNS, [(id_, uid, TokenKind.RFID, False) for id_, uid in tokens]
        )
        return outcomes

    def _one(
        self,
        record: DriverRecord,
        known: Any,
        owners: dict[str, str],
        uids: dict[int, list[str]],
        new: list[tuple[DriverRecord, dict[str, Any]]],
        updates: list[dict[str, Any]],
        tokens: list[tuple[int, str]],
    ) -> Outcome | Refused:
        for uid in record.token_uids:
            if owners.get(uid, record.number) != record.number:
                return Refused("token_uid", uid, f"This token belongs to driver {owners[uid]}.")
        data = DriverData(record.name, record.email, record.phone, self.defaults.country)
        try:
            values = {name: data.checked()[name] for name in FIELDS}
        except Invalid as error:
            return Refused(error.field, str(getattr(record, error.field, "")), str(error))
        if known is None:
            new.append((record, values))
            return Outcome.NEW
        if known.anonymised_at is not None:
            return Refused("number", record.number, "This driver is anonymised and stays as it is.")
        if record.email is None:
            values["email"] = known.email
        if record.phone is None:
            values |= {"phone": known.phone, "phone_e164": known.phone_e164}
        present = uids.get(known.id, [])
        added = [uid for uid in record.token_uids if uid not in present]
        if not added and all(getattr(known, name) == value for name, value in values.items()):
            return Outcome.UNCHANGED
        tokens += [(known.id, uid) for uid in added]
        search = _search(record.number, values, sorted([*present, *added]))
        updates.append({"id": known.id, **values, "search": search, "updated_at": self.at})
        return Outcome.CHANGED

    def _known(self, records: Sequence[DriverRecord]) -> dict[str, Any]:
        columns = [getattr(Driver, name) for name in FIELDS]
        query = select(Driver.id, Driver.number, Driver.anonymised_at, *columns).where(
            Driver.number.in_([record.number for record in records])
        )
        return {row.number: row for row in self.session.execute(query.with_for_update())}

    def _owners(self, records: Sequence[DriverRecord]) -> dict[str, str]:
        """Number of the driver by token, for the tokens that the records name."""
        named = [uid for record in records for uid in record.token_uids]
        query = select(Token.uid, Driver.number).join(Token.driver).where(Token.uid.in_(named))
        return {row.uid: row.number for row in self.session.execute(query)} if named else {}

    def _uids(self, known: dict[str, Any]) -> dict[int, list[str]]:
        """All tokens of the known drivers."""
        found: dict[int, list[str]] = defaultdict(list)
        query = select(Token.driver_id, Token.uid).where(
            Token.driver_id.in_([row.id for row in known.values()])
        )
        for driver_id, uid in self.session.execute(query) if known else ():
            found[driver_id].append(uid)
        return found


def _search(number: str, values: dict[str, Any], uids: Sequence[str]) -> str:
    return search_text(*(values[name] for name in FIELDS), number, *uids)
