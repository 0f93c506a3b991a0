"""Real threads, real connections: one winner, a clear word for the other, and never a fault."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Account, AccountStatus, AuditEvent, Membership, Operator, Role
from tests.security.asking import Visitor, visitor
from tests.security.world import make_world
from tests.support.factories import sign_in

Request = tuple[str, dict[str, str]]


def at_once(visitors: list[Visitor], requests: list[Request]) -> list[int]:
    """Statuses of POSTs that start at the same moment, each by a browser of its own."""
    assert all(each.token for each in visitors)
    start = Barrier(len(requests))

    def send(asking: Visitor, request: Request) -> int:
        url, form = request
        start.wait(timeout=20)
        return asking.client.post(url, data={**form, "csrf_token": asking.token}).status_code

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, visitors, requests))


def test_grants_and_revokes_of_one_driver(app: Flask, session: Session) -> None:
    world = make_world(session)
    admins = [visitor(app, world, "admin") for _ in range(4)]
    base = f"/admin/operators/{world.a.operator.code}/members/{world.stranger_number}"
    for _ in range(3):
        assert set(at_once(admins, [(f"{base}/{verb}", {}) for verb in ("grant", "revoke") * 2])) <= {
            303,
            409,
        }
    session.rollback()
    rows = session.scalars(select(Membership).where(Membership.driver_id == world.stranger.driver_id)).all()
    assert sum(row.revoked_at is None for row in rows) <= 1
    events = Counter(
        session.scalars(select(AuditEvent.action).where(AuditEvent.subject == world.stranger_number))
    )
    assert events["membership.grant"] == len(rows)
    assert events["membership.revoke"] == sum(row.revoked_at is not None for row in rows)


def test_two_edits_of_one_operator(app: Flask, session: Session) -> None:
    world = make_world(session)
    admins = [visitor(app, world, "admin") for _ in range(2)]
    url = f"/admin/operators/{world.a.operator.code}/edit/operator"
    form = {"version": str(world.a.operator.version), "phone": "", "state": ""}
    statuses = at_once(admins, [(url, {**form, "name": f"Name {n}"}) for n in range(2)])
    assert sorted(statuses) == [303, 409]
    session.refresh(world.a.operator)
    assert world.a.operator.name == f"Name {statuses.index(303)}"


def test_a_double_click_on_the_last_step_makes_one_operator(app: Flask, session: Session) -> None:
    world = make_world(session)
    admins = [visitor(app, world, "admin") for _ in range(3)]
    before = session.scalar(select(func.count(Operator.id))) or 0
    session.rollback()
    url = f"/admin/operators/new/{world.a.names['draft']}/summary"
    assert at_once(admins, [(url, {"version": "3"})] * 3) == [303] * 3
    assert session.scalar(select(func.count(Operator.id))) == before + 1


def test_the_last_two_admins_cannot_disable_each_other(app: Flask, session: Session) -> None:
    make_world(session)
    admins = select(Account).where(Account.role == Role.ADMIN, Account.status == AccountStatus.ACTIVE)
    two = session.scalars(admins).all()
    visitors = [Visitor(sign_in(app.test_client(), each.email)) for each in two]
    urls = [f"/admin/accounts/{each.id}/disable" for each in reversed(two)]
    session.rollback()
    statuses = at_once(visitors, [(url, {}) for url in urls])
    assert set(statuses) <= {303, 403}
    assert len(session.scalars(admins).all()) == 1
