"""Terms: what a statement used or has settled stays; everything else may be added, changed, taken away."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.models import AuditEvent, Operator, OperatorStatus, Statement, Terms
from portal.services.statements import credit_statement, issue_statements
from portal.services.terms import add_terms, change_terms, remove_terms, set_terms
from tests.support.charging import make_charging, make_terms
from tests.support.factories import TESTER, make_area, make_operator, make_station

AT = datetime(2026, 12, 5, tzinfo=UTC)
RAW = {"price_per_kwh_ac": "0.2", "share_percent": "30", "reimbursement_first": "y"}
BY = {"actor": TESTER, "at": AT}


@pytest.fixture
def operator(session: Session) -> Operator:
    """Terms of January, a statement of September for a session that started on August 31 (local time)."""
    made = make_operator(session, code="ALPINA")
    make_terms(session, made)
    station = make_station(session, make_area(session, made))
    ended = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)  # 0:30 in September
    make_charging(session, station, made, ended)
    [statement] = issue_statements(session, made, date(2026, 9, 1), actor=TESTER, at=AT)
    assert statement.number == "ALPINA-2026-09-001"
    session.commit()
    return made


def add(session: Session, operator: Operator, month: str, **over: str) -> Terms:
    raw = RAW | {"effective_from": month} | over
    return add_terms(session, operator, raw, version=operator.version, **BY)


def terms_of(session: Session, operator: Operator) -> list[Terms]:
    return list(session.scalars(select(Terms).order_by(Terms.effective_from)))


def test_terms_that_a_statement_used_are_frozen(session: Session, operator: Operator) -> None:
    [used] = terms_of(session, operator)
    said = "used by statement ALPINA-2026-09-001 and stay as they are"
    with pytest.raises(Conflict, match=said):
        change_terms(session, operator, used, RAW, version=operator.version, **BY)
    with pytest.raises(Conflict, match=said):
        remove_terms(session, operator, used, version=operator.version, **BY)
    again = {name: getattr(used, name) for name in ("effective_from", "share_percent", "price_per_kwh_ac")}
    assert set_terms(session, operator, again, **BY) is used  # written again as they are


def test_no_version_begins_before_what_is_settled(session: Session, operator: Operator) -> None:
    """The session started in August: terms from August would apply to it, terms from September would not."""
    with pytest.raises(Conflict, match=r"ALPINA-2026-09-001 has settled sessions .* from 2026-08 would"):
        add(session, operator, "2026-08")
    added = add(session, operator, "2026-09-01")
    assert (added.effective_from, added.share_percent) == (date(2026, 9, 1), 30)
    changed = change_terms(
        session, operator, added, RAW | {"share_percent": "31"}, version=operator.version, **BY
    )
    assert (changed.share_percent, changed.effective_from) == (31, date(2026, 9, 1))
    remove_terms(session, operator, added, version=operator.version, **BY)
    assert len(terms_of(session, operator)) == 1


def test_an_earlier_month_that_later_terms_cover_is_free(session: Session, operator: Operator) -> None:
    """Terms from December 2025 hold until January, when nothing settled started."""
    assert add(session, operator, "2025-12").effective_from == date(2025, 12, 1)


def test_once_the_statement_is_credited_the_month_is_open_again(session: Session, operator: Operator) -> None:
    statement = session.scalars(select(Statement)).one()
    session.refresh(statement, ["operator"])
    credit_statement(session, statement, "Wrong prices", actor=TESTER, at=AT)
    assert add(session, operator, "2026-08").effective_from == date(2026, 8, 1)
    [used, _new] = terms_of(session, operator)
    with pytest.raises(Conflict, match="stay as they are"):  # its lines still say so
        change_terms(session, operator, used, RAW, version=operator.version, **BY)


def test_the_database_refuses_too(session: Session, operator: Operator) -> None:
    with pytest.raises(IntegrityError, match="frozen"):
        session.execute(update(Terms).values(share_percent=Decimal(1)))
    session.rollback()
    with pytest.raises(IntegrityError):
        session.execute(delete(Terms))


@pytest.mark.parametrize(
    ("field", "over"),
    [
        ("effective_from", {"effective_from": "2026-13"}),
        ("effective_from", {"effective_from": "2026-12-02"}),
        ("effective_from", {"effective_from": "soon"}),
        ("effective_from", {"effective_from": "2026-01"}),  # there are terms already
        ("share_percent", {"share_percent": "100.0001"}),
        ("share_percent", {"price_per_kwh_ac": "", "share_percent": ""}),
        ("price_per_kwh_ac", {"price_per_kwh_ac": "-1"}),
    ],
)
def test_what_is_wrong_is_said_of_its_field(
    session: Session, operator: Operator, field: str, over: dict[str, str]
) -> None:
    raw = RAW | {"effective_from": "2027-01"} | over
    with pytest.raises(Invalid) as refused:
        add_terms(session, operator, raw, version=operator.version, **BY)
    assert refused.value.field == field


def test_an_old_form_and_an_archived_operator(session: Session, operator: Operator) -> None:
    added = add(session, operator, "2027-01")
    with pytest.raises(Conflict) as stale:
        change_terms(
            session, operator, added, RAW | {"share_percent": "5"}, version=operator.version - 1, **BY
        )
    assert [(each.field, each.theirs, each.yours) for each in stale.value.changes] == [
        ("share_percent", 30, 5)
    ]
    operator.status = OperatorStatus.ARCHIVED
    with pytest.raises(Conflict, match="read only"):
        add(session, operator, "2027-02")


def test_the_trail_says_what_was_before_and_after(session: Session, operator: Operator) -> None:
    added = add(session, operator, "2027-01")
    change_terms(session, operator, added, RAW | {"share_percent": "5"}, version=operator.version, **BY)
    remove_terms(session, operator, added, version=operator.version, **BY)
    stmt = select(AuditEvent).where(AuditEvent.action.startswith("terms.")).order_by(AuditEvent.id)
    made, changed, gone = session.scalars(stmt)
    assert (made.action, made.subject, made.operator_id) == ("terms.create", "ALPINA 2027-01", operator.id)
    assert (changed.before, changed.after) == ({"share_percent": "30"}, {"share_percent": "5"})
    assert (gone.action, gone.after, gone.before["share_percent"]) == ("terms.delete", {}, "5")
