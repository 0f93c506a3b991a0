"""From when to when a driver could see hidden stations: the same page for the CPO and for an operator."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as translate

from portal.domain.clock import now
from portal.extensions import db
from portal.models import Driver, Station
from portal.queries.access_times import (
    MOST,
    membership_moments,
    membership_periods,
    station_moments,
    stretches,
)
from portal.queries.stations import station
from portal.queries.why import remembered_driver

from .auth import viewer
from .htmx import page
from .lookup import found


def driver_access_page(layout: str, number: str) -> Response:
    """Its memberships as periods, and for a station that is named what the driver saw of it."""
    driver = found(db.session.scalar(remembered_driver(viewer(), number)))
    typed = request.args.get("station", "").strip()[:100]
    subject = db.session.scalar(station(viewer(), typed)) if typed else None
    error = translate("There is no such station code.") if typed and subject is None else ""
    periods = membership_periods(db.session.execute(membership_moments(viewer(), driver)).all())
    return page(
        "shared/driver_access.html",
        http_status=422 if error else 200,
        layout=layout,
        driver=driver,
        periods=periods,
        typed=typed,
        error=error,
        at=now(),
        station=subject,
        **(_of_station(driver, subject) if subject else {}),
    )


def _of_station(driver: Driver, subject: Station) -> dict[str, Any]:
    rows = db.session.execute(station_moments(viewer(), subject, driver, now())).all()
    return {"stretches": stretches(rows), "cut": len(rows) == MOST}
