"""Members of private networks from a file, by the rule of services/memberships.grant."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.domain.errors import Invalid, PortalError
from portal.domain.records import MemberRecord
from portal.models import Driver, Membership, Operator
from portal.services.audit import changes
from portal.services.memberships import EXPIRED, check_grant, says

from .batch import Batch, Outcome, Refused

Pair = tuple[int, int]


class MemberImport(Batch[MemberRecord]):
    """Grants what is new, replaces what has other dates; nobody is revoked for being absent."""

    noun = "members"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._operators: dict[str, Operator | None] = {}
        self._seen: set[int] = set()

    def take(self, records: Sequence[MemberRecord]) -> list[Outcome | Refused]:
        self._look_up({record.operator_code for record in records} - self._operators.keys())
        drivers = self._drivers(records)
        current = self._current(records, drivers)
        ended: list[tuple[Membership, Driver]] = []
        granted: list[tuple[Membership, Driver]] = []
        outcomes = [self._one(record, drivers, current, ended, granted) for record in records]
        self._write(ended, granted)
        return outcomes

    def _one(
        self,
        record: MemberRecord,
        drivers: dict[str, Driver],
        current: dict[Pair, Membership],
        ended: list[tuple[Membership, Driver]],
        granted: list[tuple[Membership, Driver]],
    ) -> Outcome | Refused:
        operator, driver = self._operators[record.operator_code], drivers.get(record.driver_number)
        if operator is None:
            return Refused("operator_code", record.operator_code, "There is no such operator.")
        if driver is None:
            return Refused("driver_number", record.driver_number, "There is no such driver.")
        key = hash((operator.id, driver.id))
        if key in self._seen:
            return Refused("driver_number", driver.number, "Stands on an earlier line for this operator too.")
        self._seen.add(key)
        held, wanted = current.get((operator.id, driver.id)), (record.valid_from, record.valid_to)
        # A file that was good once stays good: what it granted and has ended since is left alone.
        if held and ((held.valid_from, held.valid_to) == wanted or says(held, wanted, self.at)):
            return Outcome.UNCHANGED
        try:
            check_grant(operator, driver, wanted, self.at)
        except PortalError as error:
            field = error.field if isinstance(error, Invalid) else None
            return Refused(field, str(record.valid_to or "") if field else driver.number, str(error))
        if held:
            ended.append((held, driver))
        granted.append((self._membership(operator, driver, record), driver))
        outcome = Outcome.CHANGED if held else Outcome.NEW
        self.count(outcome, operator.id)
        return outcome

    def _membership(self, operator: Operator, driver: Driver, record: MemberRecord) -> Membership:
        return Membership(
            operator_id=operator.id,
            driver_id=driver.id,
            granted_at=self.at,
            granted_by=self.actor.label,
            valid_from=record.valid_from,
            valid_to=record.valid_to,
        )

    def _write(
        self, ended: list[tuple[Membership, Driver]], granted: list[tuple[Membership, Driver]]
    ) -> None:
        for held, _ in ended:
            over = held.valid_to is not None and held.valid_to <= self.at
            held.revoked_at, held.revoked_by = self.at, self.actor.label
            held.revoke_reason = EXPIRED if over else "replaced"
        self._flush("membership.revoke", ended)  # before the new ones: only one of a pair may be unrevoked
        self.session.add_all(membership for membership, _ in granted)
        self._flush("membership.grant", granted)
        self.write_events()

    def _flush(self, action: str, changed: list[tuple[Membership, Driver]]) -> None:
        differences = [changes(membership) for membership, _ in changed]
        self.session.flush()
        for (membership, driver), (before, after) in zip(changed, differences, strict=True):
            self.note_event({
                "action": action,
                "subject_type": "membership",
                "subject_id": membership.id,
                "subject": driver.number,
                "operator_id": membership.operator_id,
                "before": before,
                "after": after,
            })  # fmt: skip

    def _look_up(self, codes: set[str]) -> None:
        if codes:
            self._operators |= dict.fromkeys(codes)
            found = self.session.scalars(select(Operator).where(Operator.code.in_(codes)))
            self._operators |= {operator.code: operator for operator in found}

    def _drivers(self, records: Sequence[MemberRecord]) -> dict[str, Driver]:
        numbers = {record.driver_number for record in records}
        found = self.session.scalars(select(Driver).where(Driver.number.in_(numbers)))
        return {driver.number: driver for driver in found}

    def _current(self, records: Sequence[MemberRecord], drivers: dict[str, Driver]) -> dict[Pair, Membership]:
        """The unrevoked memberships of the drivers with the operators that the records name."""
        operators = {self._operators[record.operator_code] for record in records}
        query = (
            select(Membership)
            .where(
                Membership.revoked_at.is_(None),
                Membership.driver_id.in_([driver.id for driver in drivers.values()]),
                Membership.operator_id.in_([operator.id for operator in operators if operator]),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return {(held.operator_id, held.driver_id): held for held in self.session.scalars(query)}
