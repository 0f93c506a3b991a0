"""The commission of many sessions, added up line by line, and never across currencies."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from .commission import Agreed, Charged, Commission, TermsBook, settle


class CountedSession(NamedTuple):
    """What the report reads of a session; `member`: its driver was a live member of the operator when it started.

    `driver_known`: it has a driver at all.
    """

    id: int
    version: int
    operator_id: int
    area_id: int
    station_id: int
    station_code: str
    charger_uid: str
    connector_number: int
    dc: bool
    member: bool
    started_at: datetime
    ended_at: datetime
    energy_wh: int
    net_minor: int
    vat_minor: int
    currency: str
    driver_known: bool = True

    @property
    def seconds(self) -> int:
        """From start to end, whole ones."""
        return int((self.ended_at - self.started_at).total_seconds())

    @property
    def charged(self) -> Charged:
        return Charged(self.energy_wh, self.seconds, self.net_minor, self.dc)


@dataclass(slots=True)
class Part:
    """Sums over sessions of one version of terms (None: none was in force) and one kind of current.

    `fine_…` are the exact sums before the rounding of each line, in the units of commission.FINE.
    """

    agreed: Agreed | None
    dc: bool
    sessions: int = 0
    energy_wh: int = 0
    seconds: int = 0
    net: int = 0
    vat: int = 0
    reimbursement: int = 0
    share: int = 0
    fine_energy: int = 0
    fine_session: int = 0
    fine_time: int = 0
    fine_base: int = 0
    fine_share: int = 0

    def add(self, charged: Charged, vat: int, found: Commission) -> None:
        self.sessions += 1
        self.energy_wh += charged.energy_wh
        self.seconds += charged.seconds
        self.net += found.net
        self.vat += vat
        self.reimbursement += found.reimbursement
        self.share += found.share
        self.fine_energy += found.fine_energy
        self.fine_session += found.fine_session
        self.fine_time += found.fine_time
        self.fine_base += found.fine_base
        self.fine_share += found.fine_share

    @property
    def fine_reimbursement(self) -> int:
        return self.fine_energy + self.fine_session + self.fine_time


PartKey = tuple[int | None, bool]


@dataclass(slots=True)
class Totals:
    """Everything of one group in one currency; its figures are the sums of its parts."""

    currency: str
    parts: dict[PartKey, Part] = field(default_factory=dict)

    def add(self, session: CountedSession, agreed: Agreed | None, found: Commission) -> None:
        key = (agreed.terms_id if agreed else None, session.dc)
        if key not in self.parts:
            self.parts[key] = Part(agreed, session.dc)
        self.parts[key].add(session.charged, session.vat_minor, found)

    def _sum(self, name: str) -> int:
        return sum(getattr(part, name) for part in self.parts.values())

    @property
    def sessions(self) -> int:
        return self._sum("sessions")

    @property
    def energy_wh(self) -> int:
        return self._sum("energy_wh")

    @property
    def seconds(self) -> int:
        return self._sum("seconds")

    @property
    def net(self) -> int:
        return self._sum("net")

    @property
    def vat(self) -> int:
        return self._sum("vat")

    @property
    def reimbursement(self) -> int:
        return self._sum("reimbursement")

    @property
    def share(self) -> int:
        return self._sum("share")

    @property
    def due(self) -> int:
        return self.reimbursement + self.share

    @property
    def kept(self) -> int:
        return self.net - self.due


Groups = dict[Hashable, dict[str, Totals]]


@dataclass(frozen=True, slots=True)
class Report:
    """`groups` by key and currency, `totals` by currency; `unsettled` sessions have no terms in their currency."""

    groups: Groups
    totals: dict[str, Totals]
    unsettled: tuple[CountedSession, ...]


def report(
    sessions: Iterable[CountedSession],
    books: Mapping[int, TermsBook],
    group: Callable[[CountedSession], Hashable],
) -> Report:
    """Settle every session by the terms of its operator's book and add it up where `group` says."""
    groups: Groups = defaultdict(dict)
    totals: dict[str, Totals] = {}
    unsettled: list[CountedSession] = []
    for session in sessions:
        agreed = books[session.operator_id].at(session.started_at)
        if agreed is not None and not agreed.counts_in(session.currency):
            unsettled.append(session)
            continue
        found = settle(agreed, session.charged)
        for into in (groups[group(session)], totals):
            currency = session.currency
            if currency not in into:
                into[currency] = Totals(currency)
            into[currency].add(session, agreed, found)
    return Report(dict(groups), totals, tuple(unsettled))
