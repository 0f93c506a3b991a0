"""Grant and revoke."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.engine import WRITE
from portal.models import AuditEvent, DriverStatus, Membership, OperatorStatus
from portal.services.memberships import grant, revoke
from tests.support.factories import TESTER, make_driver, make_membership, make_operator

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rows(session: Session) -> list[Membership]:
    return list(session.scalars(select(Membership).order_by(Membership.id)))


def test_grant_makes_one_audited_row(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    made = grant(session, operator, driver, actor=TESTER, at=AT)
    assert (made.granted_at, made.granted_by, made.valid_from, made.valid_to) == (AT, "tester", None, None)
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.operator_id, event.subject) == (
        "membership.grant",
        operator.id,
        driver.number,
    )


def test_granting_twice_is_a_no_op(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    first = grant(session, operator, driver, actor=TESTER, at=AT)
    assert grant(session, operator, driver, actor=TESTER, at=AT + HOUR) is first
    assert len(rows(session)) == 1
    assert session.scalar(select(func.count(AuditEvent.id))) == 1


def test_granting_after_a_revoke_is_a_new_row(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    grant(session, operator, driver, actor=TESTER, at=AT)
    revoke(session, operator, driver, actor=TESTER, at=AT + HOUR, reason="moved away")
    grant(session, operator, driver, actor=TESTER, at=AT + 2 * HOUR)
    old, new = rows(session)
    assert (old.revoked_at, old.revoked_by, old.revoke_reason) == (AT + HOUR, "tester", "moved away")
    assert (new.granted_at, new.revoked_at) == (AT + 2 * HOUR, None)


def test_an_expired_membership_is_closed_and_granted_anew(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    make_membership(session, operator, driver, valid_to=AT - HOUR)
    grant(session, operator, driver, actor=TESTER, at=AT)
    old, new = rows(session)
    assert (old.revoke_reason, new.valid_to) == ("expired", None)


def test_a_future_membership_is_replaced_by_one_that_counts_now(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    make_membership(session, operator, driver, valid_from=AT + HOUR)
    grant(session, operator, driver, actor=TESTER, at=AT)
    old, new = rows(session)
    assert (old.revoke_reason, new.valid_from) == ("replaced", None)


def test_revoking_a_stranger_changes_nothing(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    assert revoke(session, operator, driver, actor=TESTER, at=AT) is None
    assert session.scalar(select(func.count(AuditEvent.id))) == 0


@pytest.mark.parametrize("status", [OperatorStatus.DISABLED, OperatorStatus.ARCHIVED])
def test_an_operator_that_is_not_active_takes_no_members(session: Session, status: OperatorStatus) -> None:
    operator, driver = make_operator(session, status=status), make_driver(session)
    with pytest.raises(Conflict):
        grant(session, operator, driver, actor=TESTER, at=AT)


def test_a_disabled_driver_becomes_no_member(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session, status=DriverStatus.DISABLED)
    with pytest.raises(Conflict):
        grant(session, operator, driver, actor=TESTER, at=AT)


@pytest.mark.parametrize(("start", "end"), [(None, AT), (None, AT - HOUR), (AT + HOUR, AT + HOUR)])
def test_dates_that_never_count_are_refused(session: Session, start: datetime | None, end: datetime) -> None:
    operator, driver = make_operator(session), make_driver(session)
    with pytest.raises(Invalid) as refusal:
        grant(session, operator, driver, actor=TESTER, at=AT, valid_from=start, valid_to=end)
    assert refusal.value.field == "valid_to"


def test_the_database_itself_refuses_a_second_unrevoked_row(session: Session) -> None:
    operator, driver = make_operator(session), make_driver(session)
    make_membership(session, operator, driver)
    with pytest.raises(IntegrityError):
        make_membership(session, operator, driver)
    session.rollback()


def test_two_admins_granting_at_once_make_one_member(
    session: Session, new_session: Callable[[], Session]
) -> None:
    operator, driver = make_operator(session), make_driver(session)
    session.commit()
    together, failures = Barrier(2), []

    def granting(own: Session) -> None:
        try:
            together.wait()
            own.connection(execution_options=WRITE)
            grant(own, operator, driver, actor=TESTER, at=AT)
            own.commit()
        except Exception as error:
            failures.append(error)

    threads = [Thread(target=granting, args=(new_session(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(rows(session)) == 1
