"""Where an operator user starts: today at its stations."""

from flask import Response

from portal.domain.clock import now
from portal.extensions import db
from portal.queries import audit, overview, sessions
from portal.queries.members import live_member_count, network_owner
from portal.web.audit_lists import audit_row
from portal.web.auth import viewer
from portal.web.htmx import page, wants_fragment
from portal.web.live import ChargingNow
from portal.web.lookup import found

from .blueprint import bp


@bp.get("/")
def dashboard() -> Response:
    asking, at = viewer(), now()
    charging = ChargingNow.of(asking)
    if wants_fragment():
        return page("operator/dashboard.html", fragment="charging", charging=charging)
    operator = found(db.session.scalar(network_owner(asking)))
    today = overview.Today.of(asking.zone, at)
    latest = db.session.execute(audit.latest_events(asking, limit=overview.SHOWN))
    return page(
        "operator/dashboard.html",
        operator=operator,
        charging=charging,
        stations=db.session.execute(overview.station_counts(asking)).one(),
        today=db.session.execute(overview.session_counts(asking, today)).one(),
        todays=db.session.scalars(sessions.recent_sessions(asking, today.ended, limit=overview.SHOWN)).all(),
        members=db.session.scalar(live_member_count(operator, at)) or 0,
        expiring=db.session.execute(overview.expiring_members(asking, at)).all(),
        latest=[audit_row(row) for row in latest],
    )
