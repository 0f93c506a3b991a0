"""What a tracked session costs so far, and whether that reached its limit."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.domain.money import to_minor
from portal.domain.rating import LineKind, Prices, Rated, rate
from portal.domain.tracking import Track
from portal.models import ChargingSession, Doubt, SessionDoubt, SessionStatus


def rate_session(session: Session, charging: ChargingSession, found: Track, *, at: datetime) -> None:
    """Rate the session by the tariff and the limit that it started with.

    Once the limit is reached the equipment is asked to stop; the session is flagged where the limit took off.
    """
    if charging.tariff is not None:
        _rate(session, charging, Prices.from_json(charging.tariff), found, at)
    session.flush()


def set_doubt(session: Session, charging: ChargingSession, doubt: Doubt, *, holds: bool) -> None:
    """Write or remove a doubt; one that was accepted stays accepted."""
    known = session.get(SessionDoubt, (charging.id, doubt))
    if holds and known is None:
        session.add(SessionDoubt(session_id=charging.id, doubt=doubt))
    elif not holds and known is not None and known.accepted_at is None:
        session.delete(known)


def _rate(session: Session, charging: ChargingSession, prices: Prices, found: Track, at: datetime) -> None:
    limit = _limit(charging)
    rated = rate(prices, found.billed_wh, found.charging_s, found.idle_s, limit)
    charging.net_minor, charging.vat_minor = rated.net_minor, rated.vat_minor
    charging.uncapped_minor, charging.rating = rated.uncapped_minor, rated.to_json()
    if (
        charging.stop_asked_at is None
        and charging.status is SessionStatus.RUNNING
        and _reached(rated, limit, prices)
    ):
        charging.stop_asked_at = at
    set_doubt(session, charging, Doubt.OVER_LIMIT, holds=rated.capped_by is LineKind.LIMIT)


def _limit(charging: ChargingSession) -> Decimal | None:
    kept = charging.settings.get("monetary_session_limit")
    return None if kept is None else Decimal(kept)


def _reached(rated: Rated, limit: Decimal | None, prices: Prices) -> bool:
    return limit is not None and rated.total_minor >= to_minor(limit, prices.currency)
