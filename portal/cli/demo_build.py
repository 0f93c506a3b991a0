"""Builds the demo network through the same services as the web, in one transaction."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.rating import Prices
from portal.domain.viewer import Actor
from portal.models import (
    Account,
    Area,
    CurrentType,
    Driver,
    Operator,
    Role,
    Station,
)
from portal.services import accounts, areas, drivers, hardware, memberships, operators, stations, tariffs

from .demo_network import (
    ALPINA,
    ALPINA_DRIVERS,
    HARBOR,
    LOGINS,
    MORE_DRIVERS,
    OPERATORS,
    PLACES,
    TARIFFS,
    Place,
)
from .demo_sessions import DAYS, make_sessions

PASSWORD = "demo-portal"  # noqa: S105 - printed for everybody, and the demo serves this machine only
BUILDER = Actor("demo", via="cli")


def is_built(session: Session) -> bool:
    return session.scalar(select(Account.id).limit(1)) is not None


def build(session: Session, at: datetime) -> None:
    """Fill an empty database. The same seed makes the same network; sessions end at `at`."""
    made_at = at - timedelta(days=DAYS)
    owners = {
        raw["code"]: operators.create_operator(session, raw, actor=BUILDER, at=made_at) for raw in OPERATORS
    }
    placed = [station for place in PLACES for station in _place(session, place, owners, made_at)]
    people = _people(session, made_at)
    _members(session, owners, people, made_at)
    _logins(session, owners, people, made_at)
    prices = _tariffs(session, owners, made_at)
    make_sessions(session, placed, prices, list(people.values()), at)


def _place(
    session: Session, place: Place, owners: dict[str | None, Operator], at: datetime
) -> list[tuple[Station, Area, int]]:
    data = areas.AreaData(name=place.name, city=place.city, country=place.country)
    area = areas.create_area(
        session, place.code, data, operator=owners.get(place.operator), actor=BUILDER, at=at
    )
    made = []
    for code, name, latitude, longitude, visible, kw, dc in place.stations:
        station = stations.create_station(
            session,
            code,
            area,
            stations.StationData(name, latitude, longitude, city=place.city, country=place.country),
            visible=visible,
            actor=BUILDER,
            at=at,
        )
        current = CurrentType.DC if dc else CurrentType.AC
        charger = hardware.add_charger(session, station, "1", current, actor=BUILDER, at=at)
        standard = _standard(place.country, dc)
        for number in (1, 2):
            plug = hardware.ConnectorData(number, standard, Decimal(kw))
            hardware.add_connector(session, charger, plug, actor=BUILDER, at=at)
        made.append((station, area, kw))
    return made


def _standard(country: str, dc: bool) -> str:
    if country == "US":
        return "IEC_62196_T1_COMBO" if dc else "IEC_62196_T1"
    return "IEC_62196_T2_COMBO" if dc else "IEC_62196_T2"


def _people(session: Session, at: datetime) -> dict[str, Driver]:
    made = {}
    for number, name, email, phone, token in ALPINA_DRIVERS:
        data = drivers.DriverData(name, email, phone)
        made[number] = drivers.create_driver(session, number, data, actor=BUILDER, at=at, token_uid=token)
    for n, (number, name) in enumerate(MORE_DRIVERS):
        data = drivers.DriverData(name, f"driver{n + 1}@example.org", f"+386 41 555 {n:03}")
        made[number] = drivers.create_driver(
            session, number, data, actor=BUILDER, at=at, token_uid=f"04F0{n:06X}AA"
        )
    return made


def _members(
    session: Session, owners: dict[str | None, Operator], people: dict[str, Driver], at: datetime
) -> None:
    alpina, harbor = owners[ALPINA], owners[HARBOR]
    for number in ("D-10001", "D-10002", *(number for number, _ in MORE_DRIVERS[:12])):
        memberships.grant(session, alpina, people[number], actor=BUILDER, at=at)
    later = at + timedelta(days=30)
    memberships.revoke(session, alpina, people["D-10002"], actor=BUILDER, at=later, reason="moved out")
    soon = at + timedelta(days=DAYS + 7)
    memberships.grant(session, alpina, people[MORE_DRIVERS[20][0]], actor=BUILDER, at=at, valid_to=soon)
    for number, _ in MORE_DRIVERS[30:34]:
        memberships.grant(session, harbor, people[number], actor=BUILDER, at=at)


def _logins(
    session: Session, owners: dict[str | None, Operator], people: dict[str, Driver], at: datetime
) -> None:
    for email, name, whose, _note in LOGINS:
        operator, driver = owners.get(whose), people.get(whose)
        role = Role.OPERATOR if operator else Role.DRIVER if driver else Role.ADMIN
        accounts.create_account(
            session,
            email,
            role,
            actor=BUILDER,
            at=at,
            name=name,
            operator=operator,
            driver=driver,
            password=PASSWORD,
        )


def _tariffs(session: Session, owners: dict[str | None, Operator], at: datetime) -> dict[str | None, Prices]:
    """One for each operator and one for the rest; their prices by the operator's code."""
    made = {}
    for code, raw in TARIFFS.items():
        scope = tariffs.Scope(operator=owners.get(code))
        made[code] = Prices.of(tariffs.create_tariff(session, raw, scope, zone="UTC", actor=BUILDER, at=at))
    return made
