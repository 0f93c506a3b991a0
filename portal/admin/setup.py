"""The set-up of a new portal: operator, area, station, member, and the map as that member sees it."""

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.extensions import db
from portal.queries.setup import progress
from portal.web.auth import viewer
from portal.web.htmx import go, page

from .blueprint import bp

UNDER_WAY = "setup"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to make; `url` is where, once what it needs is there."""

    label: str
    text: str
    action: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Setup:
    """The steps in their order, and the member whose map is the end of it."""

    steps: list[Step]
    member: str | None

    @property
    def number(self) -> int:
        """The present step, from 1; one more than there are when all is made."""
        return next((n for n, step in enumerate(self.steps, 1) if not step.done), len(self.steps) + 1)

    @property
    def current(self) -> Step | None:
        return self.steps[self.number - 1] if self.number <= len(self.steps) else None

    @property
    def marks(self) -> list[tuple[str, str, str | None]]:
        """For the macro `steps` of shared/ui.html."""
        labels = [*(step.label for step in self.steps), _("See the map")]
        states = ["done" if n < self.number else "upcoming" for n in range(1, len(labels) + 1)]
        states[self.number - 1] = "current"
        return [(label, state, None) for label, state in zip(labels, states, strict=True)]


@bp.get("/setup")
def setup() -> Response:
    session[UNDER_WAY] = True
    return page("admin/setup.html", setup=setup_of_now())


@bp.post("/setup/end")
def setup_end() -> BaseResponse:
    session.pop(UNDER_WAY, None)
    flash(_("You find the set-up again on the dashboard, as long as something is missing."), "info")
    return go(url_for(".dashboard"))


@bp.context_processor
def under_way() -> dict[str, Any]:
    """While the set-up is under way, each admin page shows what comes next."""
    return {"setup_notice": setup_of_now() if session.get(UNDER_WAY) and viewer().is_admin else None}


def setup_of_now() -> Setup:
    made = db.session.execute(progress(viewer(), now())).one()
    members = url_for(".operator_members", code=made.operator, q=made.driver) if made.operator else ""
    return Setup(
        [
            Step(
                _("Operator"),
                _("The company that owns the chargers, such as a hotel. It gets its own area of the portal."),
                _("Create an operator"),
                url_for(".operator_new"),
                bool(made.operator),
            ),
            Step(
                _("Area"),
                _("A parking lot or building, assigned to the operator. Its stations stand there."),
                _("Create an area"),
                url_for(".area_new", operator=made.operator),
                bool(made.area),
            ),
            Step(
                _("Hidden station"),
                _("A station that is not visible to everybody: only the operator's private network sees it."),
                _("Add a hidden station"),
                url_for(".station_new", area=made.area, hidden="true"),
                bool(made.station),
            ),
            Step(
                _("Driver"),
                _("A customer who charges, with a name and, if you like, an email and a token."),
                _("Create a driver"),
                url_for(".driver_new"),
                bool(made.driver),
            ),
            Step(
                _("Member"),
                _("Grant the driver access: the operator's hidden stations are then on that driver's map."),
                _("Grant a member"),
                members,
                bool(made.member),
            ),
        ],
        made.member,
    )
