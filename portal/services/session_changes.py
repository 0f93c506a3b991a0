"""What people change about a session: its doubts are accepted, it is stopped, it is corrected (docs: SEMANTICS)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.corrections import FIELDS, MOST_REASON, Pricing, check_correction, shown
from portal.domain.errors import Conflict, Invalid
from portal.domain.operator_values import Raw
from portal.domain.text import N_
from portal.domain.tracking import BY_HAND, Closing, Sample, Track, track
from portal.domain.values import required_text
from portal.domain.viewer import Actor
from portal.models import (
    ChargingSession,
    Doubt,
    Driver,
    SessionDoubt,
    SessionSample,
    SessionStatus,
)
from portal.queries.session_page import last_sample
from portal.queries.tracking import samples_of

from .audit import record
from .doubts import judge
from .session_ratings import rate_session, set_doubt
from .tracking import rules_of, stop_session
from .versions import check_version

TOLD = (
    *("status", "ended_at", "end_reason", "energy_wh", "charging_s", "idle_s", "driver_id"),
    *("net_minor", "vat_minor", "uncapped_minor"),
)
SECOND = timedelta(seconds=1)


def accept_doubts(
    session: Session, charging: ChargingSession, only: Doubt | None, *, actor: Actor, at: datetime
) -> int:
    """Accept one open doubt, or all of them; how many that were. Accepted, they keep it out of nothing any more."""
    found = _doubts(session, charging, only, accepted=False)
    for doubt in found:
        doubt.accepted_at, doubt.accepted_by = at, actor.label[:254]
    _tell(session, charging, "session.accept", found, actor, at)
    return len(found)


def withdraw_acceptance(
    session: Session, charging: ChargingSession, only: Doubt | None, *, actor: Actor, at: datetime
) -> int:
    """Accepted doubts, or one of them, are open again; how many that were."""
    found = _doubts(session, charging, only, accepted=True)
    for doubt in found:
        doubt.accepted_at, doubt.accepted_by = None, None
    _tell(session, charging, "session.withdraw", found, actor, at)
    return len(found)


def stop_by_hand(
    session: Session, charging: ChargingSession, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """End a running session (locked) now, with the energy that its meter has shown so far.

    Where equipment reports it, it is asked to stop as well. Raises Invalid (reason) and Conflict (has ended).
    """
    why = required_text("reason", reason, MOST_REASON)
    if charging.status is not SessionStatus.RUNNING:
        raise Conflict(N_("Session %(id)s has ended already."), id=charging.external_id)
    before, end = _told(charging), max(at, charging.started_at)
    if charging.start_wh is None:
        charging.status, charging.ended_at, charging.end_reason = SessionStatus.CLOSED, end, BY_HAND
        charging.check_at, charging.updated_at = None, at
    else:
        latest = session.scalar(last_sample(charging).where(SessionSample.at <= end))
        register = latest.meter_wh if latest else charging.start_wh
        charging.stop_asked_at = charging.stop_asked_at or at
        stop_session(session, charging, Closing(end, register, BY_HAND), actor=actor, at=at)
    judge(session, [charging.id], at)
    _record(session, charging, "session.stop", before, {"reason": why}, actor, at)


def correct_session(
    session: Session,
    charging: ChargingSession,
    raw: Raw,
    *,
    version: int,
    zone: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Correct end, energy, driver or amount of a session that has ended (locked, with its driver).

    `raw` is what was typed, times by clocks of `zone`. What it was before stays in the trail. Raises Invalid (any
    field, or nothing is different) and Conflict (still runs, a newer version).
    """
    if charging.status is SessionStatus.RUNNING:
        raise Conflict(
            N_("Session %(id)s still runs. Stop it first, then correct it."), id=charging.external_id
        )
    now = shown(charging, charging.driver.number if charging.driver else None, zone)
    check_version(now, version, {name: (raw.get(name) or "").strip() for name in FIELDS})
    values = check_correction(raw, charging, now, zone, at).accepted()
    before = _told(charging)
    with session.no_autoflush:
        _set_driver(session, charging, values["driver"])
        moved = (values["ended_at"], values["energy_wh"]) != (charging.ended_at, charging.energy_wh)
        charging.ended_at, charging.energy_wh = values["ended_at"], values["energy_wh"]
        found = _measured(session, charging, at) if moved or values["pricing"] is Pricing.TARIFF else None
        _price(session, charging, values, found, at)
        if _told(charging) == before:
            raise Invalid("", N_("Nothing is different from what is stored."))
        charging.updated_at = at
    judge(session, [charging.id], at)
    why = {"pricing": values["pricing"].value, "reason": values["reason"]}
    _record(session, charging, "session.correct", before, why, actor, at)


def _set_driver(session: Session, charging: ChargingSession, number: str | None) -> None:
    if number == (charging.driver.number if charging.driver else None):
        return
    driver = session.scalar(select(Driver).where(Driver.number == number)) if number else None
    if number and driver is None:
        raise Invalid("driver", N_("No driver has this number."))
    if driver is not None and driver.anonymised_at is not None:
        raise Invalid("driver", N_("Driver %(number)s is anonymised."), number=driver.number)
    charging.driver_id, charging.driver = driver.id if driver else None, driver
    if driver is not None:
        set_doubt(session, charging, Doubt.UNKNOWN_TOKEN, holds=False)


def _measured(session: Session, charging: ChargingSession, at: datetime) -> Track | None:
    """Charging and idle time up to the corrected end; None where end or energy is not known."""
    ended, energy_wh = charging.ended_at, charging.energy_wh
    if ended is None or energy_wh is None:
        return None
    if charging.start_wh is not None and charging.settings:
        samples = [Sample(row.at, row.meter_wh) for row in session.scalars(samples_of([charging.id]))]
        start = Sample(charging.started_at, charging.start_wh)
        closing = Closing(ended, charging.start_wh + energy_wh, charging.end_reason)
        return track(start, samples, closing, rules_of(charging), at)
    whole = (ended - charging.started_at) // SECOND
    charged = whole if charging.charging_s is None else min(charging.charging_s, whole)
    return Track(
        charging.status,
        energy_wh,
        charging.last_advance_at,
        ended,
        charging.end_reason,
        charging_s=charged,
        idle_s=whole - charged,
        check_at=None,
    )


def _price(
    session: Session, charging: ChargingSession, values: dict[str, Any], found: Track | None, at: datetime
) -> None:
    """By the tariff anew, or as it was typed; lines that no longer say where the amount comes from go."""
    moved = found is not None and (charging.start_wh is not None or charging.charging_s is not None)
    if found is not None and moved:
        charging.charging_s, charging.idle_s = found.charging_s, found.idle_s
        charging.last_advance_at = found.last_advance_at
    if values["pricing"] is Pricing.TARIFF and found is not None:
        rate_session(session, charging, found, at=at)
        return
    typed = (values["net_minor"], values["vat_minor"])
    if found is None and typed == (charging.net_minor, charging.vat_minor):
        return
    charging.net_minor, charging.vat_minor = typed
    charging.rating, charging.uncapped_minor = None, None
    set_doubt(session, charging, Doubt.OVER_LIMIT, holds=False)


def _doubts(
    session: Session, charging: ChargingSession, only: Doubt | None, *, accepted: bool
) -> Sequence[SessionDoubt]:
    state = SessionDoubt.accepted_at.is_not(None) if accepted else SessionDoubt.accepted_at.is_(None)
    wanted = select(SessionDoubt).where(SessionDoubt.session_id == charging.id, state)
    if only is not None:
        wanted = wanted.where(SessionDoubt.doubt == only)
    return session.scalars(wanted.order_by(SessionDoubt.doubt).with_for_update()).all()


def _tell(
    session: Session,
    charging: ChargingSession,
    action: str,
    doubts: Sequence[SessionDoubt],
    actor: Actor,
    at: datetime,
) -> None:
    if doubts:
        after = {"doubts": [each.doubt.value for each in doubts]}
        tenant = charging.operator_id
        record(session, actor, action, charging, at=at, operator_id=tenant, before={}, after=after)


def _record(
    session: Session,
    charging: ChargingSession,
    action: str,
    before: dict[str, Any],
    why: dict[str, str],
    actor: Actor,
    at: datetime,
) -> None:
    """What is different now, and why; the event stands for the original of what was corrected."""
    after, tenant = _told(charging), charging.operator_id
    changed = [name for name in TOLD if before[name] != after[name]]
    former, present = ({name: side[name] for name in changed} for side in (before, after))
    record(session, actor, action, charging, at=at, operator_id=tenant, before=former, after=present | why)


def _told(charging: ChargingSession) -> dict[str, Any]:
    plain = {name: getattr(charging, name) for name in TOLD}
    ended = charging.ended_at
    return plain | {"status": charging.status.value, "ended_at": ended.isoformat() if ended else None}
