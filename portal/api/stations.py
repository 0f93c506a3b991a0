"""Which station asks: HTTP Basic with its code and the security key of its operator; guessing is slow."""

from flask import g, request

from portal.domain.clock import now
from portal.domain.codes import CodeError, normalise_code
from portal.domain.errors import PortalError, TooMany
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.extensions import db
from portal.models import Operator
from portal.queries.tracking import equipment, recent_tries
from portal.services import throttle
from portal.services.security_keys import key_opens
from portal.web.site import config
from portal.web.transaction import transaction

LIMIT, SECONDS = 10, 60


class NotLetIn(PortalError):
    """No such station, or another key: the caller cannot tell which."""


def station_id() -> int:
    """The number of the station that asks. Raises NotLetIn, TooMany.

    Only wrong keys count. The wrong keys of others slow a client down only once it has sent one itself, so that nobody
    keeps a station out who does not stand behind its address.
    """
    code, secret = _credentials()
    client, station = f"ingest:{request.remote_addr}", f"ingest:{code}"
    _refuse_guessing(client, station)
    row = db.session.execute(equipment(code)).first()
    # An operator without any key takes as long as one with a wrong one.
    operator, found = row if row is not None else (Operator(), 0)
    if key_opens(operator, secret, config().secret_key, now()) and found:
        return int(found)
    for counter in (client, station):  # each for itself: the client's counts also when the station's is full
        with transaction() as session:
            throttle.hit(session, counter, at=now(), limit=LIMIT, seconds=SECONDS, strict=True)
    raise NotLetIn(N_("No station is known by this code and key."))


def equipment_actor() -> Actor:
    """Who changes: the station, in the words that the trail shows."""
    code, _secret = _credentials()
    return Actor(f"station {code}", via="api", address=request.remote_addr, request_id=g.get("request_id"))


def _credentials() -> tuple[str, str]:
    given = request.authorization
    if given is None or given.type != "basic":
        raise NotLetIn(N_("Expected HTTP Basic: the station's code and the operator's security key."))
    try:
        return normalise_code(given.username or ""), given.password or ""
    except CodeError:
        return "-", given.password or ""  # no station is called so, and all of them are counted as one


def _refuse_guessing(client: str, station: str) -> None:
    at = now()
    counters = {row.key: row for row in db.session.execute(recent_tries((client, station), at, SECONDS))}
    mine, its = counters.get(client), counters.get(station)
    for counter in (mine, its if mine is not None else None):
        if counter is not None and counter.tries >= LIMIT:
            raise TooMany(counter.window + SECONDS - int(at.timestamp()))
