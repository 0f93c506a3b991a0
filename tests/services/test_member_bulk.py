"""Grants and revokes in bulk: the same rows and the same audit as one by one, hanging on one event."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.domain.access import membership_live
from portal.domain.errors import Conflict, Invalid
from portal.models import AuditEvent, Driver, DriverStatus, Membership, Operator, OperatorStatus
from portal.services.member_bulk import grant_many, revoke_many
from portal.services.memberships import amend, grant, revoke
from tests.support.factories import TESTER, make_driver, make_membership, make_operator

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALL = select(Driver.id)


def rows(session: Session, operator: Operator) -> list[Membership]:
    session.expire_all()
    stmt = select(Membership).where(Membership.operator_id == operator.id).order_by(Membership.id)
    return list(session.scalars(stmt))


def events(session: Session, parent: int | None) -> list[AuditEvent]:
    stmt = select(AuditEvent).where(AuditEvent.parent_id == parent).order_by(AuditEvent.id)
    return list(session.scalars(stmt))


def told(one: AuditEvent) -> tuple[Any, ...]:
    """What an event says, but for whom it is about."""
    without = {name: value for name, value in one.after.items() if name not in ("driver_id", "operator_id")}
    return one.action, one.subject_type, one.actor, one.via, one.before, without


def test_many_say_what_one_says(session: Session) -> None:
    one, many = make_operator(session), make_operator(session)
    driver = make_driver(session)
    dates = {"valid_from": AT, "valid_to": AT + 9 * HOUR, "note": "Room 7"}
    single = grant(session, one, driver, actor=TESTER, at=AT, **dates)
    revoke(session, one, driver, actor=TESTER, at=AT + HOUR, reason="moved")
    alone = events(session, None)
    done = grant_many(session, many, ALL, actor=TESTER, at=AT, **dates)
    ended = revoke_many(session, many, ALL, actor=TESTER, at=AT + HOUR, reason="moved")
    assert done.event and ended.event
    [granted], [revoked] = events(session, done.event.id), events(session, ended.event.id)
    assert [told(granted), told(revoked)] == [told(each) for each in alone]
    [row] = rows(session, many)
    names = [c.key for c in Membership.__table__.columns if c.key not in ("id", "operator_id")]
    assert [getattr(row, name) for name in names] == [getattr(single, name) for name in names]
    assert (granted.subject_id, revoked.subject_id) == (row.id, row.id)
    assert (granted.operator_id, granted.subject) == (many.id, driver.number)
    assert granted.after["driver_id"] == driver.id


def test_one_event_sums_up_and_comes_first(session: Session) -> None:
    operator = make_operator(session)
    for _ in range(3):
        make_driver(session)
    done = grant_many(session, operator, ALL, actor=TESTER, at=AT)
    assert done.event
    assert (done.changed, done.unchanged) == (3, 0)
    assert (done.event.action, done.event.subject, done.event.after) == (
        "members.grant_many",
        operator.code,
        {"granted": 3},
    )
    assert (done.event.subject_type, done.event.operator_id) == ("operator", operator.id)
    assert min(each.id for each in events(session, done.event.id)) > done.event.id
    again = grant_many(session, operator, ALL, actor=TESTER, at=AT + HOUR)
    assert (again.event, again.changed, again.unchanged) == (None, 0, 3)


def test_who_is_left_alone_and_who_is_replaced(session: Session) -> None:
    operator = make_operator(session)
    live, future, expired, none = (make_driver(session) for _ in range(4))
    make_driver(session, status=DriverStatus.DISABLED)
    kept = make_membership(session, operator, live, valid_to=AT + HOUR)
    make_membership(session, operator, future, valid_from=AT + HOUR)
    make_membership(session, operator, expired, valid_to=AT - HOUR)
    done = grant_many(session, operator, ALL, actor=TESTER, at=AT)
    assert (done.changed, done.unchanged) == (3, 1)
    now_live = session.scalars(select(Membership.driver_id).where(membership_live(AT)))
    assert set(now_live) == {live.id, future.id, expired.id, none.id}
    reasons = {row.driver_id: row.revoke_reason for row in rows(session, operator) if row.revoked_at}
    assert reasons == {future.id: "replaced", expired.id: "expired"}
    assert kept.revoked_at is None


def test_nobody_of_another_network_is_revoked(session: Session) -> None:
    operator, other, driver = make_operator(session), make_operator(session), make_driver(session)
    for each in (operator, other):
        make_membership(session, each, driver)
    assert revoke_many(session, operator, ALL, actor=TESTER, at=AT).changed == 1
    assert rows(session, other)[0].revoked_at is None
    assert revoke_many(session, operator, ALL, actor=TESTER, at=AT).event is None


@pytest.mark.parametrize("status", [OperatorStatus.DISABLED, OperatorStatus.ARCHIVED])
def test_an_inactive_operator_takes_nobody(session: Session, status: OperatorStatus) -> None:
    operator = make_operator(session, status=status)
    with pytest.raises(Conflict):
        grant_many(session, operator, ALL, actor=TESTER, at=AT)


def test_dates_that_never_count_are_refused(session: Session) -> None:
    with pytest.raises(Invalid):
        grant_many(session, make_operator(session), ALL, actor=TESTER, at=AT, valid_to=AT)


def test_the_number_of_statements_does_not_grow_with_the_members(session: Session) -> None:
    operator, counts = make_operator(session), []
    seen: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    for more in (2, 60):
        for _ in range(more):
            make_driver(session)
        session.flush()
        for verb in (grant_many, revoke_many):
            seen.clear()
            verb(session, operator, ALL, actor=TESTER, at=AT + len(counts) * HOUR)
            counts.append(len(seen))
    assert counts[:2] == counts[2:]
    assert max(counts) < 12


def test_other_dates_make_a_new_row_even_when_they_are_taken_away(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    first = grant(session, operator, driver, actor=TESTER, at=AT, valid_to=AT + 9 * HOUR)
    second = amend(session, operator, driver, seen=first.id, actor=TESTER, at=AT + HOUR, note="for good")
    assert (first.revoked_at, first.revoke_reason) == (AT + HOUR, "replaced")
    assert (second.valid_to, second.note, second.revoked_at) == (None, "for good", None)


def test_a_note_alone_is_written_on_the_row(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    first = grant(session, operator, driver, actor=TESTER, at=AT, note="old")
    assert amend(session, operator, driver, seen=first.id, actor=TESTER, at=AT, note="new") is first
    last = events(session, None)[-1]
    assert (last.action, last.before, last.after) == ("membership.update", {"note": "old"}, {"note": "new"})
    with pytest.raises(Conflict):
        amend(session, operator, driver, seen=first.id + 1, actor=TESTER, at=AT)


@pytest.mark.parametrize(("moment", "live"), [(AT - timedelta(seconds=1), True), (AT, False)])
def test_access_ends_exactly_on_time(session: Session, moment: datetime, live: bool) -> None:
    operator, driver = make_operator(session), make_driver(session)
    grant(session, operator, driver, actor=TESTER, at=AT - HOUR, valid_to=AT)
    assert bool(session.scalar(select(Membership.id).where(membership_live(moment)))) is live
