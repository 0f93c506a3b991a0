"""What the pages of a station share: the visibility toggle and the session settings in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.settings import effective_settings
from portal.domain.text import N_
from portal.extensions import db
from portal.models import Operator, Station, StationStatus
from portal.queries.stations import station, station_audience, station_unseen
from portal.services.stations import set_visibility

from .auth import actor, viewer
from .htmx import changed
from .lookup import found
from .navigation import site
from .site import current_site
from .transaction import transaction
from .undo import offer_undo


@dataclass(frozen=True, slots=True)
class Toggle:
    """What shared/station_visibility.html draws: the station, how many see it while hidden, addresses."""

    station: Station
    members: int
    action: str
    members_url: str | None = None

    @property
    def unseen(self) -> bool:
        """Hidden, and nobody but those who manage it sees it."""
        closed = self.station.status is StationStatus.CLOSED
        return not (self.station.visible or self.members or closed)

    @classmethod
    def of(cls, station: Station, action: str, members_url: str | None = None) -> "Toggle":
        """`station` is loaded with its area and operator; `action` takes the POST of `visible`."""
        return cls(station, db.session.scalar(station_audience(station, now())) or 0, action, members_url)


def unseen_among(rows: Sequence[Station]) -> set[int]:
    """Ids of those that are hidden and seen by nobody; costs nothing where none is hidden."""
    hidden = [row.id for row in rows if not row.visible]
    if not hidden:
        return set()
    return set(db.session.scalars(select(Station.id).where(Station.id.in_(hidden), station_unseen(now()))))


def change_visibility(code: str) -> None:
    """Do what the toggle's POST says to a station that the viewer manages. Raises NotFound, Invalid."""
    wanted = request.form.get("visible")
    if wanted not in ("true", "false"):
        raise Invalid("visible", N_("Expected true or false."))
    with transaction() as session:
        subject = found(session.scalar(station(viewer(), code).with_for_update(of=Station)))
        event = set_visibility(session, subject, wanted == "true", actor=actor(), at=now())
    offer_undo(event)


def toggled(toggle: Toggle, page_url: str) -> Response:
    """The answer to the toggle's POST: the block in its new state, or on to the page."""
    return changed("shared/station_visibility.html", "toggle", page_url, toggle=toggle)


def settings_context(operator: Operator | None, station: Station | None = None) -> dict[str, Any]:
    """The session settings in force with their origin (`settings`), and the currency that amounts are in."""
    return {
        "settings": effective_settings(site(), operator, station),
        "currency": operator.currency if operator else current_site().currency,
    }
