"""Logins, as an admin manages them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Account, AccountStatus, AuditEvent, Operator, Role
from tests.admin.people import HOSTILE, admin_client, operator_client
from tests.support.factories import (
    PASSWORD,
    csrf_token,
    make_account,
    make_driver,
    make_operator,
    post,
    sign_in,
)

NEW = {"email": "Ana@Example.com", "name": "Ana", "role": "operator", "operator": "alpina", "driver": ""}


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session, email="boss@example.com")


@pytest.fixture
def alpina(session: Session) -> Operator:
    operator = make_operator(session, code="ALPINA", name="Hotel Alpina")
    session.commit()
    return operator


def _account(session: Session, email: str) -> Account:
    session.rollback()
    return session.scalars(
        select(Account).where(Account.email == email).execution_options(populate_existing=True)
    ).one()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "boss@example.com", "already a login"),
        ("email", "BOSS@EXAMPLE.COM", "already a login"),
        ("email", "nonsense", "email address"),
        ("email", "", "fill this in"),
        ("operator", "NOBODY", "no operator with this code"),
        ("operator", "", "no operator with this code"),
        ("role", "superuser", "from the list"),
        ("name", "x" * 101, "at most 100"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    admin: FlaskClient, session: Session, alpina: Operator, field: str, value: str, said: str
) -> None:
    answer = post(admin, "/admin/accounts/new", NEW | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert said in answer.text
    assert len(session.scalars(select(Account)).all()) == 1


def test_archived_operators_take_no_logins_and_drivers_one(admin: FlaskClient, session: Session) -> None:
    make_operator(session, code="OLD", status="archived")
    driver = make_driver(session, number="D-MIA")
    make_account(session, Role.DRIVER, driver=driver)
    session.commit()
    answer = post(admin, "/admin/accounts/new", NEW | {"operator": "OLD"})
    assert (answer.status_code, "is archived" in answer.text) == (422, True)
    assert 'value="OLD"' not in admin.get("/admin/accounts/new").text, "nor are they offered"
    answer = post(admin, "/admin/accounts/new", NEW | {"role": "driver", "driver": "d-mia"})
    assert (answer.status_code, "already has a login" in answer.text) == (422, True)


def test_the_form_knows_what_the_link_to_it_said(admin: FlaskClient, alpina: Operator) -> None:
    page = admin.get("/admin/accounts/new?operator=ALPINA").text
    assert 'value="ALPINA"' in page
    assert '<option selected value="operator">' in page
    assert '<option selected value="driver">' in admin.get("/admin/accounts/new?driver=D-1").text


def test_another_operator_ends_the_sign_ins_and_neither_reads_of_the_other(
    app: Flask, admin: FlaskClient, session: Session, alpina: Operator
) -> None:
    harbor = make_operator(session, code="HARBOR", name="Harbor Café")
    user = make_account(session, Role.OPERATOR, operator=alpina, email="ana@example.com")
    client = operator_client(app, session, alpina)
    moved = sign_in(app.test_client(), user.email)
    form = {"version": user.version, "name": "Ana", "role": "operator", "operator": "HARBOR"}
    assert post(admin, f"/admin/accounts/{user.id}/edit", form).status_code == 303
    assert moved.get("/operator/").status_code == 303
    assert client.get("/operator/").status_code == 200
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "account.update")).all()
    by_tenant = {event.operator_id: str(event.before) + str(event.after) for event in events}
    assert set(by_tenant) == {alpina.id, harbor.id}
    assert "HARBOR" not in by_tenant[alpina.id]
    assert "ALPINA" not in by_tenant[harbor.id]


def test_a_new_name_ends_no_sign_in(
    app: Flask, admin: FlaskClient, session: Session, alpina: Operator
) -> None:
    user = make_account(session, Role.OPERATOR, operator=alpina, email="ana@example.com")
    session.commit()
    client = sign_in(app.test_client(), user.email)
    form = {"version": user.version, "name": HOSTILE, "role": "operator", "operator": "ALPINA"}
    assert post(admin, f"/admin/accounts/{user.id}/edit", form).status_code == 303
    assert "<script>alert" not in client.get("/operator/").text
    assert _account(session, user.email).name == HOSTILE
    stale = post(admin, f"/admin/accounts/{user.id}/edit", form | {"name": "Other"})
    assert stale.status_code == 409
    assert 'value="Other"' in stale.text


def test_a_disabled_login_is_out_at_the_next_request(
    app: Flask, admin: FlaskClient, session: Session, alpina: Operator
) -> None:
    user = make_account(session, Role.OPERATOR, operator=alpina)
    session.commit()
    client = sign_in(app.test_client(), user.email)
    assert client.get("/operator/").status_code == 200
    assert post(admin, f"/admin/accounts/{user.id}/disable").status_code == 303
    assert client.get("/operator/").status_code == 303
    refused = client.post(
        "/auth/login", data={"email": user.email, "password": PASSWORD, "csrf_token": csrf_token(client)}
    )
    assert refused.status_code == 422
    assert post(admin, f"/admin/accounts/{user.id}/enable").status_code == 303
    assert sign_in(client, user.email).get("/operator/").status_code == 200


def test_sign_ins_are_listed_and_end_everywhere(
    app: Flask, admin: FlaskClient, session: Session, alpina: Operator
) -> None:
    user = make_account(session, Role.OPERATOR, operator=alpina)
    session.commit()
    clients = [sign_in(app.test_client(), user.email) for _ in range(2)]
    page = admin.get(f"/admin/accounts/{user.id}/").text
    assert page.count("127.0.0.1") == 2
    assert post(admin, f"/admin/accounts/{user.id}/sign-out").status_code == 303
    assert [client.get("/operator/").status_code for client in clients] == [303, 303]
    assert "Not signed in anywhere" in admin.get(f"/admin/accounts/{user.id}/").text


@pytest.mark.parametrize("verb", ["disable", "delete"])
def test_the_last_active_admin_stays(admin: FlaskClient, session: Session, verb: str) -> None:
    make_account(session, email="sleeping@example.com", status=AccountStatus.DISABLED)
    session.commit()
    boss = _account(session, "boss@example.com")
    assert post(admin, f"/admin/accounts/{boss.id}/{verb}").status_code == 403
    assert _account(session, "boss@example.com").status is AccountStatus.ACTIVE
    make_account(session, email="second@example.com")
    session.commit()
    refused = post(admin, f"/admin/accounts/{boss.id}/{verb}")
    assert (refused.status_code, "your own login" in refused.text) == (403, True)
    assert f"/accounts/{boss.id}/{verb}" not in admin.get(f"/admin/accounts/{boss.id}/").text


def test_two_admins_who_disable_each_other_leave_one(app: Flask, session: Session) -> None:
    first, second = (make_account(session) for _ in range(2))
    session.commit()
    clients = [sign_in(app.test_client(), each.email) for each in (first, second)]
    tokens = [csrf_token(client) for client in clients]
    start = Barrier(2)

    def disable(n: int) -> int:
        start.wait(timeout=20)
        url = f"/admin/accounts/{(second, first)[n].id}/disable"
        return int(clients[n].post(url, data={"csrf_token": tokens[n]}).status_code)

    with ThreadPoolExecutor(2) as threads:
        statuses = list(threads.map(disable, range(2)))
    assert statuses.count(303) >= 1
    active = select(Account.id).where(Account.status == AccountStatus.ACTIVE)
    assert len(session.scalars(active).all()) == 1


def test_the_last_active_admin_keeps_its_role(admin: FlaskClient, session: Session, alpina: Operator) -> None:
    boss = _account(session, "boss@example.com")
    form = {"version": boss.version, "name": "Boss", "role": "operator", "operator": "ALPINA"}
    assert post(admin, f"/admin/accounts/{boss.id}/edit", form).status_code == 403
    assert _account(session, "boss@example.com").role is Role.ADMIN


@pytest.mark.parametrize("account_id", ["999999", "9" * 30, "0"])
def test_absent_logins_are_not_found(admin: FlaskClient, account_id: str) -> None:
    assert admin.get(f"/admin/accounts/{account_id}/").status_code == 404
    assert admin.get(f"/admin/accounts/{account_id}/edit").status_code == 404
    for verb in ("enable", "disable", "delete", "link", "sign-out"):
        assert post(admin, f"/admin/accounts/{account_id}/{verb}").status_code == 404, verb


def test_only_admins_enter(app: Flask, session: Session, alpina: Operator) -> None:
    hotel = operator_client(app, session, alpina)
    for url in (
        "/admin/accounts/",
        "/admin/accounts/1/",
        "/admin/accounts/new",
        "/admin/accounts/export.csv",
    ):
        assert hotel.get(url).status_code == 403, url
        assert app.test_client().get(url).status_code == 303, url


def test_the_list_narrows(admin: FlaskClient, session: Session, alpina: Operator) -> None:
    make_account(session, Role.OPERATOR, operator=alpina, email="ana@example.com", name="Ana")
    session.commit()
    for state in ("q=ANA", "role=operator", "operator=alpina", "role=operator&status=active"):
        page = admin.get(f"/admin/accounts/?{state}").text.split('id="accounts-table"')[1]
        assert "ana@example.com" in page, state
        assert "boss@example.com" not in page, state
    for sort in ("email", "-name", "role", "belongs_to", "created_at"):
        assert admin.get(f"/admin/accounts/?sort={sort}").status_code == 200
