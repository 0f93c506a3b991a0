"""Members of private networks from a file, by the rules of services/memberships."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.domain.errors import Invalid, PortalError
from portal.domain.records import MemberRecord
from portal.domain.text import N_
from portal.models import Driver, DriverStatus, Membership, Operator
from portal.services.member_changes import Change, Held, lock_members, write_changes
from portal.services.memberships import EXPIRED, check_grant, says, why_replaced

from .batch import Batch, Outcome, Refused

Pair = tuple[int, int]
NO_OPERATOR = N_("There is no such operator.")
NO_DRIVER = N_("There is no such driver.")
TWICE = N_("Stands on an earlier line for this operator too.")


class Known(NamedTuple):
    """What a file's line needs to know of a driver; whole ones would take most of the time of a large file."""

    id: int
    number: str
    name: str
    status: DriverStatus


@dataclass(frozen=True, slots=True)
class Planned:
    """What a record would bring about; `held` is the membership that the driver has so far."""

    outcome: Outcome
    driver: Known | None = None
    held: Held | None = None
    change: Change | None = None


class MemberImport(Batch[MemberRecord]):
    """Grants what is new, replaces what has other dates, revokes where the file says so.

    Nobody is revoked for being absent. With `among_active` a disabled driver is one that there is not.
    """

    noun = "members"

    def __init__(self, *args: Any, among_active: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._among_active = among_active
        self._operators: dict[str, Operator | None] = {}
        self._seen: set[int] = set()

    def take(self, records: Sequence[MemberRecord]) -> list[Outcome | Refused]:
        plan = self.plan(records, lock=True)
        changes = [each.change for each in plan if isinstance(each, Planned) and each.change]
        write_changes(self.session, changes, actor=self.actor, at=self.at)
        for each in plan:
            if isinstance(each, Planned) and each.change:
                self.count(each.outcome, each.change.operator_id)
        return [each.outcome if isinstance(each, Planned) else each for each in plan]

    def plan(self, records: Sequence[MemberRecord], *, lock: bool = False) -> list[Planned | Refused]:
        """What would become of each, in their order; nothing is written. `lock` before writing it."""
        self._look_up({record.operator_code for record in records} - self._operators.keys())
        operators = [
            operator for code in {r.operator_code for r in records} if (operator := self._operators[code])
        ]
        if lock:
            lock_members(self.session, [operator.id for operator in operators])
        drivers = self._drivers(records)
        held = self._held(operators, drivers)
        return [self._one(record, drivers, held) for record in records]

    def _one(
        self, record: MemberRecord, drivers: dict[str, Known], all_held: dict[Pair, Held]
    ) -> Planned | Refused:
        operator, driver = self._operators[record.operator_code], drivers.get(record.driver_number)
        if operator is None:
            return Refused("operator_code", record.operator_code, NO_OPERATOR)
        key = hash((operator.id, record.driver_number))
        if key in self._seen:
            return Refused("driver_number", record.driver_number, TWICE)
        self._seen.add(key)
        held = all_held.get((operator.id, driver.id)) if driver else None
        if record.action == "revoke":
            return self._revoke(record, driver, held)
        if driver is None:
            return Refused("driver_number", record.driver_number, NO_DRIVER)
        return self._grant(record, operator, driver, held)

    def _revoke(self, record: MemberRecord, driver: Known | None, held: Held | None) -> Planned:
        """Whoever is no member stays so, be it that there is no such driver: the answer tells nobody which."""
        if driver is None or held is None:
            return Planned(Outcome.UNCHANGED)
        reason = record.note or (None if held.lasts(self.at) else EXPIRED)
        change = Change(held.operator_id, driver.id, driver.number, held, ends=True, reason=reason)
        return Planned(Outcome.REVOKED, driver, held, change)

    def _grant(
        self, record: MemberRecord, operator: Operator, driver: Known, held: Held | None
    ) -> Planned | Refused:
        wanted = (record.valid_from, record.valid_to)
        # A file that was good once stays good: what it granted and has ended since is left alone.
        if held and ((held.valid_from, held.valid_to) == wanted or says(held, wanted, self.at)):
            if record.note is None or record.note == held.note:
                return Planned(Outcome.UNCHANGED, driver, held)
            noted = Change(operator.id, driver.id, driver.number, held, note=record.note)
            return Planned(Outcome.CHANGED, driver, held, noted)
        try:
            check_grant(operator, driver, wanted, self.at)
        except PortalError as error:
            field = error.field if isinstance(error, Invalid) else None
            return Refused(field, str(record.valid_to or "") if field else driver.number, str(error))
        change = Change(
            operator.id,
            driver.id,
            driver.number,
            held,
            ends=held is not None,
            reason=why_replaced(held, self.at) if held else None,
            grants=True,
            valid_from=record.valid_from,
            valid_to=record.valid_to,
            note=record.note or (held.note if held else None),
        )
        return Planned(Outcome.CHANGED if held else Outcome.NEW, driver, held, change)

    def _look_up(self, codes: set[str]) -> None:
        if codes:
            self._operators |= dict.fromkeys(codes)
            found = self.session.scalars(select(Operator).where(Operator.code.in_(codes)))
            self._operators |= {operator.code: operator for operator in found}

    def _drivers(self, records: Sequence[MemberRecord]) -> dict[str, Known]:
        columns = (Driver.id, Driver.number, Driver.name, Driver.status)
        query = select(*columns).where(Driver.number.in_({record.driver_number for record in records}))
        if self._among_active:
            query = query.where(Driver.status == DriverStatus.ACTIVE)
        return {row[1]: Known(*row) for row in self.session.execute(query)}

    def _held(self, operators: Sequence[Operator], drivers: dict[str, Known]) -> dict[Pair, Held]:
        """The unrevoked memberships of the drivers with the operators."""
        columns = (
            Membership.id,
            Membership.operator_id,
            Membership.valid_from,
            Membership.valid_to,
            Membership.note,
        )
        query = select(Membership.driver_id, *columns).where(
            Membership.revoked_at.is_(None),
            Membership.driver_id.in_([driver.id for driver in drivers.values()]),
            Membership.operator_id.in_([operator.id for operator in operators]),
        )
        return {(row[2], row[0]): Held(*row[1:]) for row in self.session.execute(query)}
