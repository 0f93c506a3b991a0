"""Why does somebody see a station, or not: the same page for the CPO and for an operator."""

from dataclasses import dataclass, field
from typing import Any

from flask import Response, request
from flask_babel import gettext as translate
from flask_babel import lazy_gettext as _

from portal.domain.clock import now
from portal.domain.text import fold
from portal.domain.viewer import ANONYMOUS, Viewer
from portal.extensions import db
from portal.models import Role
from portal.queries import why as query
from portal.queries.why import Reason, Trace

from .auth import viewer
from .htmx import page
from .searching import count_search

TEMPLATE = "shared/why.html"
LONGEST = 100

SEEING = {
    Reason.PUBLIC: _("%(who)s sees %(station)s, because everybody sees it."),
    Reason.OWN: _("%(who)s sees %(station)s, because it stands in an area of that operator."),
    Reason.MEMBER: _(
        "%(who)s sees %(station)s, because the private network of %(operator)s has this driver as a member."
    ),
}
NOT_SEEING = {
    Reason.CLOSED: _("%(who)s does not see %(station)s, because it is closed."),
    Reason.ANONYMOUS: _(
        "%(who)s does not see %(station)s, because it is hidden: only members who are signed in see it."
    ),
    Reason.UNASSIGNED: _(
        "%(who)s does not see %(station)s, because it is hidden and its area belongs to no operator."
    ),
    Reason.FOREIGN: _(
        "%(who)s does not see %(station)s, because it is hidden and its area belongs to another operator."
    ),
    Reason.NEVER: _(
        "%(who)s does not see %(station)s, because it is hidden and this driver was never a member of the"
        " private network of %(operator)s."
    ),
    Reason.REVOKED: _(
        "%(who)s does not see %(station)s, because it is hidden and the driver’s access to the private network"
        " of %(operator)s was revoked."
    ),
    Reason.EXPIRED: _(
        "%(who)s does not see %(station)s, because it is hidden and the driver’s membership of the private"
        " network of %(operator)s has expired."
    ),
    Reason.FUTURE: _(
        "%(who)s does not see %(station)s yet, because it is hidden and the driver’s membership of the private"
        " network of %(operator)s begins later."
    ),
    Reason.OPERATOR_INACTIVE: _(
        "%(who)s does not see %(station)s, because it is hidden and %(operator)s is not active, so that its"
        " private network rests."
    ),
    Reason.DRIVER_INACTIVE: _(
        "%(who)s does not see %(station)s, because it is hidden and the driver is disabled."
    ),
}
SENTENCES = SEEING | NOT_SEEING


@dataclass
class Asked:
    """The form as it was sent: what was typed, what it names, and what is wrong with it by field.

    `hits` are (value, label) pairs that may have been meant, by field.
    """

    typed: dict[str, str]
    subject: Viewer = ANONYMOUS
    who: str = ""
    trace: Trace | None = None
    errors: dict[str, str] = field(default_factory=dict)
    hits: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        if self.trace is None:
            return ""
        station = self.trace.station
        owner = station.area.operator
        names = {"who": self.who, "station": station.name, "operator": owner.name if owner else ""}
        return str(SENTENCES[self.trace.reason]) % names


def why_page(layout: str) -> Response:
    """The form, and once a station is named the rule's trace for whom it names (nobody: an anonymous visitor)."""
    asked = Asked({name: request.args.get(name, "").strip()[:LONGEST] for name in _fields()})
    _count(asked.typed["driver"])
    _find_subject(asked)
    if asked.typed["station"]:
        _find_trace(asked)
    here = request.full_path.rstrip("?")
    status = 422 if asked.errors else 200
    return page(TEMPLATE, http_status=status, layout=layout, asked=asked, fields=_fields(), here=here)


def suggestions() -> Response:
    """Options for the field that is being typed into."""
    name = next((each for each in _fields() if request.args.get(each)), "station")
    typed = request.args.get(name, "").strip()[:LONGEST]
    _count(typed)
    return page("shared/why_options.html", options=_hits(name, typed))


def _fields() -> tuple[str, ...]:
    """Admins may ask for the users of an operator too."""
    return ("driver", "operator", "station") if viewer().is_admin else ("driver", "station")


def _count(typed: str) -> None:
    """An operator must not find out the customer base one number at a time."""
    if typed and not viewer().is_admin:
        count_search()


def _find_subject(asked: Asked) -> None:
    number, code = asked.typed["driver"], asked.typed.get("operator", "")
    asked.who = translate("An anonymous visitor")
    if number and code:
        asked.errors["operator"] = translate("Name a driver or an operator, not both.")
    elif number:
        _find_driver(asked, number)
    elif code:
        _find_operator(asked, code)


def _find_driver(asked: Asked, number: str) -> None:
    driver = db.session.scalar(query.explained_driver(viewer(), number))
    if driver is None:
        asked.errors["driver"] = translate("There is no such driver number.")
        asked.hits["driver"] = _hits("driver", number)
        return
    asked.subject = Viewer(role=Role.DRIVER, driver_id=driver.id)
    asked.who = driver.name


def _find_operator(asked: Asked, code: str) -> None:
    operator = db.session.scalar(query.explained_operator(viewer(), code))
    if operator is None:
        asked.errors["operator"] = translate("There is no such operator code.")
        asked.hits["operator"] = _hits("operator", code)
        return
    asked.subject = Viewer(role=Role.OPERATOR, operator_id=operator.id)
    asked.who = translate("A user of %(operator)s", operator=operator.name)


def _find_trace(asked: Asked) -> None:
    code = asked.typed["station"]
    row = db.session.execute(query.trace(viewer(), asked.subject, code, now())).first()
    if row is None:
        asked.errors["station"] = translate("There is no such station code.")
        asked.hits["station"] = _hits("station", code)
    elif not asked.errors:
        asked.trace = query.trace_of(asked.subject, row)


def _hits(name: str, typed: str) -> list[tuple[str, str]]:
    """(value, label) of what may be meant, of that which the viewer may know anyway."""
    words = fold(typed)
    if not words:
        return []
    session: Any = db.session
    if name == "driver":
        return [(each.number, each.name) for each in session.scalars(query.drivers_like(viewer(), words))]
    like = query.operators_like if name == "operator" else query.stations_like
    return [(each.code, each.name) for each in session.scalars(like(viewer(), words))]
