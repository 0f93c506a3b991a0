"""Members from a file on the page: upload, dry run, decision."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Driver, DriverStatus, Membership, Operator, Role, Upload
from tests.support.factories import (
    make_account,
    make_driver,
    make_membership,
    make_operator,
    post,
    sign_in,
)

from .member_files import send, workbook

URL = "/operator/members/import"
ADMIN_URL = "/admin/operators/ALPINA/members/import"
YEAR = timedelta(days=365)


@pytest.fixture
def operator(session: Session) -> Operator:
    operator = make_operator(session, code="ALPINA")
    session.commit()
    return operator


@pytest.fixture
def hotel(app: Flask, session: Session, operator: Operator) -> FlaskClient:
    account = make_account(session, Role.OPERATOR, operator=operator)
    session.commit()
    return sign_in(app.test_client(), account.email)


@pytest.fixture
def admin(app: Flask, session: Session, operator: Operator) -> FlaskClient:
    account = make_account(session)
    session.commit()
    return sign_in(app.test_client(), account.email)


@pytest.fixture
def drivers(session: Session, operator: Operator) -> dict[str, Driver]:
    """NEW is no member, IN and OUT are, OFF is disabled."""
    made = {
        name: make_driver(session, number=f"D-{name}", name=f"{name} person") for name in ("NEW", "IN", "OUT")
    }
    made["OFF"] = make_driver(session, number="D-OFF", name="OFF person", status=DriverStatus.DISABLED)
    for name in ("IN", "OUT"):
        make_membership(session, operator, made[name])
    session.commit()
    return made


def checked(client: FlaskClient, content: bytes | str, url: str = URL) -> tuple[str, str]:
    """Address and text of the dry run."""
    answer = send(client, content, url)
    assert answer.status_code == 303, answer.text
    return answer.location, client.get(answer.location).text


def effects(page: str) -> dict[str, str]:
    """Effect by line number."""
    return dict(re.findall(r'<tr id="line-(\d+)" data-effect="(\w+)"', page))


def line(page: str, number: int) -> str:
    return page.partition(f'<tr id="line-{number}"')[2].partition("</tr>")[0]


def bare(page: str, number: int) -> str:
    """A line but for its number and the driver's."""
    return re.sub(r"D-\w+|>\d+<", "", line(page, number))


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found.group(1)


def unrevoked(session: Session) -> set[str]:
    session.rollback()
    stmt = select(Driver.number).join(Membership).where(Membership.revoked_at.is_(None))
    return set(session.scalars(stmt))


FILE = """driver_number,action,valid_to,note
D-NEW,,2099-12-03,Room 7
D-IN,grant,,
D-OUT,revoke,,moved away
D-NOPE,revoke,,
"""


@pytest.mark.parametrize("surface", ["operator", "admin"])
def test_a_dry_run_shows_every_line_and_then_it_is_taken_in(
    hotel: FlaskClient, admin: FlaskClient, drivers: dict[str, Driver], session: Session, surface: str
) -> None:
    client, url = (hotel, URL) if surface == "operator" else (admin, ADMIN_URL)
    address, page = checked(client, FILE, url)
    assert effects(page) == {"2": "granted", "3": "unchanged", "4": "revoked", "5": "unchanged"}
    assert "Take in 2 changes" in page
    assert "Dec 3, 2099" in line(page, 2)
    assert unrevoked(session) == {"D-IN", "D-OUT"}
    only = client.get(address + "?effect=revoked").text
    assert effects(only) == {"4": "revoked"}
    assert post(client, address, {"seen": seen(page)}).status_code == 303
    assert "1 granted, 0 changed, 1 revoked" in client.get(url.removesuffix("import")).text
    assert unrevoked(session) == {"D-IN", "D-NEW"}
    made = session.scalars(
        select(Membership).where(Membership.revoked_at.is_(None), Membership.note == "Room 7")
    ).one()
    assert made.valid_to == datetime(2099, 12, 3, 23, tzinfo=UTC)
    event, *parts = session.scalars(
        select(AuditEvent).where(AuditEvent.action.like("%member%")).order_by(AuditEvent.id)
    )
    assert (event.action, event.operator_id, event.after["granted"]) == (
        "import.members",
        made.operator_id,
        1,
    )
    assert [(each.action, each.parent_id) for each in parts] == [
        ("membership.revoke", event.id),
        ("membership.grant", event.id),
    ]
    assert client.get(address).status_code == 404  # the file is gone
    assert effects(checked(client, FILE, url)[1]) == dict.fromkeys("2345", "unchanged")


def test_an_operator_cannot_tell_disabled_from_unknown_nor_read_names(
    hotel: FlaskClient, drivers: dict[str, Driver]
) -> None:
    page = checked(hotel, "driver_number\nD-OFF\nD-NOPE\nD-NEW\nD-IN\n")[1]
    assert bare(page, 2) == bare(page, 3)
    assert "There is no such driver." in bare(page, 2)
    assert "OFF person" not in page
    assert "NEW person" not in page
    assert "IN person" in page
    gone = checked(hotel, "driver_number,action\nD-OFF,revoke\nD-NOPE,revoke\nD-NEW,revoke\n")[1]
    assert bare(gone, 2) == bare(gone, 3) == bare(gone, 4)


def test_guessing_numbers_by_files_is_refused(
    hotel: FlaskClient, admin: FlaskClient, session: Session
) -> None:
    guesses = "driver_number\n" + "".join(f"D-{n}\n" for n in range(201))
    answer = send(hotel, guesses)
    assert answer.status_code == 422
    assert "More than 200" in answer.text
    assert send(admin, guesses, ADMIN_URL).status_code == 303
    few = "driver_number\nD-1\n"
    statuses = [send(hotel, few).status_code for _ in range(21)]
    assert statuses[-1] == 429


def test_an_operator_imports_for_itself_only(
    hotel: FlaskClient, drivers: dict[str, Driver], session: Session
) -> None:
    make_operator(session, code="OTHER")
    session.commit()
    page = checked(hotel, "operator_code,driver_number\nOTHER,D-NEW\nNOPE,D-IN\nalpina,D-OUT\n,D-NEW\n")[1]
    assert effects(page) == {"2": "rejected", "3": "rejected", "4": "unchanged", "5": "granted"}
    assert bare(page, 2) == bare(page, 3)


def test_with_rejected_lines_the_others_are_taken_only_when_asked(
    hotel: FlaskClient, drivers: dict[str, Driver], session: Session
) -> None:
    address, page = checked(hotel, "driver_number,valid_to\nD-NEW,\nD-NOPE,\nD-IN,yesterday\n")
    assert list(effects(page).values()) == ["granted", "rejected", "rejected"]
    refused = post(hotel, address, {"seen": seen(page)})
    assert refused.status_code == 409
    assert "D-NEW" not in unrevoked(session)
    assert post(hotel, address, {"seen": seen(page), "partly": "yes"}).status_code == 303
    assert "D-NEW" in unrevoked(session)


def test_what_changed_since_the_dry_run_is_shown_first(
    hotel: FlaskClient, drivers: dict[str, Driver], session: Session
) -> None:
    address, page = checked(hotel, "driver_number\nD-NEW\n")
    post(hotel, "/operator/members/D-NEW/grant")
    answer = post(hotel, address, {"seen": seen(page)})
    assert answer.status_code == 409
    assert "Something has changed" in answer.text
    assert effects(answer.text) == {"2": "unchanged"}


def test_an_upload_is_its_accounts_own_and_lasts_a_day(
    app: Flask, hotel: FlaskClient, admin: FlaskClient, drivers: dict[str, Driver], session: Session
) -> None:
    address, page = checked(hotel, "driver_number\nD-NEW\n")
    colleague = make_account(session, Role.OPERATOR, operator=session.scalars(select(Operator)).one())
    session.commit()
    other = sign_in(app.test_client(), colleague.email)
    for client, url in ((other, address), (admin, address.replace(URL, ADMIN_URL))):
        assert client.get(url).status_code == 404
        assert post(client, url, {"seen": seen(page)}).status_code == 404
    kept = session.scalars(select(Upload)).one()
    kept.created_at -= timedelta(days=1, seconds=1)
    session.commit()
    assert hotel.get(address).status_code == 404
    checked(hotel, "driver_number\nD-NEW\n")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Upload)) == 1


def test_a_workbook_is_read_like_a_csv(
    hotel: FlaskClient, drivers: dict[str, Driver], session: Session
) -> None:
    make_driver(session, number="10001")
    session.commit()
    rows = (["number", "valid_to", "note"], ["D-NEW", date(2099, 12, 3), "a"], [], [10001, None, 7])
    address, page = checked(hotel, workbook(*rows))
    assert effects(page) == {"2": "granted", "4": "granted"}
    post(hotel, address, {"seen": seen(page)})
    assert {"D-NEW", "10001"} <= unrevoked(session)
    ends = set(session.scalars(select(Membership.valid_to).where(Membership.note == "a")))
    assert ends == {datetime(2099, 12, 3, 23, tzinfo=UTC)}


def test_what_an_operator_exports_it_can_bring_back(
    hotel: FlaskClient, drivers: dict[str, Driver], session: Session
) -> None:
    session.execute(
        Membership.__table__.update().values(valid_to=datetime.now(UTC).replace(microsecond=0) + YEAR)
    )
    session.commit()
    for kind in ("csv", "xlsx"):
        exported = hotel.get(f"/operator/members/export.{kind}").data
        assert set(effects(checked(hotel, exported)[1]).values()) == {"unchanged"}
