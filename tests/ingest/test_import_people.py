"""What importing drivers and members does, on both engines."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import AuditEvent, Driver, DriverStatus, Membership, OperatorStatus, Token
from tests.support.commands import Command, command
from tests.support.factories import make_driver, make_membership, make_operator

DRIVERS = "number,name,email,phone,token_uid"
MEMBERS = "operator_code,driver_number,valid_from,valid_to"


@pytest.fixture
def load(database_url: str, tmp_path: Path) -> Any:
    run: Command = command(database_url)

    def load(kind: str, *rows: str, options: tuple[str, ...] = ()) -> tuple[int, str]:
        file = tmp_path / f"{kind}.csv"
        header = DRIVERS if kind == "drivers" else MEMBERS
        file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        done = run("import", kind, file, "--format", "portal", *options)
        return done.exit_code, done.output

    return load


def driver(session: Session, number: str) -> Driver:
    session.rollback()
    return session.scalars(
        select(Driver).where(Driver.number == number).execution_options(populate_existing=True)
    ).one()


def tokens(session: Session) -> dict[str, str]:
    session.rollback()
    return dict(session.execute(select(Token.uid, Driver.number).join(Token.driver)).all())


def actions(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_drivers_with_tokens(load: Any, session: Session) -> None:
    rows = (
        "D-1,Zoë Łódź,Zoe@Example.com,+386 40 123 456,04ab",
        "D-1,Zoë Łódź,Zoe@Example.com,+386 40 123 456,04ac",
        "D-2,Ben,,,",
    )
    status, output = load("drivers", *rows)
    assert status == 0, output
    assert "2 accepted (new)" in output
    made = driver(session, "D-1")
    assert (made.email, made.phone, made.phone_e164) == ("zoe@example.com", "+386 40 123 456", "+38640123456")
    for part in ("zoe lodz", "zoe@example.com", "+38640123456", "d-1", "04ab", "04ac"):
        assert part in made.search
    assert tokens(session) == {"04AB": "D-1", "04AC": "D-1"}
    assert actions(session) == ["import.drivers"]
    status, output = load("drivers", *rows)
    assert "0 accepted (new), 0 changed, 2 unchanged" in output
    assert driver(session, "D-1").version == 1
    assert actions(session) == ["import.drivers"]


def test_a_known_driver_gains_tokens_and_keeps_what_is_not_said(load: Any, session: Session) -> None:
    make_driver(session, number="D-1", name="Old", email="old@example.com", token_uid="04AA")
    session.commit()
    status, output = load("drivers", "D-1,New,,,04BB")
    assert status == 0
    assert "1 changed" in output
    changed = driver(session, "D-1")
    assert (changed.name, changed.email, changed.version) == ("New", "old@example.com", 2)
    assert "04aa" in changed.search
    assert "04bb" in changed.search
    assert tokens(session) == {"04AA": "D-1", "04BB": "D-1"}


def test_a_token_is_taken_from_nobody(load: Any, session: Session) -> None:
    make_driver(session, number="D-1", token_uid="04AA")
    session.commit()
    status, output = load(
        "drivers", "D-2,Ben,,,04aa", "D-3,Cai,,,04CC", "D-4,Dee,,,04CC", options=("--partial",)
    )
    assert status == 1
    assert "line 2, token_uid: This token belongs to driver D-1. (04AA)" in output
    assert "line 4, token_uid: This token belongs to driver D-3. (04CC)" in output
    assert tokens(session) == {"04AA": "D-1", "04CC": "D-3"}


def test_phone_numbers_without_plus_need_their_country(load: Any, session: Session) -> None:
    status, output = load("drivers", "D-1,Ann,,040 123 456,")
    assert status == 1
    assert "line 2, phone: Expected a number such as" in output
    assert load("drivers", "D-1,Ann,,040 123 456,", options=("--country", "SI"))[0] == 0
    assert driver(session, "D-1").phone_e164 == "+38640123456"


@pytest.fixture
def network(session: Session) -> tuple[Any, Any, Any]:
    operator = make_operator(session, code="HOTEL")
    drivers = [make_driver(session, number=f"D-{n}") for n in (1, 2)]
    session.commit()
    return operator, *drivers


def memberships(session: Session) -> list[Membership]:
    session.rollback()
    query = select(Membership).order_by(Membership.id).execution_options(populate_existing=True)
    return list(session.scalars(query))


def test_members_are_granted_one_audit_row_each(load: Any, session: Session, network: Any) -> None:
    operator, first, _ = network
    rows = ("HOTEL,D-1,,", "HOTEL,D-2,2026-01-01T00:00:00+01:00,2099-01-01T00:00:00Z")
    status, output = load("members", *rows)
    assert status == 0, output
    assert "2 accepted (new)" in output
    open_ended, dated = memberships(session)
    assert (open_ended.driver_id, open_ended.valid_from, open_ended.granted_by) == (
        first.id,
        None,
        "command line",
    )
    assert dated.valid_from == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert actions(session) == ["membership.grant", "membership.grant", "import.members", "import.members"]
    granted = session.scalars(select(AuditEvent)).first()
    assert granted is not None
    assert (granted.subject, granted.operator_id, granted.subject_id) == ("D-1", operator.id, open_ended.id)
    status, output = load("members", *rows)
    assert "0 accepted (new), 0 changed, 2 unchanged" in output
    assert len(memberships(session)) == 2
    assert len(actions(session)) == 4


def test_other_dates_replace_and_history_stays(load: Any, session: Session, network: Any) -> None:
    operator, first, _ = network
    make_membership(session, operator, first, valid_to=now() + timedelta(days=1))
    session.commit()
    status, output = load("members", "HOTEL,D-1,,2099-01-01T00:00:00Z")
    assert (status, "1 changed" in output) == (0, True)
    old, new = memberships(session)
    assert (old.revoke_reason, old.revoked_by) == ("replaced", "command line")
    assert new.revoked_at is None
    assert actions(session)[:2] == ["membership.revoke", "membership.grant"]


def test_what_an_old_file_granted_and_has_ended_is_left_alone(
    load: Any, session: Session, network: Any
) -> None:
    operator, first, _ = network
    make_membership(session, operator, first, valid_to=datetime(2026, 2, 1, tzinfo=UTC))
    session.commit()
    status, output = load("members", "HOTEL,D-1,,2026-02-01T00:00:00Z")
    assert (status, "1 unchanged" in output) == (0, True)
    status, output = load("members", "HOTEL,D-2,,2026-02-01T00:00:00Z")
    assert status == 1
    assert "line 2, valid_to: Expected an end in the future, after the start." in output


def test_members_that_cannot_be(load: Any, session: Session, network: Any) -> None:
    operator, first, second = network
    make_operator(session, code="GONE", status=OperatorStatus.DISABLED)
    second.status = DriverStatus.DISABLED
    session.commit()
    status, output = load(
        "members", "HOTEL,D-1,,", "NOBODY,D-1,,", "HOTEL,D-9,,", "GONE,D-1,,", "HOTEL,D-2,,", "HOTEL,D-1,,",
        options=("--partial",),
    )  # fmt: skip
    assert status == 1
    for said in (
        "line 3, operator_code: There is no such operator. (NOBODY)",
        "line 4, driver_number: There is no such driver. (D-9)",
        "line 5: Operator GONE is not active and takes no new members.",
        "line 6: Driver D-2 is disabled and cannot become a member.",
        "line 7, driver_number: Stands on an earlier line for this operator too.",
    ):
        assert said in output, output
    assert [(each.operator_id, each.driver_id) for each in memberships(session)] == [(operator.id, first.id)]
