"""Areas: create, change, delete, and hand to an operator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.errors import Blocker, Conflict, Invalid
from portal.domain.geography import country_value
from portal.domain.search import search_text
from portal.domain.text import N_
from portal.domain.values import code_value, required_text, text_value
from portal.domain.viewer import Actor
from portal.models import Area, AuditEvent, Operator, OperatorStatus
from portal.queries.areas import references

from .audit import record
from .versions import check_version


@dataclass(frozen=True, slots=True)
class AreaData:
    """What people say of an area, as they type it."""

    name: str | None
    address: str | None = None
    city: str | None = None
    country: str | None = None

    def checked(self) -> dict[str, Any]:
        """By field name, as it is stored. Raises Invalid."""
        return {
            "name": required_text("name", self.name, 100),
            "address": text_value("address", self.address, 200),
            "city": text_value("city", self.city, 100),
            "country": country_value("country", self.country),
        }


def create_area(
    session: Session,
    code: str | None,
    data: AreaData,
    *,
    operator: Operator | None = None,
    actor: Actor,
    at: datetime,
) -> Area:
    """A new area, given to the operator where one is named. Raises Invalid (code taken or none, values)."""
    code = code_value("code", code or "")
    values = data.checked()
    check_takes_areas(operator)
    if session.scalar(select(Area.id).where(Area.code == code)) is not None:
        raise Invalid("code", N_("%(code)s is taken. Choose another code."), code=code)
    owner = operator.id if operator else None
    area = Area(code=code, **values, operator=operator, operator_id=owner, created_at=at, updated_at=at)
    _index(area)
    session.add(area)
    record(session, actor, "area.create", area, at=at, operator_id=owner)
    return area


def update_area(
    session: Session, area: Area, data: AreaData, *, version: int, actor: Actor, at: datetime
) -> None:
    """Change all but the code. Raises Invalid, and Conflict when somebody else was faster."""
    values = data.checked()
    check_version(area, version, values)
    for field, value in values.items():
        setattr(area, field, value)
    if session.is_modified(area):
        area.updated_at = at
    _index(area)
    record(session, actor, "area.update", area, at=at, operator_id=area.operator_id)


def assign_area(
    session: Session,
    area: Area,
    operator: Operator | None,
    *,
    actor: Actor,
    at: datetime,
    version: int | None = None,
) -> AuditEvent | None:
    """Give the area (loaded with its operator) to an operator, or to nobody; the same again is a no-op (None).

    Sessions keep the operator of their time. Raises Invalid for an operator that is not active, and Conflict
    when the area is no longer of the version that was looked at.
    """
    former = area.operator
    if operator is former:
        return None
    if version is not None:
        check_version(area, version, {})
    check_takes_areas(operator)
    area.operator = operator
    area.updated_at = at
    # One event a tenant: neither may read the other's name. The second is a part of the first: one undo for both.
    event = None
    if former is not None:
        left = {"operator": former.code}
        event = record(
            session, actor, "area.unassign", area, at=at, operator_id=former.id, before=left, after={}
        )
    if operator is not None:
        joined, first = {"operator": operator.code}, event
        tenant: dict[str, Any] = {"operator_id": operator.id, "before": {}, "after": joined}
        event = record(
            session, actor, "area.assign", area, at=at, parent_id=first.id if first else None, **tenant
        )
        event = first or event
    return event


def delete_area(session: Session, area: Area, *, actor: Actor, at: datetime) -> None:
    """Remove an area that nothing refers to. Raises Conflict with what does."""
    stations, sessions = session.execute(references(area)).one()
    blockers = []
    if stations:
        remedy = N_("Move them to another area, or delete them.")
        blockers.append(Blocker("stations", stations, remedy, {"area": area.code}))
    if sessions:
        remedy = N_("Sessions are history and stay: keep the area for them.")
        blockers.append(Blocker("sessions", sessions, remedy, {"area": area.code}))
    if blockers:
        message = N_("Area %(code)s is in use and cannot be deleted.")
        raise Conflict(message, blockers=tuple(blockers), code=area.code)
    before = {"code": area.code, "name": area.name}
    record(session, actor, "area.delete", area, at=at, operator_id=area.operator_id, before=before)
    session.execute(delete(Area).where(Area.id == area.id))


def check_takes_areas(operator: Operator | None) -> None:
    """Refuse an operator that is not active with Invalid."""
    if operator is not None and operator.status is not OperatorStatus.ACTIVE:
        message = N_("Operator %(code)s is not active and takes no areas.")
        raise Invalid("operator", message, code=operator.code)


def _index(area: Area) -> None:
    area.search = search_text(area.code, area.name, area.city)
