"""Operators below the web: create and update without a form, codes that stay taken."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.models import AuditEvent, Operator, OperatorStatus
from portal.queries.operators import free_code
from portal.services.operators import (
    create_operator,
    delete_operator,
    set_status,
    update_details,
    update_environment,
)
from tests.support.factories import TESTER, make_operator

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
RAW = {"code": " hotel-1 ", "name": " Hotel ", "timezone": "europe/ljubljana", "currency": "eur"}


def test_values_are_normalised(session: Session) -> None:
    raw = RAW | {"country": "si", "phone": "041 234 567"}
    operator = create_operator(session, raw, actor=TESTER, at=AT)
    assert (operator.code, operator.name, operator.timezone) == ("HOTEL-1", "Hotel", "Europe/Ljubljana")
    assert (operator.currency, operator.country, operator.phone_e164) == ("EUR", "SI", "+38641234567")
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.operator_id, event.subject) == ("operator.create", operator.id, "HOTEL-1")


def test_a_code_is_never_used_again(session: Session) -> None:
    operator = create_operator(session, RAW, actor=TESTER, at=AT)
    delete_operator(session, operator, actor=TESTER, at=AT)
    assert session.scalars(select(Operator)).all() == []
    with pytest.raises(Invalid) as refused:
        create_operator(session, RAW, actor=TESTER, at=AT)
    assert refused.value.field == "code"
    assert free_code(session, "Hotel 1") == "HOTEL-1-2"


def test_suggestions_stay_within_the_length_of_a_code(session: Session) -> None:
    name = "A very long name of a hotel in the Alps"
    taken = free_code(session, name)
    for _ in range(10):
        make_operator(session, code=taken)
        fresh = free_code(session, name)
        assert fresh != taken
        assert len(fresh) <= 36
        taken = fresh
    assert free_code(session, "!!!") == ""


def test_the_model_refuses_another_code(session: Session) -> None:
    operator = create_operator(session, RAW, actor=TESTER, at=AT)
    with pytest.raises(ValueError, match="never changes"):
        operator.code = "OTHER"


def test_archived_operators_refuse_updates(session: Session) -> None:
    operator = make_operator(session)
    set_status(session, operator, OperatorStatus.ARCHIVED, actor=TESTER, at=AT)
    with pytest.raises(Conflict):
        update_details(session, operator, RAW, version=operator.version, actor=TESTER, at=AT)
    with pytest.raises(Conflict):
        update_environment(session, operator, RAW, version=operator.version, actor=TESTER, at=AT)
    with pytest.raises(Conflict):
        set_status(session, operator, OperatorStatus.DISABLED, actor=TESTER, at=AT)
    set_status(session, operator, OperatorStatus.ACTIVE, actor=TESTER, at=AT)
    assert (
        update_details(session, operator, RAW, version=operator.version, actor=TESTER, at=AT).name == "Hotel"
    )
