"""Operators and areas that stations name: found, or made. An import hands no area to another operator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.domain.errors import PortalError
from portal.domain.records import StationRecord
from portal.domain.search import search_text
from portal.models import Area, Operator, OperatorStatus
from portal.services.bulk import insert_rows, reserve_ids
from portal.services.operators import create_operator

from .batch import Batch, Refused

AREA_COLUMNS = ("id", "code", "name", "operator_id", "search", "created_at", "updated_at", "version")


@dataclass(frozen=True, slots=True)
class Tenant:
    """An operator as far as an import needs to know it."""

    id: int
    code: str
    status: OperatorStatus


@dataclass(frozen=True, slots=True)
class Place:
    """An area and whose it is."""

    id: int
    operator_id: int | None
    operator_code: str | None


class Places:
    """Every operator and area that this run has met, by code."""

    def __init__(self, batch: Batch[StationRecord]) -> None:
        self._batch = batch
        self._session = batch.session
        self._tenants: dict[str, Tenant | None] = {}
        self._places: dict[str, Place | None] = {}
        self._free_ids: list[int] = []
        self._new: list[tuple[Any, ...]] = []

    def look_up(self, records: Sequence[StationRecord]) -> None:
        """Read the operators and areas that the records name and that were not met before."""
        operators = {r.operator_code for r in records if r.operator_code} - self._tenants.keys()
        if operators:
            self._tenants |= dict.fromkeys(operators)
            found = select(Operator.id, Operator.code, Operator.status).where(Operator.code.in_(operators))
            self._tenants |= {row.code: Tenant(*row) for row in self._session.execute(found)}
        areas = {r.area_code for r in records} - self._places.keys()
        if areas:
            self._places |= dict.fromkeys(areas)
            self._places |= self.by_code(areas)
            missing = sum(self._places[code] is None for code in areas)
            self._free_ids = reserve_ids(self._session, Area, missing)

    def by_code(self, codes: Iterable[str]) -> dict[str, Place]:
        """Stored areas by their codes."""
        query = (
            select(Area.code, Area.id, Area.operator_id, Operator.code)
            .outerjoin(Area.operator)
            .where(Area.code.in_(codes))
        )
        return {row[0]: Place(*row[1:]) for row in self._session.execute(query)}

    def place(self, record: StationRecord) -> Place | Refused:
        """The area of the record, made when it is new, and its operator with it."""
        tenant = self._tenants[record.operator_code] if record.operator_code else None
        if tenant is not None and tenant.status is OperatorStatus.ARCHIVED:
            return Refused("operator_code", tenant.code, f"Operator {tenant.code} is archived.")
        place = self._places[record.area_code]
        if place is not None:
            return place if place.operator_code == record.operator_code else _foreign(record, place)
        if tenant is not None and tenant.status is not OperatorStatus.ACTIVE:
            reason = f"Operator {tenant.code} is not active and takes no areas."
            return Refused("operator_code", tenant.code, reason)
        if tenant is None and record.operator_code:
            try:
                tenant = self._make_operator(record.operator_code, record.operator_name)
            except PortalError as error:
                return Refused("operator_code", record.operator_code, str(error))
        return self._make_area(record, tenant)

    def write(self) -> None:
        """Insert the areas that `place` made."""
        insert_rows(self._session, Area, AREA_COLUMNS, self._new)
        self._new.clear()

    def _make_operator(self, code: str, name: str | None) -> Tenant:
        defaults = self._batch.defaults
        raw = {
            "code": code,
            "name": name or code,
            "timezone": defaults.timezone,
            "currency": defaults.currency,
        }
        operator = create_operator(self._session, raw, actor=self._batch.actor, at=self._batch.at)
        self._tenants[code] = tenant = Tenant(operator.id, code, OperatorStatus.ACTIVE)
        self._batch.count("operators", tenant.id)
        return tenant

    def _make_area(self, record: StationRecord, tenant: Tenant | None) -> Place:
        code, name, at = record.area_code, record.area_name, self._batch.at
        id_ = self._free_ids.pop(0)
        place = Place(id_, tenant.id, tenant.code) if tenant else Place(id_, None, None)
        self._new.append((place.id, code, name, place.operator_id, search_text(code, name), at, at, 1))
        self._places[code] = place
        self._batch.count("areas", place.operator_id)
        return place


def _foreign(record: StationRecord, place: Place) -> Refused:
    """Why a record may not stand in an area that is another's, or nobody's."""
    named = f"the file names {record.operator_code or 'none'}"
    owner = f"belongs to operator {place.operator_code}" if place.operator_code else "has no operator"
    reason = f"Area {record.area_code} {owner} in the portal, {named}: an import reassigns no areas."
    return Refused("area_code", record.area_code, reason)
