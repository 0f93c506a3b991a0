"""A file's records become service calls, a few thousand at a time; what is left out goes to a report."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from portal.domain.viewer import Actor
from portal.ingest.formats import Format, Kind
from portal.ingest.readers import read_drivers, read_members, read_stations
from portal.ingest.records import Accepted, Rejected, Skipped, shortened
from portal.ingest.sessions import read_sessions
from portal.ingest.sessions_time import Choices
from portal.ingest.source import Source
from portal.ingest.values import OFFSET
from portal.services.imports import (
    Defaults,
    DriverImport,
    Kept,
    Making,
    MemberImport,
    Outcome,
    Refused,
    SessionImport,
    StationImport,
    one_import_at_a_time,
)
from portal.services.imports.batch import Batch

R = TypeVar("R")
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Note:
    """Something that an accepted record could not carry."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file: records by outcome, rejections, rows skipped by the format's filter, notes.

    `made` counts what came into being beside the records (operators, areas), `kept` the unchanged ones that differ from
    the file because they were changed by hand.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    skipped: int = 0
    notes: int = 0
    kept: int = 0


Tell = Callable[[Rejected | Note], None]


def load(
    session: Session,
    kind: Kind,
    source: Source,
    format_: Format,
    defaults: Defaults,
    *,
    name: str,
    tell: Tell,
    actor: Actor,
    at: datetime,
    progress: Callable[[], None] = lambda: None,
    choices: Choices | None = None,
    making: Making | None = None,
) -> Loaded:
    """Write the file's records in the caller's transaction; `tell` hears of every rejection and note.

    `name` is what the audit trail calls the file; `progress` is called now and then. Raises FileError.
    For sessions, `choices` say how to read what is ambiguous, `making` what to do where stations are not known.
    """
    one_import_at_a_time(session)
    options = (session, defaults)
    if kind == "stations":
        stations = StationImport(*options, actor=actor, at=at)
        result = _run(stations, read_stations(source, format_), tell, progress)
        return _closed(stations, result, name, format_)
    if kind == "drivers":
        drivers = DriverImport(*options, actor=actor, at=at)
        result = _run(drivers, read_drivers(source, format_), tell, progress)
        return _closed(drivers, result, name, format_)
    if kind == "sessions":
        sessions = SessionImport(*options, making=making, actor=actor, at=at)
        result = _run(sessions, read_sessions(source, format_, choices or Choices()), tell, progress)
        return _closed(sessions, result, name, format_)
    members = MemberImport(*options, actor=actor, at=at)
    return _closed(members, _run(members, read_members(source, format_), tell, progress), name, format_)


def zone_of(format_: Format) -> str | None:
    """The zone that the format states for its times, if it states one."""
    return None if format_.file.time_zone == OFFSET else format_.file.time_zone


def _closed(batch: Batch[R], result: Loaded, name: str, format_: Format) -> Loaded:
    batch.finish(source=name, format_name=format_.name, rejected=result.rejected)
    result.made.update({what: count for what, count in batch.counts.items() if what not in set(Outcome)})
    return result


def _run(
    batch: Batch[R],
    items: Iterable[Accepted[R] | Rejected | Skipped],
    tell: Tell,
    progress: Callable[[], None],
) -> Loaded:
    outcomes: Counter[Outcome] = Counter()
    rejected = skipped = notes = kept = 0
    for chunk in _few_collections(_chunks(items)):
        good = [item for item in chunk if isinstance(item, Accepted)]
        results = iter(batch.take([item.record for item in good]) if good else ())
        for item in chunk:
            if isinstance(item, Skipped):
                skipped += 1
                continue
            if isinstance(item, Accepted):
                result = next(results)
                if not isinstance(result, Refused):
                    said = [item.note] if item.note else []
                    if isinstance(result, Kept):
                        kept += 1
                        said.append(result.note)
                        result = Outcome.UNCHANGED
                    outcomes[result] += 1
                    notes += len(said)
                    for text in said:
                        tell(Note(item.line, text))
                    continue
                item = Rejected(item.line, result.field, shortened(result.value), result.reason)
            rejected += 1
            tell(item)
        progress()
    return Loaded(outcomes, Counter(), rejected, skipped, notes, kept)


def _few_collections(chunks: Iterator[list[R]]) -> Iterator[list[R]]:
    """The chunks, with Python looking for cycles seldom: what rows are made of has none and is freed at once."""
    former = gc.get_threshold()
    gc.set_threshold(100_000, *former[1:])
    try:
        yield from chunks
    finally:
        gc.set_threshold(*former)


def _chunks(items: Iterable[R]) -> Iterator[list[R]]:
    chunk: list[R] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == BATCH:
            yield chunk
            chunk = []
    yield chunk
