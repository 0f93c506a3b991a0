"""Where a CPO admin starts: how much there is, what needs attention, what changed last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response
from flask_babel import gettext as _

from portal.domain.clock import now
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.queries import dashboard as query
from portal.queries import growth
from portal.queries.audit import latest_events
from portal.queries.paging import AnySelect
from portal.web.audit_lists import audit_row
from portal.web.auth import viewer
from portal.web.charts import Chart
from portal.web.htmx import page, wants_fragment
from portal.web.live import ChargingNow

from .blueprint import bp
from .setup import setup_of_now

LATEST = 8


@dataclass(frozen=True, slots=True)
class Attention:
    """What somebody should look at: how many there are, and the first of them as (code, name)."""

    total: int
    first: list[tuple[str, str]]


@bp.get("/")
def dashboard() -> Response:
    asking, at = viewer(), now()
    charging = ChargingNow.of(asking)
    if wants_fragment():
        return page("admin/dashboard.html", fragment="charging", charging=charging)
    return page(
        "admin/dashboard.html",
        charging=charging,
        counts=db.session.execute(query.network_counts(asking, at)).one(),
        unassigned=_attention(query.hidden_without_operator(asking)),
        unseen=_attention(query.hidden_without_member(asking, at)),
        without_area=_attention(query.operators_without_area(asking)),
        without_login=_attention(query.operators_without_login(asking)),
        expiring=_attention(query.operators_losing_members(asking, at)),
        growth=_growth(asking, at),
        setup=setup_of_now(),
        latest=[audit_row(row) for row in db.session.execute(latest_events(asking, LATEST))],
    )


def _growth(asking: Viewer, at: datetime) -> list[Chart]:
    months = growth.last_months(asking.zone, at)
    counted = {
        _("New stations"): growth.new_stations,
        _("New drivers"): growth.new_drivers,
        _("Memberships granted"): growth.new_members,
        _("Sessions"): growth.new_sessions,
    }
    return [
        Chart.of_months(
            title, [month.first for month in months], list(db.session.execute(stmt(asking, months)).one())
        )
        for title, stmt in counted.items()
    ]


def _attention(stmt: AnySelect) -> Attention:
    rows: Any = db.session.execute(stmt).all()
    return Attention(rows[0][2] if rows else 0, [(row[0], row[1]) for row in rows])
