"""Sessions as the database has them: found many at once, compared without making objects of them."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import AuditEvent

COMPARED = (
    "charger_uid", "connector_number", "driver_id", "started_at", "ended_at", "energy_wh", "currency", "net_minor",
    "vat_minor", "charging_s", "idle_s", "end_reason",
)  # fmt: skip
TIMES = (COMPARED.index("started_at"), COMPARED.index("ended_at"))
_COLUMNS = ", ".join(f"s.{name}" for name in COMPARED)
_BESIDE = "s.id, s.station_id, s.external_id, s.operator_id, s.start_wh IS NOT NULL, s.updated_at IS NOT NULL"
# Each engine gets all keys in one parameter: thousands of them would take longer to bind than to find.
_FIND = {
    "sqlite": f"""
        SELECT {_BESIDE}, {_COLUMNS} FROM json_each(?) AS wanted CROSS JOIN charging_session AS s
        ON s.station_id = json_extract(wanted.value, '$[0]') AND s.external_id = json_extract(wanted.value, '$[1]')
    """,  # noqa: S608 - our own names of columns
    "postgresql": f"""
        SELECT {_BESIDE}, {_COLUMNS} FROM unnest(%s::bigint[], %s::varchar[]) AS wanted (station_id, external_id)
        JOIN charging_session AS s USING (station_id, external_id) FOR UPDATE OF s
    """,  # noqa: S608
}

CACHE_KB = 16_000
Key = tuple[int, str]


class Stored(NamedTuple):
    """A session that is there. `row` has the values of COMPARED in the driver's own form.

    `tracked`: equipment reported it; `touched`: it was changed in the portal since it was imported.
    """

    id: int
    operator_id: int | None
    tracked: bool
    touched: bool
    row: tuple[Any, ...]


class SessionStore:
    """Speaks to one engine."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._engine = session.get_bind().dialect.name
        if self._engine == "sqlite":
            # Indexes of many sessions do not fit into the 2 MB that SQLite takes by itself.
            session.connection().exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KB}")

    def find(self, keys: Sequence[Key]) -> dict[Key, Stored]:
        """The stored ones of these (station id, external id), locked until the transaction ends."""
        if self._engine == "sqlite":
            given: tuple[Any, ...] = (json.dumps(keys),)
        else:
            given = ([station for station, _ in keys], [name for _, name in keys])
        found = self._session.connection().exec_driver_sql(_FIND[self._engine], given)
        return {
            (row[1], row[2]): Stored(row[0], row[3], bool(row[4]), bool(row[5]), tuple(row[6:]))
            for row in found
        }

    def ready(self, instant: datetime | None) -> Any:
        """An instant in UTC in the driver's own form."""
        if instant is None or self._engine != "sqlite":
            return instant
        return instant.isoformat(" ", "microseconds")[:26]

    def plain(self, row: tuple[Any, ...]) -> dict[str, Any]:
        """The values of COMPARED by name, instants in UTC again."""
        values = dict(zip(COMPARED, row, strict=True))
        for index in TIMES:
            values[COMPARED[index]] = _instant(row[index])
        return values

    def corrected(self, ids: Collection[int]) -> set[int]:
        """Those of these sessions that a person corrected, by the audit trail."""
        query = select(AuditEvent.subject_id).where(
            AuditEvent.subject_type == "charging_session",
            AuditEvent.subject_id.in_(ids),
            AuditEvent.action == "session.correct",
            AuditEvent.via != "api",  # equipment that knew better later
        )
        return {id_ for id_ in self._session.scalars(query) if id_ is not None} if ids else set()


def _instant(value: Any) -> datetime | None:
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC) if value else None
