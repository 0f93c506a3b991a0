"""A network with random sessions, and its commission in plain decimals: what the report is held against."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.models import (
    ChargingSession,
    CurrentType,
    Doubt,
    Driver,
    Membership,
    Operator,
    SessionDoubt,
    Station,
    Terms,
)
from tests.support.charging import make_charging, make_doubt, make_terms
from tests.support.factories import make_area, make_driver, make_membership, make_operator, make_station

CENT = Decimal("0.01")
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
BEGIN = datetime(2026, 9, 29, tzinfo=UTC)
ZONES = {"ALPINA": "Europe/Ljubljana", "HARBOR": "America/New_York", "EVEREST": "Asia/Kathmandu"}
FIGURES = ("sessions", "energy_wh", "net", "vat", "reimbursement", "share", "due", "kept")


@dataclass
class Place:
    operator: Operator
    terms: list[Terms]
    stations: dict[int, tuple[Station, bool]]
    membership: Membership
    stranger: Driver


@dataclass
class Network:
    """Three operators in zones with and without changes of the clock, each with an AC and a DC station."""

    places: list[Place] = field(default_factory=list)
    sessions: list[ChargingSession] = field(default_factory=list)
    doubts: list[SessionDoubt] = field(default_factory=list)

    def place(self, charging: ChargingSession) -> Place:
        return next(place for place in self.places if place.operator.id == charging.operator_id)

    def day(self, charging: ChargingSession) -> date:
        assert charging.ended_at
        return charging.ended_at.astimezone(ZoneInfo(self.place(charging).operator.timezone)).date()

    def dc(self, charging: ChargingSession) -> bool:
        return self.place(charging).stations[charging.station_id][1]

    def driver(self, charging: ChargingSession) -> str:
        member = self.place(charging).membership
        if charging.driver_id is None:
            return "unknown"
        revoked = member.revoked_at
        assert revoked
        live = member.granted_at <= charging.started_at < revoked
        return "member" if charging.driver_id == member.driver_id and live else "other"

    def counting(self) -> Iterable[ChargingSession]:
        open_ = {doubt.session_id for doubt in self.doubts if doubt.accepted_at is None}
        return (one for one in self.sessions if one.id not in open_ and FIRST <= self.day(one) <= LAST)

    def expected(self, key: Callable[[ChargingSession], object]) -> dict[object, dict[str, Decimal]]:
        found: dict[object, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(FIGURES, Decimal(0)))
        for one in self.counting():
            for name, value in self.figures(one).items():
                found[key(one)][name] += value
        return dict(found)

    def figures(self, charging: ChargingSession) -> dict[str, Decimal]:
        """As SEMANTICS writes it, in fifty digits."""
        terms = self.terms_at(charging)
        net = Decimal(charging.net_minor or 0) / 100
        with localcontext() as context:
            context.prec = 50
            assert charging.ended_at
            seconds = Decimal(int((charging.ended_at - charging.started_at).total_seconds()))
            kwh = Decimal(charging.energy_wh or 0) / 1000
            price = terms.price_per_kwh_dc if self.dc(charging) else terms.price_per_kwh_ac
            reimbursement = kwh * price + terms.price_per_session + seconds * terms.price_per_hour / 3600
            base = max(Decimal(0), net - reimbursement) if terms.reimbursement_first else net
            share = base * terms.share_percent / 100
        rounded = [value.quantize(CENT, ROUND_HALF_UP) for value in (reimbursement, share)]
        due = sum(rounded)
        vat = Decimal(charging.vat_minor or 0) / 100
        amounts = (Decimal(1), Decimal(charging.energy_wh or 0), net, vat, *rounded, due, net - due)
        return dict(zip(FIGURES, amounts, strict=True))

    def terms_at(self, charging: ChargingSession) -> Terms:
        place = self.place(charging)
        started = charging.started_at.astimezone(ZoneInfo(place.operator.timezone)).date()
        return max(
            (one for one in place.terms if one.effective_from <= started), key=lambda one: one.effective_from
        )


def make_network(session: Session, count: int = 60, ending: str = "") -> Network:
    """Committed; `count` sessions each, some of them at the edges of days, some doubtful."""
    network = Network([_place(session, f"{code}{ending}", zone) for code, zone in ZONES.items()])
    for place in network.places:
        _charge(session, network, place, count)
    session.commit()
    return network


def _place(session: Session, code: str, zone: str) -> Place:
    operator = make_operator(session, code=code, name=code.title(), timezone=zone)
    area = make_area(session, operator, code=f"{code}-AREA")
    stations = {}
    for current in (CurrentType.AC, CurrentType.DC):
        station = make_station(session, area, code=f"{code}-{current.value}")
        session.refresh(station, ["chargers"])
        station.chargers[0].current_type = current
        stations[station.id] = (station, current is CurrentType.DC)
    terms = [
        make_terms(session, operator, price_per_session=Decimal("0.2")),
        make_terms(session, operator, date(2026, 10, 1), price_per_hour=Decimal("0.3333"),
                   share_percent=Decimal("33.3333"), reimbursement_first=False),
    ]  # fmt: skip
    revoked = {"revoked_at": datetime(2026, 10, 15, tzinfo=UTC), "revoked_by": "tester"}
    membership = make_membership(session, operator, make_driver(session), **revoked)
    return Place(operator, terms, stations, membership, make_driver(session))


def _charge(session: Session, network: Network, place: Place, count: int) -> None:
    dice = Random(place.operator.code)  # noqa: S311
    drivers = (place.membership.driver_id, place.stranger.id, None)
    for number in range(count):
        ended = BEGIN + timedelta(seconds=dice.randrange(35 * 86_400))
        if number % 4 == 0:  # the first or the last second of a local day, clock changes included
            zone = ZoneInfo(place.operator.timezone)
            midnight = datetime.combine(ended.astimezone(zone).date(), datetime.min.time(), zone)
            ended = midnight.astimezone(UTC) - timedelta(seconds=number // 4 % 2)
        over = {
            "started_at": ended - timedelta(seconds=dice.randrange(1, 40_000)),
            "energy_wh": dice.randrange(0, 60_000),
            "net_minor": dice.randrange(0, 2500),
            "vat_minor": dice.randrange(0, 500),
            "driver_id": dice.choice(drivers),
        }
        charging = make_charging(
            session, dice.choice(list(place.stations.values()))[0], place.operator, ended, **over
        )
        network.sessions.append(charging)
        if number % 9 == 0:
            network.doubts.append(make_doubt(session, charging, Doubt.OVERLAP))
