"""Random networks for the map's tests: who exists, who is whose member, what stands where, who looks."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.domain.secrets import digest, new_secret
from portal.models import (
    Account,
    Base,
    DriverStatus,
    LoginSession,
    OperatorStatus,
    Role,
    SiteSettings,
    StationStatus,
)
from tests.support.factories import (
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
)

DAY = timedelta(days=1)
KEPT = {SiteSettings.__tablename__}


@dataclass(frozen=True)
class Spot:
    """A station to be: which operator's (None: nobody's), where, and how."""

    operator: int | None
    lng: float
    lat: float
    visible: bool
    status: StationStatus


@dataclass(frozen=True)
class Plan:
    """A network to be. `memberships` are (operator, driver, kind), at most one a pair."""

    operators: tuple[OperatorStatus, ...]
    drivers: tuple[DriverStatus, ...]
    memberships: dict[tuple[int, int], str]
    spots: tuple[Spot, ...]


LIVE = {"open", "dated"}
DATES = {
    "open": (None, None, False),
    "dated": (-DAY, DAY, False),
    "future": (DAY, None, False),
    "expired": (-2 * DAY, -DAY, False),
    "revoked": (None, None, True),
}
# A few exact places, so that stations share positions and lie on edges, beside any place at all.
longitudes = st.sampled_from([-180.0, 180.0, 0.0, 14.5, 14.5000001, -179.9, 179.9]) | st.floats(-180, 180)
latitudes = st.sampled_from([-90.0, 90.0, 0.0, 46.05, 85.0511, 85.06]) | st.floats(-90, 90)


@st.composite
def plans(draw: st.DrawFn, most: int = 32) -> Plan:
    """Up to three operators and three drivers, up to `most` stations (more than a page of the list)."""
    operators = draw(st.lists(st.sampled_from(OperatorStatus), min_size=1, max_size=3))
    drivers = draw(st.lists(st.sampled_from(DriverStatus), min_size=1, max_size=3))
    pairs = [(o, d) for o in range(len(operators)) for d in range(len(drivers))]
    memberships = draw(st.dictionaries(st.sampled_from(pairs), st.sampled_from(sorted(DATES))))
    owners = st.sampled_from([None, *range(len(operators))])
    spot = st.builds(Spot, owners, longitudes, latitudes, st.booleans(), st.sampled_from(StationStatus))
    return Plan(tuple(operators), tuple(drivers), memberships, tuple(draw(st.lists(spot, max_size=most))))


@dataclass(frozen=True)
class Made:
    """The network in the database, and by whom it can be looked at: name → account (None: anonymous)."""

    codes: tuple[str, ...]
    accounts: dict[str, Account | None]


def make(session: Session, plan: Plan) -> Made:
    """Put the plan into an emptied database and commit it."""
    empty(session)
    at = now()
    operators = [make_operator(session, status=status) for status in plan.operators]
    drivers = [make_driver(session, status=status) for status in plan.drivers]
    for (o, d), kind in plan.memberships.items():
        start, end, revoked = DATES[kind]
        make_membership(
            session,
            operators[o],
            drivers[d],
            valid_from=at + start if start else None,
            valid_to=at + end if end else None,
            revoked_at=at - DAY if revoked else None,
        )
    areas = {index: make_area(session, operator) for index, operator in enumerate(operators)}
    nobodys = make_area(session)
    codes = []
    for spot in plan.spots:
        area = nobodys if spot.operator is None else areas[spot.operator]
        over = {"visible": spot.visible, "status": spot.status, "longitude": spot.lng, "latitude": spot.lat}
        codes.append(make_station(session, area, **over).code)
    accounts: dict[str, Account | None] = {"anonymous": None, "admin": make_account(session, Role.ADMIN)}
    accounts |= {
        f"operator {index}": make_account(session, Role.OPERATOR, operator=operator)
        for index, operator in enumerate(operators)
        if operator.status is not OperatorStatus.DISABLED  # whose users cannot sign in
    }
    accounts |= {
        f"driver {index}": make_account(session, Role.DRIVER, driver=driver)
        for index, driver in enumerate(drivers)
        if driver.status is DriverStatus.ACTIVE
    }
    session.commit()
    return Made(tuple(codes), accounts)


def expected(plan: Plan, who: str) -> set[int]:
    """Which spots the viewer of this name sees, by the sentence of the meaning."""
    role, _, number = who.partition(" ")

    def private(owner: int | None) -> bool:
        if role == "admin":
            return True
        if owner is None or role == "anonymous":
            return False
        if role == "operator":
            return owner == int(number)
        active = plan.operators[owner] is OperatorStatus.ACTIVE
        return active and plan.memberships.get((owner, int(number))) in LIVE

    return {
        index
        for index, spot in enumerate(plan.spots)
        if spot.status is not StationStatus.CLOSED and (spot.visible or private(spot.operator))
    }


def browser_of(app: Flask, session: Session, account: Account | None) -> FlaskClient:
    """A client that is signed in without the cost of a password."""
    client = app.test_client()
    if account is None:
        return client
    secret, at = new_secret(), now()
    session.add(
        LoginSession(secret_hash=digest(secret), account_id=account.id, created_at=at, expires_at=at + DAY)
    )
    session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = secret, True
    return client


def empty(session: Session) -> None:
    """Take all rows but the site's own."""
    session.rollback()
    session.expunge_all()
    for table in reversed(Base.metadata.sorted_tables):
        if table.name not in KEPT and not table.name.startswith("audit"):
            session.execute(table.delete())
    session.commit()


__all__ = ["Made", "Plan", "browser_of", "empty", "expected", "make", "plans"]
