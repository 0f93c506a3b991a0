"""A copy of all data of a driver, and a driver that is forgotten while what it charged stays true."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.models import (
    Account,
    AuditEvent,
    ChargingSession,
    Driver,
    DriverStatus,
    LoginSession,
    Membership,
    Operator,
    Role,
    SessionStatus,
    Token,
)
from tests.admin.known_driver import NUMBER, PERSON, URL, dump, make_known_driver
from tests.admin.people import admin_client, operator_client
from tests.support.factories import (
    TESTER,
    make_driver,
    make_operator,
    post,
    sign_in,
)


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session, email="boss@example.com", name="Boss")


@pytest.fixture
def hotel(session: Session) -> Operator:
    made = make_operator(session, code="HOTEL", name="Hotel")
    session.commit()
    return made


@pytest.fixture
def mia(app: Flask, session: Session, admin: FlaskClient, hotel: Operator) -> Driver:
    return make_known_driver(app, session, admin, hotel)


def anonymise(admin: FlaskClient, typed: str = NUMBER) -> int:
    return int(post(admin, f"{URL}/anonymise", {"number": typed}).status_code)


def test_the_copy_holds_everything_and_nobody_elses(
    app: Flask, session: Session, admin: FlaskClient, mia: Driver
) -> None:
    make_driver(session, name="Somebody Else", email="canary@example.com")
    session.commit()
    answer = admin.get(f"{URL}/all-data.zip")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert "attachment" in answer.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    profile = json.loads(files["profile.json"])
    assert (profile["number"], profile["name"], profile["login"]["email"]) == (
        NUMBER,
        "Mia Müller",
        "mia.login@example.com",
    )
    rows = {name: list(csv.DictReader(io.StringIO(said))) for name, said in files.items() if ".csv" in name}
    assert [row["uid"] for row in rows["tokens.csv"]] == ["CARD-77"]
    assert rows["memberships.csv"][0]["operator_code"] == "HOTEL"
    assert rows["sessions.csv"][0]["external_id"] == "'=1+1"
    assert rows["sessions.csv"][0]["started_at_utc"].endswith("Z")
    assert len(rows["sign-ins.csv"]) == 1
    assert {"driver.create", "driver.update", "token.delete", "account.sign_in"} <= {
        row["action"] for row in rows["audit.csv"]
    }
    whole = "".join(files.values())
    assert "canary" not in whole
    assert "Boss" not in whole
    assert "boss@example.com" not in whole
    assert "argon2" not in whole
    session.rollback()
    assert (
        session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).first() == "driver.export"
    )


def test_a_driver_takes_its_own_copy(app: Flask, session: Session, admin: FlaskClient, mia: Driver) -> None:
    own = sign_in(app.test_client(), "mia.login@example.com")
    assert 'href="/auth/my-data"' in own.get("/auth/profile").text
    answer = own.get("/auth/my-data")
    assert json.loads(zipfile.ZipFile(io.BytesIO(answer.data)).read("profile.json"))["number"] == NUMBER
    assert admin.get("/auth/my-data").status_code == 403
    assert app.test_client().get("/auth/my-data").status_code == 303


def test_the_preview_counts_and_changes_nothing(session: Session, admin: FlaskClient, mia: Driver) -> None:
    before = dump(session)
    page = admin.get(f"{URL}/anonymise").text
    for words in ("1 token,", "1 membership that is not revoked", "1 session with its energy", "Its login"):
        assert words in page
    wrong = post(admin, f"{URL}/anonymise", {"number": "D-MIO"})
    assert wrong.status_code == 422
    assert 'value="D-MIO"' in wrong.text
    assert "Type the driver number D-MIA to confirm." in wrong.text
    assert dump(session) == before


def test_nothing_of_the_person_is_left(session: Session, admin: FlaskClient, mia: Driver) -> None:
    events = session.scalar(select(func.count(AuditEvent.id))) or 0
    present = dump(session)
    assert all(said in present for said in PERSON), [said for said in PERSON if said not in present]
    assert anonymise(admin) == 303
    left = dump(session)
    assert [said for said in PERSON if said.lower() in left.lower()] == []
    driver = session.scalars(select(Driver).where(Driver.id == mia.id)).one()
    assert (driver.number, driver.name, driver.search) == (NUMBER, "Anonymised driver", "d-mia dmia")
    assert driver.status is DriverStatus.DISABLED
    assert driver.anonymised_at is not None
    assert session.scalar(select(func.count(Token.id))) == 0
    assert session.scalars(select(Account).where(Account.role == Role.DRIVER)).all() == []
    assert session.scalar(select(func.count(AuditEvent.id))) == events + 3
    assert session.scalar(select(func.count(LoginSession.id))) == 1  # the admin's


def test_its_token_leaves_sessions_that_were_corrected_to_others(
    session: Session, admin: FlaskClient, mia: Driver
) -> None:
    charged = session.scalars(select(ChargingSession)).one()
    uid = session.scalar(select(Token.uid).where(Token.driver_id == mia.id).limit(1))
    charged.driver_id, charged.token_uid = make_driver(session).id, uid
    session.commit()
    assert (anonymise(admin), session.rollback()) == (303, None)
    assert session.scalars(select(ChargingSession.token_uid)).one() is None


def test_what_was_charged_stays_true(session: Session, admin: FlaskClient, mia: Driver) -> None:
    assert anonymise(admin) == 303
    session.rollback()
    charged = session.scalars(select(ChargingSession)).one()
    assert (charged.driver_id, charged.token_uid, charged.energy_wh, charged.net_minor) == (
        mia.id,
        None,
        10_000,
        400,
    )
    assert NUMBER in admin.get("/admin/sessions/").text
    membership = session.scalars(select(Membership)).one()
    assert membership.revoked_at is not None
    assert membership.revoke_reason == "anonymised"


def test_the_trail_says_what_was_erased_and_by_whom(
    app: Flask, session: Session, admin: FlaskClient, mia: Driver, hotel: Operator
) -> None:
    assert anonymise(admin) == 303
    session.rollback()
    erasure = session.scalars(select(AuditEvent).where(AuditEvent.action == "driver.anonymise")).one()
    assert (erasure.actor, erasure.subject, erasure.erased_by) == ("Boss", NUMBER, None)
    assert erasure.after == {"tokens": 1, "memberships": 1, "sessions": 1, "logins": 1}
    created = session.scalars(select(AuditEvent).where(AuditEvent.action == "driver.create")).one()
    assert created.erased_by == erasure.id
    assert created.actor == "Boss"
    assert created.after["name"] == created.after["email"] == "erased"
    assert created.after["number"] == NUMBER
    own = session.scalars(select(AuditEvent).where(AuditEvent.action == "account.sign_in")).all()
    assert {(event.actor, event.address) for event in own if event.erased_by} == {(NUMBER, None)}
    page = admin.get(f"/admin/audit/{created.id}/").text
    assert "Personal data was taken out of this entry" in page
    reader = operator_client(app, session, hotel)
    assert "Access revoked" in reader.get("/operator/audit").text


def test_others_keep_their_names(session: Session, admin: FlaskClient, mia: Driver) -> None:
    """Even those who are called the same."""
    twin = {"number": "D-TWIN", "name": "Mia Müller", "email": "twin@example.com"}
    assert post(admin, "/admin/drivers/new", twin).status_code == 303
    assert anonymise(admin) == 303
    session.rollback()
    created = session.scalars(select(AuditEvent).where(AuditEvent.subject == "D-TWIN")).one()
    assert created.after["name"] == "Mia Müller"
    assert created.erased_by is None


def test_not_while_it_charges(session: Session, admin: FlaskClient, mia: Driver) -> None:
    charged = session.scalars(select(ChargingSession)).one()
    charged.status, charged.ended_at = SessionStatus.RUNNING, None
    session.commit()
    answer = post(admin, f"{URL}/anonymise", {"number": NUMBER})
    assert answer.status_code == 409
    assert "charging at present" in answer.text
    session.rollback()
    assert session.scalars(select(Driver.name).where(Driver.id == mia.id)).one() == "Mia Müller"


def test_it_stays_as_it_is(app: Flask, session: Session, admin: FlaskClient, mia: Driver) -> None:
    assert anonymise(admin) == 303
    left = dump(session)
    page = admin.get(f"{URL}/").text
    assert "who this was is not known any more" in page
    assert f"{URL}/edit" not in page
    edit = {"version": str(mia.version), "name": "Mia Müller", "phone": ""}
    for path, form in (
        ("/anonymise", {"number": NUMBER}),
        ("/enable", {}),
        ("/disable", {}),
        ("/tokens/add", {"uid": "card-77", "kind": "rfid"}),
        ("/edit", edit),
    ):
        assert post(admin, URL + path, form).status_code == 409, path
    assert post(admin, "/admin/operators/HOTEL/members/D-MIA/grant").status_code in (404, 409)
    login = {"email": "mia.login@example.com", "role": "driver", "driver": NUMBER}
    assert post(admin, "/admin/accounts/new", login).status_code == 422
    assert dump(session) == left


def test_no_other_way_into_the_trail(session: Session, admin: FlaskClient, mia: Driver) -> None:
    """The database takes an erasure only, only of what says who somebody is, and only of older entries."""
    assert anonymise(admin) == 303
    session.rollback()
    erasure = session.scalars(select(AuditEvent.id).where(AuditEvent.action == "driver.anonymise")).one()
    session.add(
        AuditEvent(
            at=datetime(2026, 1, 1, tzinfo=UTC), actor=TESTER.label, via="test", action="x.y", subject_type="x", subject="x"
        )
    )  # fmt: skip
    session.commit()
    younger = session.scalars(select(func.max(AuditEvent.id))).one()
    for change in (
        "UPDATE audit_event SET actor = 'me' WHERE id = 1",
        "UPDATE audit_event SET actor = 'me', erased_by = 1 WHERE id = 1",
        f"UPDATE audit_event SET action = 'x.y', erased_by = {erasure} WHERE id = 1",
        f"UPDATE audit_event SET actor = 'me', erased_by = {erasure} WHERE id = {younger}",
        f"UPDATE audit_event SET actor = 'me', erased_by = {erasure} WHERE id = {erasure}",
        f"DELETE FROM audit_event WHERE id = {younger}",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(change))
        session.rollback()
