"""Statements: every session once, corrections as differences, a chain that shows every change."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.models import AuditEvent, ChargingSession, Doubt, Statement, StatementLine, StatementStatus
from portal.queries.statements import lines_of
from portal.services.statement_drafts import month_draft
from portal.services.statement_proof import verify
from portal.services.statements import credit_statement, issue_statements
from tests.support.charging import make_charging, make_doubt, make_terms
from tests.support.factories import TESTER, make_area, make_operator, make_station

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
LATER = datetime(2026, 12, 5, tzinfo=UTC)


class World:
    """An operator with terms and a station, and what is done to its sessions."""

    def __init__(self, session: Session, **over: Any) -> None:
        self.session = session
        self.operator = make_operator(session, code="ALPINA", **over)
        self.station = make_station(session, make_area(session, self.operator))
        self.terms = make_terms(session, self.operator)

    def charge(self, month: int, day: int, **over: Any) -> ChargingSession:
        ended_at = over.pop("ended_at", datetime(2026, month, day, 12, tzinfo=UTC))
        return make_charging(self.session, self.station, self.operator, ended_at, **over)

    def issue(self, month: date, at: datetime = LATER) -> list[Statement]:
        return issue_statements(self.session, self.operator, month, actor=TESTER, at=at)

    def credit(self, statement: Statement, reason: str = "Wrong prices") -> Statement:
        statement.operator = self.operator
        return credit_statement(self.session, statement, reason, actor=TESTER, at=LATER)

    def lines(self, statement: Statement) -> list[StatementLine]:
        return list(self.session.scalars(lines_of(statement.id)))

    def drifts(self) -> list[str]:
        self.session.expire_all()
        return [drift.what for drift in verify(self.session, self.operator)]


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def test_a_month_with_its_figures(world: World) -> None:
    world.charge(9, 2)
    world.charge(9, 30, energy_wh=20_000, net_minor=1000, vat_minor=200)
    world.charge(10, 2)
    (made,) = world.issue(SEPTEMBER)
    assert made.number == "ALPINA-2026-09-001"
    assert (made.sessions, made.energy_wh, made.net_minor, made.vat_minor) == (2, 30_000, 1420, 284)
    # 1.00 + 20 % of 3.20, and 2.00 + 20 % of 8.00
    assert (made.reimbursement_minor, made.share_minor) == (300, 224)
    assert (made.due_minor, made.kept_minor) == (524, 896)
    assert [line.kind.value for line in world.lines(made)] == ["session", "session"]
    assert world.drifts() == []


def test_the_month_is_that_of_the_operator_s_clock(session: Session) -> None:
    world = World(session, timezone="Asia/Kathmandu")
    world.charge(8, 31, ended_at=datetime(2026, 8, 31, 18, 15, tzinfo=UTC))
    world.charge(8, 31, ended_at=datetime(2026, 8, 31, 18, 14, 59, tzinfo=UTC))
    (made,) = world.issue(SEPTEMBER)
    assert made.sessions == 1
    assert made.content["from"] == "2026-08-31T18:15:00+00:00"
    with pytest.raises(Invalid, match="2026-11 is not over"):
        world.issue(NOVEMBER, at=datetime(2026, 11, 30, 18, 14, tzinfo=UTC))


def test_issued_once(world: World) -> None:
    world.charge(9, 2)
    world.issue(SEPTEMBER)
    with pytest.raises(Conflict, match="ALPINA-2026-09-001"):
        world.issue(SEPTEMBER)
    assert world.issue(OCTOBER) == []


def test_what_is_doubtful_stays_out_until_accepted(world: World) -> None:
    world.charge(9, 2)
    doubt = make_doubt(world.session, world.charge(9, 3), Doubt.OVERLAP)
    endless = world.charge(9, 4, ended_at=None, started_at=datetime(2026, 9, 4, tzinfo=UTC))
    make_doubt(world.session, endless, Doubt.NO_END)
    (made,) = world.issue(SEPTEMBER)
    assert made.sessions == 1
    assert {(row["doubt"], row["sessions"]) for row in made.content["left_out"]} == {
        ("overlap", 1),
        ("no_end", 1),
    }
    doubt.accepted_at = LATER
    (late,) = world.issue(OCTOBER)
    assert [line.kind.value for line in world.lines(late)] == ["late"]


def test_a_corrected_session_is_a_difference_on_the_next_statement(world: World) -> None:
    charging = world.charge(9, 2)
    (first,) = world.issue(SEPTEMBER)
    charging.energy_wh, charging.net_minor = 5_000, 210
    world.session.flush()
    assert [drift.pending for drift in verify(world.session, world.operator)] == [True]
    (second,) = world.issue(OCTOBER)
    (line,) = world.lines(second)
    assert (line.kind.value, line.energy_wh, line.net_minor) == ("correction", -5_000, -210)
    # 0.50 + 20 % of 1.60 instead of 1.00 + 20 % of 3.20
    assert (line.reimbursement_minor, line.share_minor) == (-50, -32)
    assert line.refers_to is not None
    assert line.refers_to.statement.number == first.number
    assert line.restated == {
        **{"energy_wh": 5_000, "seconds": 3600, "net_minor": 210, "vat_minor": 84},
        **{"reimbursement_minor": 50, "share_minor": 32},
    }
    assert world.drifts() == []
    assert world.issue(NOVEMBER) == []


def test_a_change_that_moves_no_figure_is_no_correction(world: World) -> None:
    charging = world.charge(9, 2)
    world.issue(SEPTEMBER)
    charging.end_reason = "local"
    assert world.issue(OCTOBER) == []
    assert world.drifts() == []


def test_an_earlier_month_comes_first(world: World) -> None:
    world.charge(9, 2)
    world.issue(SEPTEMBER)
    world.charge(10, 2)
    with pytest.raises(Conflict, match="2026-10 has 1 sessions"):
        world.issue(NOVEMBER)


def test_what_ended_before_the_first_statement_is_left_alone(world: World) -> None:
    world.charge(8, 2)
    world.charge(9, 2)
    (made,) = world.issue(SEPTEMBER)
    assert made.sessions == 1


def test_one_statement_a_currency(world: World) -> None:
    world.terms.price_per_kwh_ac = world.terms.price_per_kwh_dc = Decimal(0)  # a percentage alone
    world.charge(9, 2)
    world.charge(9, 3, currency="USD")
    numbers = [(made.number, made.currency, made.net_minor) for made in world.issue(SEPTEMBER)]
    assert numbers == [("ALPINA-2026-09-001", "EUR", 420), ("ALPINA-2026-09-002", "USD", 420)]


def test_prices_of_another_currency_settle_nothing(world: World) -> None:
    world.charge(9, 3, currency="USD")
    assert world.issue(SEPTEMBER) == []
    assert len(month_draft(world.session, world.operator, SEPTEMBER).lines.unsettled) == 1


def test_a_credit_takes_back_and_sets_free(world: World) -> None:
    world.charge(9, 2)
    (first,) = world.issue(SEPTEMBER)
    credit = world.credit(first)
    assert (credit.number, credit.due_minor) == ("ALPINA-2026-09-002", -first.due_minor)
    assert first.status is StatementStatus.CREDITED
    assert credit.content["reason"] == "Wrong prices"
    assert world.drifts() == []
    for taken in (first, credit):
        with pytest.raises(Conflict):
            world.credit(taken)
    (anew,) = world.issue(SEPTEMBER)
    assert (anew.number, anew.due_minor) == ("ALPINA-2026-09-003", first.due_minor)
    assert world.drifts() == []


def test_a_credit_wants_a_reason_and_no_later_corrections(world: World) -> None:
    charging = world.charge(9, 2)
    (first,) = world.issue(SEPTEMBER)
    with pytest.raises(Invalid, match="500 characters"):
        world.credit(first, " ")
    charging.net_minor = 100
    (second,) = world.issue(OCTOBER)
    with pytest.raises(Conflict, match=second.number):
        world.credit(first)
    world.credit(second)
    world.credit(first)
    assert world.drifts() == []


def test_terms_of_the_start_and_dc_prices(world: World) -> None:
    make_terms(
        world.session, world.operator, SEPTEMBER, share_percent=Decimal(0), price_per_kwh_ac=Decimal(0)
    )
    midnight = datetime(2026, 8, 31, 22, tzinfo=UTC)
    world.charge(9, 1, started_at=midnight - timedelta(hours=1), ended_at=midnight + timedelta(hours=1))
    world.charge(9, 2)
    (made,) = world.issue(SEPTEMBER)
    assert [line.reimbursement_minor for line in world.lines(made)] == [100, 0]


def test_the_trail_has_who_issued_and_credited(world: World) -> None:
    world.charge(9, 2)
    (made,) = world.issue(SEPTEMBER)
    world.credit(made)
    events = world.session.execute(
        select(AuditEvent.action, AuditEvent.subject, AuditEvent.operator_id).order_by(AuditEvent.id)
    ).all()
    named = [tuple(event) for event in events if event.action.startswith("statement.")]
    assert named == [(f"statement.{verb}", made.number, world.operator.id) for verb in ("issue", "credit")]
