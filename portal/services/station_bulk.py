"""Many stations at once: locked, compared and changed in sets, one event a station."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import Area, AuditEvent, Station, StationStatus
from portal.queries.paging import AnySelect

from .audit import record_bulk, record_many
from .in_sets import UNSYNCHRONISED, chunks, fingerprint, several


@dataclass(frozen=True, slots=True)
class StationState:
    """What of a station decides who sees it, and whose it is."""

    id: int
    code: str
    area_id: int
    visible: bool
    status: StationStatus
    version: int
    area_version: int
    operator_id: int | None


Values = dict[str, Any]
StationChange = tuple[StationState, Values]


def locked_stations(session: Session, stmt: AnySelect) -> list[StationState]:
    """The stations of a Select that joins Area, locked until the transaction ends."""
    return [StationState(*row) for row in session.execute(_states(stmt).with_for_update(of=Station))]


def station_fingerprint(session: Session, stmt: AnySelect, target: Area | None = None) -> str:
    """What a preview was made of: another value means that something of it has changed since."""
    return _fingerprint([StationState(*row) for row in session.execute(_states(stmt))], target)


def change_many(
    session: Session,
    stmt: AnySelect,
    wanted: Values,
    *,
    seen: str,
    actor: Actor,
    at: datetime,
    target: Area | None = None,
) -> AuditEvent | None:
    """Give all stations of the Select the wanted `visible`, `status` or `area_id` (the target's); None: nothing to do.

    `seen` is the fingerprint of the preview that was decided on. Raises Conflict when it is no longer true.
    """
    states = locked_stations(session, stmt)
    if _fingerprint(states, target) != seen:
        raise Conflict(N_("The stations have changed since this preview was made. Look again and decide."))
    changes = [(each, wanted) for each in states if any(getattr(each, k) != v for k, v in wanted.items())]
    if not changes:
        return None
    owners = {state.operator_id for state, _values in changes} | ({target.operator_id} if target else set())
    codes = [state.code for state, _values in changes]
    said = {"stations": len(codes)} | {name: _plain(value) for name, value in wanted.items()}
    whose = owners.pop() if len(owners) == 1 else None
    action, names = _bulk_action(wanted), several(codes)
    event = record_bulk(session, actor, action, "station", names, at=at, operator_id=whose, after=said)
    change_stations(session, changes, event, actor=actor, at=at)
    return event


def _states(stmt: AnySelect) -> AnySelect:
    columns = (Station.id, Station.code, Station.area_id, Station.visible, Station.status, Station.version)
    ids: AnySelect = stmt.with_only_columns(
        *columns, Area.version, Area.operator_id, maintain_column_froms=True
    )
    return ids.order_by(None).order_by(Station.id)


def _fingerprint(states: Sequence[StationState], target: Area | None) -> str:
    rows = [(each.id, each.version, each.area_version) for each in states]
    return fingerprint(rows, (target.id, target.version) if target else None)


def _bulk_action(wanted: Values) -> str:
    if "visible" in wanted:
        return "stations.show" if wanted["visible"] else "stations.hide"
    return "stations.move" if "area_id" in wanted else "stations.status"


def change_stations(
    session: Session, changes: Sequence[StationChange], parent: AuditEvent, *, actor: Actor, at: datetime
) -> None:
    """Give each station (locked) its new values of `area_id`, `visible`, `status`; events hang on the parent."""
    groups: defaultdict[tuple[tuple[str, Any], ...], list[int]] = defaultdict(list)
    for state, values in changes:
        groups[tuple(sorted(values.items()))].append(state.id)
    for new, ids in groups.items():
        stmt = update(Station).values(dict(new) | {"version": Station.version + 1, "updated_at": at})
        for some in chunks(ids):
            session.execute(stmt.where(Station.id.in_(some)), execution_options=UNSYNCHRONISED)
    owners = _owners(session, changes)
    events = [event for state, values in changes for event in _events(state, values, owners)]
    record_many(session, actor, [event | {"parent_id": parent.id} for event in events], at=at)


def _owners(session: Session, changes: Sequence[StationChange]) -> dict[int, int | None]:
    """The operators of the areas that stations move to."""
    areas = {values["area_id"] for _state, values in changes if "area_id" in values}
    return dict(session.execute(select(Area.id, Area.operator_id).where(Area.id.in_(areas))).all())


def _events(state: StationState, values: Values, owners: dict[int, int | None]) -> Iterator[dict[str, Any]]:
    """One event, or where the station leaves a tenant one for each side: neither reads the other's words."""
    before = {name: _plain(getattr(state, name)) for name in values}
    after = {name: _plain(value) for name, value in values.items()}
    event = {
        "action": _action(values),
        "subject_type": "station",
        "subject_id": state.id,
        "subject": state.code,
    }
    owner = owners[values["area_id"]] if "area_id" in values else state.operator_id
    if owner == state.operator_id:
        yield event | {"operator_id": owner, "before": before, "after": after}
    else:
        yield event | {"operator_id": state.operator_id, "before": before}
        yield event | {"operator_id": owner, "after": after}


def _action(values: Values) -> str:
    if "area_id" in values:
        return "station.move"
    if values == {"status": StationStatus.CLOSED}:
        return "station.close"
    if set(values) == {"visible"}:
        return "station.show" if values["visible"] else "station.hide"
    return "station.update"


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StationStatus) else value
