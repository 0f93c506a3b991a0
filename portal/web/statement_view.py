"""What page, PDF and CSV show of a statement, issued or still a draft: its lines explained, and its sums."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from portal.domain.commission import Agreed, Charged, settle
from portal.domain.commission_report import CountedSession, Totals
from portal.domain.statement_lines import NOTHING, Amounts, Line, amounts_of
from portal.models import Statement, StatementLine, StatementLineKind

from .commission_words import explain_line, percent
from .filters import amount, energy, local_month, money

FIRST = (StatementLineKind.SESSION, StatementLineKind.LATE)


@dataclass(frozen=True, slots=True)
class Refers:
    """The line that a correction or a credit is about: its statement's number, its position."""

    number: str
    position: int


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with the terms that it was settled by. `restated`: the whole session behind a correction."""

    position: int
    kind: StatementLineKind
    session_id: int
    station_code: str
    charger_uid: str
    connector_number: int
    dc: bool
    started_at: datetime
    ended_at: datetime
    amounts: Amounts
    agreed: Agreed | None
    restated: Amounts | None = None
    refers: Refers | None = None

    @property
    def due(self) -> int:
        return self.amounts.reimbursement_minor + self.amounts.share_minor

    @property
    def kept(self) -> int:
        return self.amounts.net_minor - self.due

    def charged(self, amounts: Amounts) -> Charged:
        return Charged(amounts.energy_wh, amounts.seconds, amounts.net_minor, self.dc)


Terms = Mapping[int | None, Agreed]


def terms_of(statement: Statement) -> Terms:
    """The versions that its lines were settled by, as they were frozen, by the id of their terms."""
    stored = statement.content["terms"].values()
    return {agreed.terms_id: agreed for agreed in map(Agreed.from_json, stored)}


def stored_line(line: StatementLine, terms: Terms, *, alone: bool = False) -> ShownLine:
    """A line of an issued statement; `alone`: it was loaded without what it refers to."""
    refers = None if alone else line.refers_to
    return ShownLine(
        line.position,
        line.kind,
        line.session_id,
        line.station_code,
        line.charger_uid,
        line.connector_number,
        line.dc,
        line.started_at,
        line.ended_at,
        amounts_of(line),
        terms.get(line.terms_id),
        Amounts(**line.restated) if line.restated else None,
        Refers(refers.statement.number, refers.position) if refers else None,
    )


def drafted_line(position: int, line: Line, refers: Mapping[int, Refers]) -> ShownLine:
    """A line of a draft; `refers` has the lines of issued statements by their id."""
    one = line.session
    return ShownLine(
        position,
        line.kind,
        one.id,
        one.station_code,
        one.charger_uid,
        one.connector_number,
        one.dc,
        one.started_at,
        one.ended_at,
        line.amounts,
        line.agreed,
        Amounts(**line.restated) if line.restated else None,
        refers.get(line.refers_to_id) if line.refers_to_id is not None else None,
    )


def explain(line: ShownLine, currency: str) -> list[str]:
    """How the figures of a line came about, a sentence each step; the same on pages and in files."""
    if line.kind is StatementLineKind.CREDIT:
        about = {"number": line.refers.number, "position": line.refers.position} if line.refers else {}
        return [_("Takes back line %(position)s of %(number)s.", **about)] if about else []
    if line.restated is None:
        late = [_("It ended in an earlier month, after whose statement it came to count.")]
        steps = late if line.kind is StatementLineKind.LATE else []
        return [*steps, *_settled(line, line.amounts, currency)]
    before = line.restated.less(line.amounts)
    first = line.refers.number if line.refers else ""
    return [
        _(
            "Already settled, first on %(number)s: %(figures)s",
            number=first,
            figures=_figures(before, currency),
        ),
        _("Now: %(figures)s", figures=_figures(line.restated, currency)),
        *_settled(line, line.restated, currency),
        _("Difference: %(figures)s", figures=_figures(line.amounts, currency)),
    ]


def terms_words(one: Agreed) -> str:
    """A version of terms in one sentence; prices that are zero are not named."""
    prices = [
        (_("%(price)s per kWh, AC"), one.price_per_kwh_ac),
        (_("%(price)s per kWh, DC"), one.price_per_kwh_dc),
        (_("%(price)s per session"), one.price_per_session),
        (_("%(price)s per hour"), one.price_per_hour),
    ]
    said = [text % {"price": amount(value, one.currency)} for text, value in prices if value]
    share = {"percent": percent(one.share_percent)}
    said.append(
        _("%(percent)s of the net revenue less the reimbursement", **share)
        if one.reimbursement_first
        else _("%(percent)s of the net revenue", **share)
    )
    since = _("In force from %(month)s", month=local_month(one.effective_from))
    return f"{since}: {'; '.join(said)}."


def _settled(line: ShownLine, amounts: Amounts, currency: str) -> list[str]:
    charged = line.charged(amounts)
    return explain_line(line.agreed, charged, settle(line.agreed, charged), currency)


def _figures(amounts: Amounts, currency: str) -> str:
    words: str = _(
        "%(energy)s, net %(net)s, reimbursement %(reimbursement)s, share %(share)s",
        energy=energy(amounts.energy_wh),
        net=money(amounts.net_minor, currency),
        reimbursement=money(amounts.reimbursement_minor, currency),
        share=money(amounts.share_minor, currency),
    )
    return words


@dataclass(slots=True)
class Sums:
    """Lines added up; money in minor units."""

    lines: int = 0
    amounts: Amounts = NOTHING

    def add(self, amounts: Amounts) -> None:
        self.lines += 1
        self.amounts = Amounts(*map(sum, zip(self.amounts, amounts, strict=True)))

    @property
    def due(self) -> int:
        return self.amounts.reimbursement_minor + self.amounts.share_minor

    @property
    def kept(self) -> int:
        return self.amounts.net_minor - self.due


@dataclass(slots=True)
class Digest:
    """The sums of a statement: all of it, by station, by local day of the end, by kind of line.

    `totals` holds the sessions that count here for the first time, so that their sum can be explained.
    """

    currency: str
    total: Sums = field(default_factory=Sums)
    stations: dict[str, Sums] = field(default_factory=dict)
    days: dict[date, Sums] = field(default_factory=dict)
    kinds: dict[StatementLineKind, Sums] = field(default_factory=dict)
    totals: Totals = field(default_factory=lambda: Totals(""))


def digest(lines: Iterable[ShownLine], currency: str, zone: str) -> Digest:
    """Add the lines up in one pass; stations by code, days in their order."""
    made, tz = Digest(currency, totals=Totals(currency)), ZoneInfo(zone)
    for line in lines:
        day = line.ended_at.astimezone(tz).date()
        made.total.add(line.amounts)
        made.stations.setdefault(line.station_code, Sums()).add(line.amounts)
        made.days.setdefault(day, Sums()).add(line.amounts)
        made.kinds.setdefault(line.kind, Sums()).add(line.amounts)
        if line.kind in FIRST:
            made.totals.add(
                _counted(line, currency), line.agreed, settle(line.agreed, line.charged(line.amounts))
            )
    made.stations = dict(sorted(made.stations.items()))
    made.days = dict(sorted(made.days.items()))
    return made


def _counted(line: ShownLine, currency: str) -> CountedSession:
    """As the report counts a session; who owns it and who charged plays no part in its sums."""
    place: dict[str, Any] = {"operator_id": 0, "area_id": 0, "station_id": 0, "member": False, "version": 0}
    return CountedSession(
        id=line.session_id,
        station_code=line.station_code,
        charger_uid=line.charger_uid,
        connector_number=line.connector_number,
        dc=line.dc,
        started_at=line.started_at,
        ended_at=line.ended_at,
        energy_wh=line.amounts.energy_wh,
        net_minor=line.amounts.net_minor,
        vat_minor=line.amounts.vat_minor,
        currency=currency,
        **place,
    )
