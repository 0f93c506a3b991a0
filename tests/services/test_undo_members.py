"""Undo of grants and revokes, single and many."""

from datetime import timedelta
from time import perf_counter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict
from portal.models import Driver, DriverStatus, Membership, OperatorStatus
from portal.services.member_bulk import grant_many, revoke_many
from portal.services.memberships import grant, revoke
from tests.services.undoing import AT, SOON, last, take_back
from tests.support.factories import TESTER, make_driver, make_membership, make_operator


def memberships(session: Session) -> list[Membership]:
    session.expire_all()
    return list(session.scalars(select(Membership).order_by(Membership.id)))


def test_a_grant_is_taken_back_and_what_it_replaced_returns(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    until = AT + timedelta(days=30)
    make_membership(session, operator, driver, valid_to=until, note="season")
    grant(session, operator, driver, actor=TESTER, at=AT, valid_to=until + timedelta(days=1))
    done = take_back(session, last(session, "membership.grant"))
    assert done.changed == 1
    first, granted, back = memberships(session)
    assert (granted.revoked_at, granted.revoke_reason) == (SOON, "undone")
    assert (back.revoked_at, back.valid_to, back.note) == (None, until, "season")
    assert first.revoke_reason == "replaced"


def test_a_revoke_is_undone_by_a_new_row_with_the_former_dates(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    begin, end = AT - timedelta(days=3), AT + timedelta(days=3)
    make_membership(session, operator, driver, valid_from=begin, valid_to=end)
    revoke(session, operator, driver, actor=TESTER, at=AT)
    take_back(session, last(session, "membership.revoke"))
    old, new = memberships(session)
    assert old.revoked_at == AT
    assert (new.valid_from, new.valid_to, new.granted_at, new.revoked_at) == (begin, end, SOON, None)
    with pytest.raises(Conflict):
        take_back(session, last(session, "membership.revoke"))


@pytest.mark.parametrize("obstacle", ["driver", "operator", "dates", "granted", "granted and revoked"])
def test_an_undo_obeys_the_rules_of_a_grant(session: Session, obstacle: str) -> None:
    operator, driver = make_operator(session), make_driver(session)
    make_membership(
        session, operator, driver, valid_to=AT + timedelta(minutes=5 if obstacle == "dates" else 60)
    )
    revoke(session, operator, driver, actor=TESTER, at=AT)
    event = last(session, "membership.revoke")
    if obstacle == "driver":
        driver.status = DriverStatus.DISABLED
    if obstacle == "operator":
        operator.status = OperatorStatus.DISABLED
    if "granted" in obstacle:
        grant(session, operator, driver, actor=TESTER, at=AT)
    if "revoked" in obstacle:
        revoke(session, operator, driver, actor=TESTER, at=AT)
    session.flush()
    before = len(memberships(session))
    with pytest.raises(Conflict):
        take_back(session, event)
    assert len(memberships(session)) == before


def test_many_members_in_a_moment(session: Session) -> None:
    operator = make_operator(session)
    drivers = [make_driver(session) for _ in range(300)]
    chosen = [driver.id for driver in drivers]

    granted = grant_many(session, operator, select(Driver.id), actor=TESTER, at=AT)
    assert take_back(session, granted.event).changed == len(chosen)
    again = grant_many(session, operator, select(Driver.id), actor=TESTER, at=SOON)
    assert again.changed == len(chosen)
    revoked = revoke_many(session, operator, select(Driver.id), actor=TESTER, at=SOON)
    drivers[0].status = DriverStatus.DISABLED
    session.flush()
    start = perf_counter()
    done = take_back(session, revoked.event)
    assert perf_counter() - start < 5
    assert (done.changed, [each.subject for each in done.skipped]) == (299, [drivers[0].number])
    live = [each for each in memberships(session) if each.revoked_at is None]
    assert len(live) == 299
