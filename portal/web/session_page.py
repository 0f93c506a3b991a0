"""The page of one session, the same for admins and operators; its times are those of the session's operator."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response

from portal.domain.clock import now
from portal.domain.corrections import limit_of
from portal.domain.rating import Prices
from portal.extensions import db
from portal.models import ChargingSession, Doubt, SessionStatus
from portal.queries import session_page as query
from portal.queries.paging import AnySelect

from .auth import viewer
from .curves import Curve, energy_curve
from .htmx import page
from .lookup import found, row_id
from .session_page_history import Happening, history_of, originals, typed_by_hand
from .session_page_words import DOUBT_WORDS, bill_lines, snapshot

MOST_POINTS = 200
MOST_EVENTS = 100
MOST_BESIDE = 5
TOGETHER = (Doubt.OVERLAP, Doubt.DUPLICATE)


def show_session(session_id: int, **context: Any) -> Response:
    """One session with all that is known of it; NotFound for what the viewer may not read."""
    charging = found(db.session.scalar(query.one_session(viewer(), row_id(session_id))))
    return page("shared/session_page.html", **session_facts(charging, now()), **context)


def session_facts(charging: ChargingSession, at: datetime) -> dict[str, Any]:
    """What the templates of the page read."""
    doubts = db.session.scalars(query.doubts_of(charging)).all()
    zone = zone_of(charging)
    events = _events(charging, zone)
    tariff = Prices.from_json(charging.tariff) if charging.tariff else None
    return {
        "session": charging,
        "zone": zone,
        "running": charging.status is SessionStatus.RUNNING,
        "charged": _span(charging.charging_s),
        "idled": _span(charging.idle_s),
        "curve": _curve(charging, at, zone),
        "doubts": [(doubt, DOUBT_WORDS[doubt.doubt]) for doubt in doubts],
        "open_doubts": sum(doubt.accepted_at is None for doubt in doubts),
        "beside": _beside(charging, doubts),
        "tariff": tariff,
        "lines": bill_lines(charging, tariff),
        "limit": limit_of(charging),
        "by_hand": typed_by_hand(events),
        "originals": originals(events, zone, charging.currency),
        "events": events,
        "events_cut": len(events) == MOST_EVENTS,
        "snapshot": snapshot(charging),
    }


def zone_of(charging: ChargingSession) -> str:
    """The clocks of the session's operator, else those of whoever asks."""
    return charging.operator.timezone if charging.operator else viewer().zone


def _curve(charging: ChargingSession, at: datetime, zone: str) -> Curve | None:
    """None where no meter was listened to, or has said nothing yet."""
    if charging.start_wh is None:
        return None
    rows = db.session.execute(query.samples_over_time(charging, MOST_POINTS)).all()
    if not rows:
        return None
    start = (charging.started_at, charging.start_wh)
    until = at if charging.ended_at is None else charging.ended_at
    samples = [(row[0], row[1]) for row in rows]
    return energy_curve(start, samples, charging.ended_at, until, zone, rows[0][2])


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _beside(charging: ChargingSession, doubts: Any) -> list[ChargingSession]:
    if not any(each.doubt in TOGETHER for each in doubts):
        return []
    return list(db.session.scalars(query.beside(viewer(), charging).limit(MOST_BESIDE)))


def _events(charging: ChargingSession, zone: str) -> list[Happening]:
    stmt: AnySelect = query.history(viewer(), charging).limit(MOST_EVENTS)
    return history_of(db.session(), [row[0] for row in db.session.execute(stmt)], zone, charging.currency)
