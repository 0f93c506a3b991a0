"""Who sees which station: every kind of viewer against every kind of station, on both engines.

What is expected is the sentence once more, in plain Python over the facts that the test itself laid down.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.access import networks_of, station_in_network_of, station_managed_by, station_visible_to
from portal.domain.clock import now
from portal.domain.viewer import ANONYMOUS, Viewer
from portal.models import DriverStatus, Operator, OperatorStatus, Role, Station, StationStatus
from portal.queries.map import StationFilter, map_stations
from portal.queries.why import trace, trace_of
from portal.web.why import SEEING
from tests.map.networks import Plan, expected, make, plans
from tests.support.factories import make_area, make_driver, make_membership, make_operator, make_station

AT = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
REVOKED = {"revoked_at": AT - DAY, "revoked_by": "tester"}


@dataclass(frozen=True)
class History:
    """Membership rows of a driver in an operator's network, and whether they make it a live member at AT."""

    name: str
    rows: tuple[dict[str, Any], ...]
    live: bool


HISTORIES = (
    History("never", (), False),
    History("open", ({},), True),
    History("dated", ({"valid_from": AT - DAY, "valid_to": AT + DAY},), True),
    History("from this instant", ({"valid_from": AT},), True),
    History("from the next instant", ({"valid_from": AT + TICK},), False),
    History("until this instant", ({"valid_to": AT},), False),
    History("until the next instant", ({"valid_to": AT + TICK},), True),
    History("future", ({"valid_from": AT + DAY, "valid_to": AT + 2 * DAY},), False),
    History("expired", ({"valid_from": AT - 2 * DAY, "valid_to": AT - DAY},), False),
    History("revoked", (REVOKED,), False),
    History(
        "revoked within its dates", ({**REVOKED, "valid_from": AT - 2 * DAY, "valid_to": AT + DAY},), False
    ),
    History("granted again", (REVOKED, {}), True),
    History("granted again for later", (REVOKED, {"valid_from": AT + DAY}), False),
)


@dataclass(frozen=True)
class Who:
    """A viewer, and what is true of it."""

    name: str
    viewer: Viewer
    admin: bool = False
    user_of: int | None = None
    live_member_of: frozenset[int] = frozenset()


@dataclass(frozen=True)
class What:
    """A station, and what is true of it."""

    code: str
    operator_id: int | None
    visible: bool
    closed: bool


@dataclass
class World:
    viewers: list[Who] = field(default_factory=list)
    stations: list[What] = field(default_factory=list)


def sees(who: Who, what: What) -> bool:
    """The sentence."""
    if what.closed:
        return False
    if what.visible or who.admin:
        return True
    return what.operator_id is not None and (
        what.operator_id == who.user_of or what.operator_id in who.live_member_of
    )


@pytest.fixture
def world(session: Session) -> World:
    world = World()
    operators = [make_operator(session, status=status) for status in OperatorStatus]
    operators.append(make_operator(session))  # another tenant, active
    for operator in (None, *operators):
        area = make_area(session, operator)
        owner = operator.id if operator else None
        for visible, status in product((True, False), StationStatus):
            code = make_station(session, area, visible=visible, status=status).code
            world.stations.append(What(code, owner, visible, status is StationStatus.CLOSED))
    world.viewers.append(Who("anonymous", ANONYMOUS))
    world.viewers.append(Who("admin", Viewer(role=Role.ADMIN, account_id=1), admin=True))
    for operator in operators:
        viewer = Viewer(role=Role.OPERATOR, account_id=2, operator_id=operator.id)
        world.viewers.append(Who(f"user of {operator.status} operator", viewer, user_of=operator.id))
    for operator, status, history in product(operators, DriverStatus, HISTORIES):
        world.viewers.append(driver_of(session, operator, status, history))
    # What a broken account would make: a role without the row it belongs to opens nothing.
    world.viewers.append(Who("user of no operator", Viewer(role=Role.OPERATOR, account_id=3)))
    world.viewers.append(Who("login of no driver", Viewer(role=Role.DRIVER, account_id=4)))
    return world


def driver_of(session: Session, operator: Operator, status: DriverStatus, history: History) -> Who:
    driver = make_driver(session, status=status)
    for row in history.rows:
        make_membership(session, operator, driver, **row)
    counts = history.live and status is DriverStatus.ACTIVE and operator.status is OperatorStatus.ACTIVE
    live = frozenset({operator.id} if counts else ())
    name = f"{status} driver, {history.name}, {operator.status} operator"
    return Who(name, Viewer(role=Role.DRIVER, account_id=5, driver_id=driver.id), live_member_of=live)


def test_everybody_sees_exactly_what_the_sentence_says(session: Session, world: World) -> None:
    surprises = []
    for who in world.viewers:
        seen = set(session.scalars(select(Station.code).where(station_visible_to(who.viewer, AT))))
        expected = {what.code for what in world.stations if sees(who, what)}
        facts = {what.code: what for what in world.stations}
        surprises += [f"{who.name} sees {facts[code]}" for code in seen - expected]
        surprises += [f"{who.name} misses {facts[code]}" for code in expected - seen]
    assert not surprises, "\n".join(surprises)
    assert len(world.viewers) > 100
    assert len(world.stations) == 40


def test_the_table_tells_viewers_apart(world: World) -> None:
    """Guards the test itself: anonymous, members and admins must not expect the same."""
    expected = {frozenset(what.code for what in world.stations if sees(who, what)) for who in world.viewers}
    # Anonymous, admin, four operator users; a live member sees as much as the operator's own user.
    assert len(expected) == 6


def test_one_station_is_the_list_plus_its_code(session: Session, world: World) -> None:
    for who in world.viewers[:6]:
        for what in world.stations:
            stmt = select(func.count()).select_from(Station)
            stmt = stmt.where(station_visible_to(who.viewer, AT), Station.code == what.code)
            assert session.scalar(stmt) == int(sees(who, what)), (who.name, what)


def test_my_networks_are_those_of_live_memberships_and_of_ones_own_operator(
    session: Session, world: World
) -> None:
    for who in world.viewers:
        mine = who.live_member_of | ({who.user_of} if who.user_of else frozenset())
        if not who.admin:
            assert set(session.scalars(networks_of(who.viewer, AT))) == mine, who.name
        found = set(session.scalars(select(Station.code).where(station_in_network_of(who.viewer, AT))))
        assert found == {what.code for what in world.stations if what.operator_id in mine}, who.name


def test_only_admins_and_the_own_operator_manage_a_station_closed_ones_included(
    session: Session, world: World
) -> None:
    for who in world.viewers:
        found = set(session.scalars(select(Station.code).where(station_managed_by(who.viewer))))
        own = {what.code for what in world.stations if who.user_of and what.operator_id == who.user_of}
        assert found == ({what.code for what in world.stations} if who.admin else own), who.name


# The database is emptied between examples, so that the fixtures may live as long as the test.
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans(most=6))
def test_the_explanation_is_the_rule_and_the_rule_is_the_map(session: Session, plan: Plan) -> None:
    made = make(session, plan)
    admin, at = Viewer(role=Role.ADMIN), now()
    for who, account in made.accounts.items():
        viewer = ANONYMOUS
        if account is not None and account.role is not Role.ADMIN:
            viewer = Viewer(role=account.role, operator_id=account.operator_id, driver_id=account.driver_id)
        elif account is not None:
            continue  # nobody asks why an admin sees everything
        on_map = set(
            session.scalars(map_stations(viewer, at, StationFilter()).with_only_columns(Station.code))
        )
        for index, code in enumerate(made.codes):
            told = trace_of(viewer, session.execute(trace(admin, viewer, code, at)).one())
            assert told.combined is told.sees is (code in on_map) is (index in expected(plan, who)), (
                who,
                told,
            )
            assert (told.reason in SEEING) is told.sees, (who, told)
