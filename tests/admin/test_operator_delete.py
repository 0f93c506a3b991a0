"""Deleting an operator: blockers with remedies, the code stays taken, a race ends in 409."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import (
    AuditEvent,
    ChargingSession,
    Operator,
    OperatorCode,
    OperatorDraft,
    Role,
    SessionStatus,
    Terms,
)
from tests.admin.operator_wizard import ENVIRONMENT, send, walk
from tests.support.factories import (
    LONG_AGO,
    csrf_token,
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    post,
    sign_in,
)

URL = "/admin/operators/HOTEL/delete"


@pytest.fixture
def admin(session: Session, client: FlaskClient) -> FlaskClient:
    account = make_account(session)
    session.commit()
    return sign_in(client, account.email)


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_unused_operator_goes_and_its_code_stays_taken(admin: FlaskClient, session: Session) -> None:
    terms = {"share_percent": "5", "effective_from": "2026-12"}
    draft = walk(admin, {"code": "HOTEL"}, ENVIRONMENT | terms)
    send(admin, f"{draft}/summary", {})
    assert "Nothing refers to this operator" in admin.get(URL).text
    assert post(admin, URL).headers["Location"] == "/admin/operators/"
    assert [count(session, model) for model in (Operator, Terms, OperatorDraft)] == [0, 0, 0]
    assert session.get(OperatorCode, "HOTEL") is not None
    assert session.scalars(select(AuditEvent.action)).all()[-1] == "operator.delete"
    assert post(admin, URL).status_code == 404
    again = walk(admin, {"code": "HOTEL-2"})
    assert send(admin, f"{again}/operator", {"name": "Hotel", "code": "HOTEL"}).status_code == 422


def test_every_blocker_is_named_with_count_link_and_remedy(admin: FlaskClient, session: Session) -> None:
    hotel = make_operator(session, code="HOTEL")
    area = make_area(session, hotel)
    station = make_station(session, area)
    make_account(session, Role.OPERATOR, operator=hotel)
    driver = make_driver(session)
    make_membership(session, hotel, driver, revoked_at=datetime.now(UTC), revoked_by="x")
    make_membership(session, hotel, driver)
    session.add(
        ChargingSession(
            external_id="1",
            operator_id=hotel.id,
            area_id=area.id,
            station_id=station.id,
            charger_uid="1",
            connector_number=1,
            started_at=LONG_AGO,
            currency="EUR",
            status=SessionStatus.CLOSED,
            created_at=LONG_AGO,
        )
    )
    session.commit()
    for answer, status in ((admin.get(URL), 200), (post(admin, URL), 409)):
        assert answer.status_code == status
        for link in ("areas/?operator=HOTEL", "accounts/?operator=HOTEL", "sessions/?operator=HOTEL"):
            assert f"/admin/{link}" in answer.text
        assert "/admin/operators/HOTEL/members/" in answer.text
        assert '<td class="cell-number" data-label="How many">2</td>' in answer.text
        for words in ("Assign them to another operator", "Revoke the live ones", "Archive instead"):
            assert words in answer.text
    assert count(session, Operator) == 1


def test_an_area_assigned_at_the_same_moment_wins(
    admin: FlaskClient, session: Session, new_session: Callable[[], Session]
) -> None:
    make_operator(session, code="HOTEL")
    session.commit()
    token = csrf_token(admin)
    rival = new_session()
    hotel = rival.scalars(select(Operator)).one()
    rival.rollback()
    make_area(rival, hotel)
    answers = []
    deleting = threading.Thread(target=lambda: answers.append(admin.post(URL, data={"csrf_token": token})))
    deleting.start()
    time.sleep(0.5)
    assert not answers, "the delete waits for the one who was first"
    rival.commit()
    deleting.join(timeout=30)
    assert answers[0].status_code == 409
    assert "Assign them to another operator" in answers[0].text
    assert count(session, Operator) == 1
