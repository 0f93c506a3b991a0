"""Looking at the map through somebody else's eyes: it changes nothing, and it is written down."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.viewer import Actor, Viewer
from portal.models import Driver

from .audit import record, record_event

ACTION = "map.view_as"


def look_as(session: Session, asking: Viewer, driver: Driver | None, *, actor: Actor, at: datetime) -> None:
    """Write down who begins to look as which driver (None: as anybody who is not signed in).

    What an operator's user does stands in its operator's trail.
    """
    tenant = asking.operator_id
    if driver is None:
        record_event(session, actor, ACTION, "anonymous", at=at, operator_id=tenant)
    else:
        record(session, actor, ACTION, driver, at=at, operator_id=tenant, before={}, after={})
