"""Doubts about sessions, written and taken back as the sessions change."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Insert, and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from portal.domain.doubts import JUDGED, TOGETHER, Facts, doubts_between, own_doubts
from portal.models import Charger, ChargingSession, Connector, Doubt, SessionDoubt

from .in_sets import CHUNK, UNSYNCHRONISED, chunks

Found = dict[int, set[Doubt]]
Pair = tuple[Facts, Facts]

_one = aliased(ChargingSession)
_other = aliased(ChargingSession)
_before = aliased(ChargingSession)


def judge(session: Session, ids: Collection[int], at: datetime) -> None:
    """Make the doubts of these sessions what their facts at the instant `at` say; what was accepted and still holds
    stays accepted.

    Other sessions on the same connectors gain or lose overlap and duplicate with them. Doubts that do not follow from
    stored facts (an unknown token, the limit) stay untouched.
    """
    session.flush()
    for some in chunks(sorted(set(ids))):
        _judge(session, some, at)


def judge_new(session: Session, new: Sequence[Facts], at: datetime) -> None:
    """As `judge`, for sessions that were just inserted, all of their facts at hand: doubts only come, none go."""
    for start in range(0, len(new), CHUNK):
        some = new[start : start + CHUNK]
        wanted = {(facts.id, doubt) for facts in some for doubt in own_doubts(facts, at)}
        for pair in _new_pairs(session, [facts.id for facts in some]):
            wanted.update(doubts_between(*pair).items())
        _add(session, sorted(wanted))


def _new_pairs(session: Session, ids: Sequence[int]) -> Iterator[Pair]:
    """As `_pairs`, but only those with one of `ids`."""
    near = [*_ask(session, ids, _starts_within()), *_ask(session, ids, _comes_before())]
    yield from near
    known = set(ids)
    long = {id_ for pair in near for id_ in doubts_between(*pair)} | set(_doubted_beside(session, ids))
    within = and_(_starts_within(), _among(_other.id, ids))
    for some in chunks(sorted(long - known)):
        yield from _ask(session, some, within)


def _judge(session: Session, ids: Sequence[int], at: datetime) -> None:
    doubted = _doubted_beside(session, ids)
    wanted: Found = defaultdict(set)
    for facts in _facts(session, ids):
        wanted[facts.id] |= own_doubts(facts, at)
    subjects = sorted({*ids, *doubted})
    for pair in _pairs(session, subjects):
        for id_, doubt in doubts_between(*pair).items():
            wanted[id_].add(doubt)
    stored: Found = defaultdict(set)
    accountable = {**dict.fromkeys(doubted, TOGETHER), **dict.fromkeys(ids, JUDGED)}
    for some in chunks(sorted({*wanted, *accountable})):
        columns = select(SessionDoubt.session_id, SessionDoubt.doubt)
        for id_, doubt in session.execute(columns.where(SessionDoubt.session_id.in_(some))):
            stored[id_].add(doubt)
    _add(session, ((id_, doubt) for id_ in sorted(wanted) for doubt in wanted[id_] - stored[id_]))
    gone: dict[Doubt, list[int]] = defaultdict(list)
    for id_, kinds in accountable.items():
        for doubt in (stored[id_] & kinds) - wanted[id_]:
            gone[doubt].append(id_)
    _remove(session, gone)


def _facts(session: Session, ids: Sequence[int]) -> Iterator[Facts]:
    charger = and_(Charger.station_id == _one.station_id, Charger.uid == _one.charger_uid)
    plug = and_(Connector.charger_id == Charger.id, Connector.number == _one.connector_number)
    columns = [*_columns(_one), Connector.max_w]
    query = select(*columns).outerjoin(Charger, charger).outerjoin(Connector, plug)
    return (Facts(*row) for row in session.execute(query.where(_one.id.in_(ids))))


def _columns(of: Any) -> list[Any]:
    return [of.id, of.started_at, of.ended_at, of.energy_wh, of.status]


def _doubted_beside(session: Session, ids: Sequence[int]) -> list[int]:
    """Sessions on the connectors of these that overlap something or repeat it, as far as is stored."""
    connectors = select(_one.station_id, _one.charger_uid, _one.connector_number).where(_among(_one.id, ids))
    these = connectors.distinct().subquery()
    here = and_(
        _other.station_id == these.c.station_id,
        _other.charger_uid == these.c.charger_uid,
        _other.connector_number == these.c.connector_number,
    )
    doubt = and_(SessionDoubt.session_id == _other.id, SessionDoubt.doubt.in_(TOGETHER))
    return list(session.scalars(select(_other.id).distinct().join(these, here).join(SessionDoubt, doubt)))


def _pairs(session: Session, ids: Sequence[int]) -> Iterator[Pair]:
    """Sessions that may overlap or repeat one another, of which at least one is among `ids` or overlaps one of them.

    Whatever starts while a session lasts is found from that session. What began before it is found where nothing
    stands between; else it overlaps what stands between, and so is among `ids` or found by that.
    """
    near = [
        *(pair for some in chunks(ids) for pair in _ask(session, some, _starts_within())),
        *(pair for some in chunks(ids) for pair in _ask(session, some, _comes_before())),
    ]
    known = set(ids)
    beyond = sorted({other.id for one, other in near if doubts_between(one, other)} - known)
    yield from near
    for some in chunks(beyond):
        yield from _ask(session, some, _starts_within())


def _ask(session: Session, ids: Sequence[int], condition: ColumnElement[bool]) -> Iterator[Pair]:
    query = (
        select(*_columns(_one), *_columns(_other))
        .join(_other, and_(_same_connector(_other), condition))
        .where(_among(_one.id, ids), _other.id != _one.id)
    )
    return ((Facts(*row[:5]), Facts(*row[5:])) for row in session.execute(query))


def _among(column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Rows inserted together have numbers without a gap: then two of them say it all."""
    if ids and ids[-1] - ids[0] == len(ids) - 1:
        return column.between(ids[0], ids[-1])  # type: ignore[no-any-return]
    return column.in_(ids)  # type: ignore[no-any-return]


def _starts_within() -> ColumnElement[bool]:
    start, end = _one.started_at, func.coalesce(_one.ended_at, _one.started_at)
    within = or_(_other.started_at < end, _other.started_at == start)
    return and_(_other.started_at.between(start, end), within)  # the range alone is what an index finds


def _comes_before() -> ColumnElement[bool]:
    last = select(func.max(_before.started_at)).where(
        _same_connector(_before), _before.started_at < _one.started_at
    )
    lasts = func.coalesce(_other.ended_at, _other.started_at) > _one.started_at
    return and_(_other.started_at == last.correlate(_one).scalar_subquery(), lasts)


def _same_connector(of: Any) -> ColumnElement[bool]:
    return and_(
        of.station_id == _one.station_id,
        of.charger_uid == _one.charger_uid,
        of.connector_number == _one.connector_number,
    )


def _add(session: Session, doubts: Iterable[tuple[int, Doubt]]) -> None:
    """Two transactions may find the same at once: the second leaves it as it is."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(SessionDoubt) if on_postgresql else sqlite.insert(SessionDoubt)
    statement: Insert = insert.on_conflict_do_nothing()
    rows = [{"session_id": id_, "doubt": doubt} for id_, doubt in doubts]
    if rows:
        session.connection().execute(statement, rows)


def _remove(session: Session, gone: dict[Doubt, list[int]]) -> None:
    for doubt, ids in gone.items():
        for some in chunks(ids):
            these = delete(SessionDoubt).where(SessionDoubt.doubt == doubt, SessionDoubt.session_id.in_(some))
            session.execute(these, execution_options=UNSYNCHRONISED)
