"""Sessions as equipment reports them: start, samples, stop (see README: "Sessions from equipment").

The connector is `"<charger uid>/<number>"`, or the number alone where the station has one charger. Reports may come
late, twice or out of order; a report that was not answered is sent again as it was. `stop` in an answer asks the
equipment to end the charging.
"""

from typing import Any

from flask import Response, jsonify

from portal.domain.clock import now
from portal.domain.errors import Forbidden
from portal.domain.tracking import BY_HAND
from portal.models import ChargingSession, SessionStatus
from portal.queries.tracking import reported_session, reporting_station
from portal.services import tracking
from portal.services.session_start import Start, open_session, refuse_session
from portal.web.lookup import found
from portal.web.site import current_site
from portal.web.transaction import transaction

from .blueprint import bp
from .reading import body, read_closing, read_samples, read_start
from .stations import equipment_actor, station_id


@bp.post("/ingest/sessions")
def start_session() -> tuple[Response, int]:
    """201, also when the start was known already; 403 with the reason when nobody, or this driver, may charge."""
    station, start = station_id(), read_start(body())
    try:
        return _started(station, start), 201
    except Forbidden as refusal:
        with transaction() as session:
            at = found(session.scalar(reporting_station(station)))
            refuse_session(session, at, start, refusal, actor=equipment_actor(), at=now())
        raise


@bp.post("/ingest/sessions/<session_id>/samples")
def add_samples(session_id: str) -> Response:
    """What the meter said; 404 for a session that was not started."""
    station, samples = station_id(), read_samples(body())
    with transaction() as session:
        charging = found(session.scalar(reported_session(station, session_id)))
        tracking.add_samples(session, charging, samples, actor=equipment_actor(), at=now())
    return jsonify(_shown(charging))


@bp.post("/ingest/sessions/<session_id>/stop")
def stop_session(session_id: str) -> Response:
    """The end, on the exact energy; 404 for a session that was not started."""
    station, closing = station_id(), read_closing(body())
    with transaction() as session:
        charging = found(session.scalar(reported_session(station, session_id)))
        tracking.stop_session(session, charging, closing, actor=equipment_actor(), at=now())
    return jsonify(_shown(charging))


def _started(station_number: int, start: Start) -> Response:
    currency = current_site().currency
    with transaction() as session:
        station = found(session.scalar(reporting_station(station_number)))
        who = equipment_actor()
        charging = open_session(session, station, start, currency=currency, actor=who, at=now())
    return jsonify(_shown(charging))


def _to_be_stopped(charging: ChargingSession) -> bool:
    """It runs, or was ended by somebody in the portal while the equipment goes on."""
    return charging.status is SessionStatus.RUNNING or charging.end_reason == BY_HAND


def _shown(charging: ChargingSession) -> dict[str, Any]:
    """A session as its equipment may know it."""
    ended = charging.ended_at
    return {
        "id": charging.external_id,
        "status": charging.status.value,
        "started_at": charging.started_at.isoformat(),
        "ended_at": ended.isoformat() if ended else None,
        "energy_wh": charging.energy_wh,
        "stop": charging.stop_asked_at is not None and _to_be_stopped(charging),
    }
