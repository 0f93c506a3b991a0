"""Through whose eyes a request sees the map: one's own, or those of the driver whom `as` names."""

from dataclasses import dataclass
from typing import Any

from flask import g, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.access import seen_through
from portal.domain.clock import now
from portal.domain.errors import Conflict, Forbidden
from portal.domain.text import N_
from portal.domain.viewer import ANONYMOUS, Viewer
from portal.extensions import db
from portal.models import Driver, Role
from portal.queries.map import driver_to_look_as
from portal.web.auth import to_login, viewer
from portal.web.htmx import go, page, wants_fragment
from portal.web.lookup import found

from .blueprint import bp

ANYBODY = "anonymous"  # no driver's number: those are upper-cased
LASTS = 3600  # seconds that a look may go on until it has to be started, and written down, again
MOST = 10  # looks of one sign-in that its cookie remembers
STARTED = "map.as"
ENDPOINTS = ("map.driver_map", "map.station_panel", "map.stations_json")
# What an address of the map may say besides `as`: the view, the filters, the station.
PLACE = ("lat", "lng", "zoom", "bbox", "q", "connector", "min_kw", "mine", "sort", "near", "station")


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose map it is; `key` is what `as` says, and empty for one's own map."""

    viewer: Viewer
    key: str = ""
    driver: Driver | None = None

    @property
    def name(self) -> str:
        """Who is looked as, as the banner says it."""
        if self.driver is None:
            return str(_("anybody who is not signed in"))
        return f"{self.driver.name} ({self.driver.number})"

    def url(self, endpoint: str, **values: Any) -> str:
        """An address of the map through the same eyes."""
        eyes: dict[str, Any] = {"as": self.key} if self.key else {}
        return url_for(endpoint, **values, **eyes)


def sight() -> Sight:
    """Through whose eyes this request sees."""
    seen: Sight = g.sight
    return seen


@bp.before_request
def look() -> Response | None:
    """Every request of the map comes by here, so that none can forget whose map it is."""
    key = request.args.get("as", "").strip() if request.endpoint in ENDPOINTS else ""
    g.sight = Sight(viewer())
    if not key:
        return None
    if viewer().is_anonymous:
        return to_login()
    g.sight = borrowed(key)
    return None if _goes_on(g.sight.key) else _offer(g.sight)


def borrowed(key: str) -> Sight:
    """The eyes that `as` names. Raises Forbidden for who may borrow none, NotFound for eyes that it may not."""
    asking = viewer()
    if asking.role not in (Role.ADMIN, Role.OPERATOR):
        raise Forbidden(N_("Your login does not look at the map as somebody else."))
    if key == ANYBODY:
        return Sight(ANONYMOUS, ANYBODY)
    driver = found(db.session.scalar(driver_to_look_as(asking, now(), key)))
    eyes = Viewer(role=Role.DRIVER, driver_id=driver.id, label=driver.name, zone=asking.zone)
    return Sight(seen_through(asking, eyes), driver.number, driver)


def remember(key: str) -> None:
    """This sign-in has started to look as; its cookie is signed, and emptied when it ends."""
    started = {**session.get(STARTED, {}), key: int(now().timestamp())}
    latest = sorted(started, key=lambda each: -started[each])[:MOST]
    session[STARTED] = {each: started[each] for each in latest}


def place() -> dict[str, Any]:
    """What the present address says of view, filters and station."""
    return {name: request.args[name] for name in PLACE if request.args.get(name)}


def start_page(key: str, wanted: Sight | None, error: str = "", http_status: int = 200) -> Response:
    """The page that begins a look; without `wanted` it asks as whom."""
    action = url_for("map.start_as", **place())
    return page("map/as.html", http_status=http_status, action=action, key=key, wanted=wanted, error=error)


def _goes_on(key: str) -> bool:
    began = session.get(STARTED, {}).get(key)
    return began is not None and now().timestamp() < began + LASTS


def _offer(wanted: Sight) -> Response:
    """A look is started by a button, since it is written down: no address alone begins one."""
    if request.endpoint == "map.stations_json":
        raise Conflict(N_("Start to look at the map as this driver first."))
    if wants_fragment():
        return go(wanted.url("map.driver_map", **place()))
    return start_page(wanted.key, wanted)
