"""Several stations at once: what would change and for whom, and doing it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, request
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Conflict, Invalid
from portal.domain.text import N_
from portal.extensions import db
from portal.models import Area, Operator, Station, StationStatus
from portal.queries import bulk_effects as effects
from portal.queries import stations as query
from portal.queries.areas import area
from portal.queries.paging import AnySelect
from portal.services.station_bulk import change_many, station_fingerprint

from .auth import actor, viewer
from .bulk import Chosen, chosen, nothing_chosen
from .errors import translated
from .filters import number
from .htmx import go, page
from .station_lists import STATUS_LABELS, station_list
from .transaction import transaction
from .undo import offer_undo

VISIBILITY: dict[str, Any] = {"show": _("Make visible to everybody"), "hide": _("Hide from all but members")}
MOVE: dict[str, Any] = {"move": _("Move to another area…")}
# What can be done: by the word in the address, in words for people.
ALL = (
    VISIBILITY
    | MOVE
    | {f"status-{name}": _("Set status: %(status)s", status=label) for name, label in STATUS_LABELS.items()}
)
LISTED = 10


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with which stations; `target` is the area to move to, None while it is not chosen yet."""

    do: str
    chosen: Chosen
    target: Area | None = None

    @property
    def wanted(self) -> dict[str, Any]:
        if self.do in VISIBILITY:
            return {"visible": self.do == "show"}
        if self.do == "move":
            return {"area_id": self.target.id if self.target else None}
        return {"status": StationStatus(self.do.removeprefix("status-"))}

    @property
    def complete(self) -> bool:
        return self.do != "move" or self.target is not None

    @property
    def goes_to(self) -> Operator | None:
        """The operator that the target belongs to."""
        return self.target.operator if self.target else None

    @property
    def closes(self) -> bool:
        return self.wanted.get("status") is StationStatus.CLOSED

    @property
    def among(self) -> ColumnElement[bool]:
        ids: AnySelect = self.chosen.stmt.with_only_columns(Station.id, maintain_column_froms=True)
        return Station.id.in_(ids.order_by(None))

    @property
    def changing(self) -> ColumnElement[bool]:
        """Those that are not so already."""
        return and_(
            self.among, or_(*(getattr(Station, name) != value for name, value in self.wanted.items()))
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What shared/stations_bulk.html says: numbers, for whom, and what the decision is bound to."""

    total: int
    changing: int
    audiences: list[effects.Audience]
    handovers: list[effects.Handover]
    unseen: effects.Unseen
    seen: str
    at: datetime

    @classmethod
    def of(cls, job: Job, at: datetime) -> "Preview":
        session = db.session()
        counted = select(func.count(), func.count().filter(job.changing)).select_from(Station)
        total, changing = session.execute(counted.where(job.among)).one()
        moving = job.do == "move"
        return cls(
            total,
            changing,
            [] if moving else effects.audiences(session, job.changing, at),
            effects.handovers(session, job.changing, job.goes_to, at) if moving else [],
            _unseen(job, at),
            station_fingerprint(session, job.chosen.stmt, job.target),
            at,
        )


def _unseen(job: Job, at: datetime) -> effects.Unseen:
    """Those that nobody will see afterwards."""
    if job.do == "hide":
        return effects.unseen(db.session(), and_(job.changing, Station.status != StationStatus.CLOSED), at)
    if job.do == "move":
        return effects.unseen_in(db.session(), job.changing, job.goes_to, at)
    return effects.Unseen(0, [])


def preview_page(layout: str, endpoint: str, offered: dict[str, Any]) -> Response:
    """What the address asks for, before it is done; `offered` are the jobs that this surface has."""
    job = _job(endpoint, offered)
    return nothing_chosen(job.chosen) or _page(layout, job)


def apply_page(layout: str, endpoint: str, offered: dict[str, Any]) -> Response:
    """Do it as it was previewed; what has changed since is shown instead, at 409."""
    job, at = _job(endpoint, offered), now()
    if empty := nothing_chosen(job.chosen):
        return empty
    if job.closes and "confirm" not in request.form:
        return _page(layout, job, error=gettext("Tick the box: closing is meant to last."), http_status=422)
    if not job.complete:
        return _page(layout, job, http_status=422)
    try:
        with transaction() as session:
            job = _job(
                endpoint, offered
            )  # once more: what was loaded before is not what the write starts from
            how: dict[str, Any] = {"seen": request.form.get("seen", ""), "actor": actor(), "at": at}
            event = change_many(session, job.chosen.stmt, job.wanted, target=job.target, **how)
    except Conflict as error:
        return _page(layout, _job(endpoint, offered), error=translated(error), http_status=409)
    count = event.after["stations"] if event else 0
    flash(
        DONE[job.do.partition("-")[0]](count) if count else gettext("Nothing was to be changed."), "success"
    )
    offer_undo(event)
    return go(job.chosen.back)


def _job(endpoint: str, offered: dict[str, Any]) -> Job:
    do = request.args.get("do", "")
    if do not in offered:
        raise Invalid("do", N_("Expected one of: %(offered)s."), offered=", ".join(offered))
    rows = chosen(station_list(viewer()), query.stations(viewer()), Station.code, endpoint)
    if do != "move" or not request.args.get("to", "").strip():
        return Job(do, rows)
    return Job(do, rows, db.session.scalar(area(viewer(), request.args["to"].strip())))


def _page(layout: str, job: Job, error: str | None = None, http_status: int = 200) -> Response:
    at = now()
    return page(
        "shared/stations_bulk.html",
        http_status=http_status,
        layout=layout,
        job=job,
        title=ALL[job.do],
        preview=Preview.of(job, at) if job.complete else None,
        wrong=request.args.get("to", "") if not job.complete else "",
        error=error,
        changed_since=_changed_since(job) if http_status == 409 else [],
    )


def _changed_since(job: Job) -> list[Station]:
    """Which of the present choice were changed after the refused preview was made."""
    try:
        then = datetime.fromisoformat(request.form.get("seen_at", ""))
    except ValueError:
        return []
    if then.tzinfo is None:
        return []
    stmt = select(Station).where(job.among, Station.updated_at > then)
    return list(db.session.scalars(stmt.order_by(func.lower(Station.name), Station.id).limit(LISTED)))


DONE: dict[str, Callable[[int], str]] = {
    "show": lambda n: ngettext(
        "%(count)s station is visible to everybody now.",
        "%(count)s stations are visible to everybody now.",
        n,
        count=number(n),
    ),
    "hide": lambda n: ngettext(
        "%(count)s station is hidden now.", "%(count)s stations are hidden now.", n, count=number(n)
    ),
    "move": lambda n: ngettext(
        "%(count)s station is moved.", "%(count)s stations are moved.", n, count=number(n)
    ),
    "status": lambda n: ngettext(
        "The status of %(count)s station is set.",
        "The status of %(count)s stations is set.",
        n,
        count=number(n),
    ),
}
