"""Sessions as equipment reports them: opened, sampled, stopped, closed when idle (see SEMANTICS: "Sessions")."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.domain.text import N_
from portal.domain.tracking import Closing, Rules, Sample, Track, first_stop, track
from portal.domain.viewer import Actor
from portal.models import ChargingSession, SessionSample, SessionStatus
from portal.queries.tracking import due_sessions, samples_of

from .audit import record
from .doubts import judge
from .session_ratings import rate_session

SAMPLES_MOST = 1000
NOT_TRACKED = N_("Session %(id)s was not started by the equipment, so it takes no samples.")
Reports = dict[int, list[SessionSample]]


def add_samples(
    session: Session, charging: ChargingSession, samples: Sequence[Sample], *, actor: Actor, at: datetime
) -> ChargingSession:
    """Take in what the meter said, in any order and however often; `charging` is loaded locked.

    Raises Invalid (none, or more than SAMPLES_MOST).
    """
    if not 0 < len(samples) <= SAMPLES_MOST:
        raise Invalid("samples", N_("Expected 1 to %(most)s samples."), most=SAMPLES_MOST)
    rows = [{"at": sample.at, "meter_wh": sample.meter_wh, "closing": False} for sample in samples]
    return _take_in(session, charging, rows, actor, at)


def stop_session(
    session: Session, charging: ChargingSession, closing: Closing, *, actor: Actor, at: datetime
) -> ChargingSession:
    """Close the session on its exact energy, also one that was given up as idle; the earliest stop counts.

    Raises Invalid (a stop before the start).
    """
    if closing.at < charging.started_at:
        raise Invalid("at", N_("Expected an instant at or after the start of the session."))
    row = {"at": closing.at, "meter_wh": closing.meter_wh, "closing": True, "reason": closing.reason}
    return _take_in(session, charging, [row], actor, at)


def close_idle(session: Session, *, actor: Actor, at: datetime, limit: int = 100) -> int:
    """Close at most `limit` sessions whose deadline has passed, each at its last activity; how many were claimed.

    Several may do this at once: on PostgreSQL each claims other rows, on SQLite the write lock is held already.
    """
    claimed = list(session.scalars(due_sessions(at, limit).execution_options(populate_existing=True)))
    reports = _reports(session, claimed)
    ended = [one for one in claimed if _apply(session, one, judged(one, reports[one.id], at), actor, at)]
    judge(session, [charging.id for charging in ended], at)
    return len(claimed)


def judged(charging: ChargingSession, reports: Iterable[SessionSample], at: datetime) -> Track:
    """The track of a session by what its meter said."""
    known = list(reports)
    samples = [Sample(row.at, row.meter_wh) for row in known if not row.closing]
    stop = first_stop(Closing(row.at, row.meter_wh, row.reason) for row in known if row.closing)
    return track(Sample(charging.started_at, charging.start_wh or 0), samples, stop, rules_of(charging), at)


def rules_of(charging: ChargingSession) -> Rules:
    """The settings that the session started with."""
    kept = charging.settings
    return Rules(kept["energy_step_wh"], timedelta(minutes=kept["idle_timeout_min"] or 0))


def _take_in(
    session: Session, charging: ChargingSession, rows: list[dict[str, object]], actor: Actor, at: datetime
) -> ChargingSession:
    """Store and judge anew. A session that somebody corrected by hand keeps the correction.

    Raises Conflict for a session that no equipment started.
    """
    if charging.start_wh is None:
        raise Conflict(NOT_TRACKED, id=charging.external_id)
    by_hand = False
    at_least = max(at, charging.updated_at or at)  # the clock of whoever closed it may be ahead of ours
    if charging.status is not SessionStatus.RUNNING:
        before = _reports(session, [charging])[charging.id]
        by_hand = not _stands(charging, judged(charging, before, at_least))
    _store(session, charging, rows)
    if not by_hand:
        found = judged(charging, _reports(session, [charging])[charging.id], at_least)
        if _apply(session, charging, found, actor, at):
            judge(session, [charging.id], at)
    return charging


def _store(session: Session, charging: ChargingSession, rows: list[dict[str, object]]) -> None:
    """Of two reports of one instant the higher register stays, so that their order does not count."""
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    stmt = insert(SessionSample.__table__)
    new, old = stmt.excluded, SessionSample
    higher = new.meter_wh > old.meter_wh
    tie = (new.meter_wh == old.meter_wh) & (func.coalesce(new.reason, "") < func.coalesce(old.reason, ""))
    stmt = stmt.on_conflict_do_update(
        index_elements=[old.session_id, old.at, old.closing],
        set_={"meter_wh": new.meter_wh, "reason": new.reason},
        where=or_(higher, tie),
    )
    same = {"session_id": charging.id, "reason": None}
    session.execute(stmt, [same | row for row in rows])


def _reports(session: Session, claimed: Sequence[ChargingSession]) -> Reports:
    found: Reports = defaultdict(list)
    stmt = samples_of([charging.id for charging in claimed]).execution_options(populate_existing=True)
    for row in session.scalars(stmt):
        found[row.session_id].append(row)
    return found


def _stands(charging: ChargingSession, found: Track) -> bool:
    """Whether the session says what its meter said, and was not corrected since (an amount by hand has no lines)."""
    row = (charging.status, charging.ended_at, charging.energy_wh)
    priced_by_hand = charging.tariff is not None and charging.rating is None
    return row == (found.status, found.ended_at, found.energy_wh) and not priced_by_hand


def _apply(session: Session, charging: ChargingSession, found: Track, actor: Actor, at: datetime) -> bool:
    """Write the track down and rate it; what ends, or is ended otherwise, leaves its event.

    Whether it has to be judged for doubts anew: at its end, and when it turns out to run on.
    """
    before, former = _shown(charging), charging.status
    if not _changed(charging, found):
        return False
    charging.updated_at = at
    rate_session(session, charging, found, at=at)
    action = _action(former, found.status, before != _shown(charging))
    if action is not None:
        after, tenant = _shown(charging), charging.operator_id
        record(session, actor, action, charging, at=at, operator_id=tenant, before=before, after=after)
    return {former, found.status} != {SessionStatus.RUNNING}


def _changed(charging: ChargingSession, found: Track) -> bool:
    """Whether the row had to be brought up to the track."""
    values = {
        **{"status": found.status, "energy_wh": found.energy_wh, "last_advance_at": found.last_advance_at},
        **{"ended_at": found.ended_at, "end_reason": found.end_reason, "check_at": found.check_at},
        **{"charging_s": found.charging_s, "idle_s": found.idle_s},
    }
    different = {name: value for name, value in values.items() if getattr(charging, name) != value}
    for name, value in different.items():
        setattr(charging, name, value)
    return bool(different)


def _action(former: SessionStatus, now: SessionStatus, differs: bool) -> str | None:
    """What a change of state is called; a session that runs on, or ends for the first time by its stop, is no news."""
    if former is SessionStatus.RUNNING:
        return "session.close_idle" if now is SessionStatus.CLOSED_IDLE else None
    return "session.correct" if differs else None


def _shown(charging: ChargingSession) -> dict[str, object]:
    """What people read of a session, as the trail keeps it."""
    ended = charging.ended_at
    return {
        "status": charging.status.value,
        "ended_at": ended.isoformat() if ended else None,
        "end_reason": charging.end_reason,
        "energy_wh": charging.energy_wh,
        "net_minor": charging.net_minor,
        "vat_minor": charging.vat_minor,
    }
