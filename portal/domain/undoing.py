"""What can be undone, for how long and by whom (whether it was undone already is the trail's to say)."""

from datetime import datetime, timedelta

from portal.models import AuditEvent, Role

from .viewer import Viewer

UNDO_LASTS = timedelta(minutes=15)
UNDO = "audit.undo"
UNDO_SUBJECT = "audit_event"

# What an operator's users can do themselves.
OWN = frozenset(
    {
        *("membership.grant", "membership.revoke", "members.grant_many", "members.revoke_many"),
        *("station.show", "station.hide", "stations.show", "stations.hide"),
    }
)
ALL = OWN | {
    *("station.close", "station.update", "station.move", "stations.move", "stations.status"),
    *("area.assign", "area.unassign", "areas.assign"),
}
# A form changes many fields at once: what else it changed than these is not undone.
FIELDS = frozenset({"area_id", "status", "visible"})


def undoable(event: AuditEvent, at: datetime) -> bool:
    """The event is of a kind that can be undone, is not a part of another, and is young enough."""
    if event.action not in ALL or event.parent_id is not None or event.at + UNDO_LASTS <= at:
        return False
    return event.action not in ("station.update", "station.move") or {*event.before, *event.after} <= FIELDS


def undoable_by(viewer: Viewer, event: AuditEvent) -> bool:
    """Admins undo what anybody did, an operator's user what it did itself in its own tenant."""
    if viewer.role is not Role.OPERATOR:
        return viewer.is_admin
    own = event.operator_id is not None and event.operator_id == viewer.operator_id
    return own and event.actor_id == viewer.account_id and event.action in OWN
