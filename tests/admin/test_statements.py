"""Statements as an admin has them: the list, one of them with every line explained, payments, credits."""

from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Statement, StatementPayment, StatementStatus
from tests.admin.counting import count_statements
from tests.support.factories import htmx, post
from tests.support.statements import OCTOBER, Books, issued

HERE = "/admin/statements/ALPINA-2026-09-001/"


def reread(session: Session) -> list[Statement]:
    session.rollback()
    stmt = select(Statement).order_by(Statement.id).execution_options(populate_existing=True)
    return list(session.scalars(stmt))


def test_the_empty_list_says_what_to_do(admin: FlaskClient) -> None:
    page = admin.get("/admin/statements/").text
    assert "No statements yet" in page
    assert 'href="/admin/statements/new"' in page


def test_the_list_with_its_filters_and_files(admin: FlaskClient, session: Session) -> None:
    issued(session)
    books = Books(session, "HARBOR", name="Harbor Café")
    books.charge(10, 3, net_minor=1000)
    books.pay(books.issue(OCTOBER), Decimal("1.00"))
    session.commit()
    page = admin.get("/admin/statements/").text
    for text in ("ALPINA-2026-09-001", "HARBOR-2026-10-001", "€1.64", "September 2026", "Partly paid"):
        assert text in page
    for query in ("q=alpina-2026", "q=hotel", "month=2026-09", "operator=alpina", "state=issued&q=alp"):
        table = htmx(admin, f"/admin/statements/?{query}", method="GET").text
        assert "ALPINA-2026-09-001" in table, query
        assert "HARBOR" not in table, query
    assert "ALPINA" not in htmx(admin, "/admin/statements/?state=part", method="GET").text
    for key in ("number", "operator_code", "month", "net", "due", "paid", "-open", "energy_wh"):
        assert admin.get(f"/admin/statements/?sort={key}").status_code == 200, key
    header, *rows = admin.get("/admin/statements/export.csv?sort=number").text.lstrip("\ufeff").splitlines()
    assert header.startswith("number,operator_code,month,kind,sessions,energy_wh,currency,net,vat")
    assert rows[0].startswith(
        "ALPINA-2026-09-001,ALPINA,2026-09,statement,1,10000,EUR,4.20,0.84,1.00,0.64,1.64,2.56,0.00,1.64"
    )


def test_the_page_explains_every_line(admin: FlaskClient, session: Session) -> None:
    issued(session)
    page = admin.get(HERE).text
    for text in (
        "Hotel Alpina",
        "2026-08-31T22:00:00Z",
        "720 hours in Europe/Ljubljana",
        "Energy: 10.0 kWh × €0.10 per kWh = €1.00",
        "Base: €4.20 net − €1.00 reimbursement = €3.20",
        "Share: 20% of €3.20 = €0.64",
        "Due to the operator: €1.00 + €0.64 = €1.64",
        "Statement issued",
        "portal statements verify --operator ALPINA",
    ):
        assert text in page, text
    lines = htmx(admin, f"{HERE}?station=nowhere", method="GET").text
    assert "Nothing matches" in lines
    assert "<html" not in lines


def test_a_correction_says_what_was_settled_and_what_it_is_now(admin: FlaskClient, session: Session) -> None:
    books = Books(session)
    charging = books.charge(9, 2)
    books.issue()
    charging.energy_wh, charging.net_minor = 5_000, 210
    books.charge(10, 5)
    session.flush()
    books.issue(OCTOBER)
    session.commit()
    page = admin.get("/admin/statements/ALPINA-2026-10-001/").text
    for text in (
        "Correction",
        "Already settled, first on ALPINA-2026-09-001: 10.0 kWh, net €4.20, reimbursement €1.00, share €0.64",
        "Now: 5.0 kWh, net €2.10, reimbursement €0.50, share €0.32",
        "Difference: -5.0 kWh, net -€2.10, reimbursement -€0.50, share -€0.32",
        "The sessions that count here for the first time",
    ):
        assert text in page, text


def test_a_page_costs_the_same_for_many_lines(app: Flask, admin: FlaskClient, session: Session) -> None:
    few, many = Books(session, "FEW"), Books(session, "MANY")
    few.charge(9, 2)
    for day in range(1, 24):
        many.charge(9, day)
    for books in (few, many):
        books.issue()
    session.commit()
    costs = [
        count_statements(app, lambda code=code: admin.get(f"/admin/statements/{code}-2026-09-001/"))
        for code in ("FEW", "MANY")
    ]
    assert costs[0] == costs[1]


def test_paid_in_parts_and_taken_back(admin: FlaskClient, session: Session) -> None:
    statement = issued(session)
    form = admin.get(f"{HERE}pay").text
    assert 'value="1.64"' in form
    paid = {"amount": "1,00", "paid_on": "2026-11-04", "note": "Transfer 17"}
    assert post(admin, f"{HERE}pay", paid).headers["Location"] == HERE
    page = admin.get(HERE).text
    for text in ("Partly paid", "€0.64", "Transfer 17", "Nov 4, 2026"):
        assert text in page
    assert reread(session)[0].status is StatementStatus.ISSUED
    assert post(admin, f"{HERE}pay", paid | {"amount": "0.64"}).status_code == 303
    assert reread(session)[0].status is StatementStatus.PAID
    assert post(admin, f"{HERE}pay", paid | {"amount": "-1.64"}).status_code == 303
    assert reread(session)[0].status is StatementStatus.ISSUED
    amounts = select(StatementPayment.amount_minor).where(StatementPayment.statement_id == statement.id)
    assert sorted(session.scalars(amounts)) == [-164, 64, 100]


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"amount": "1.65"}, "which is what is open"),
        ({"amount": "0"}, "other than zero"),
        ({"amount": ""}, "Please fill this in."),
        ({"amount": "a lot"}, "Expected a number"),
        ({"amount": "1.001"}, "at most 2 decimal places"),
        ({"paid_on": "2100-01-01"}, "not in the future"),
        ({"paid_on": "soon"}, "Expected a date"),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_wrong_payment_stays_in_the_form(
    admin: FlaskClient, session: Session, over: dict[str, str], said: str
) -> None:
    issued(session)
    answer = post(admin, f"{HERE}pay", {"amount": "1", "paid_on": "2026-11-04", "note": "kept text"} | over)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="kept text"' in answer.text
    assert session.scalars(select(StatementPayment)).all() == []


def test_a_credit_takes_back_what_was_paid_and_no_more(admin: FlaskClient, session: Session) -> None:
    books = Books(session)
    books.charge(9, 2)
    books.pay(books.issue(), Decimal("1.00"))
    session.commit()
    assert post(admin, f"{HERE}credit", {"reason": " "}).status_code == 422
    answer = post(admin, f"{HERE}credit", {"reason": "Wrong prices"})
    credit = "/admin/statements/ALPINA-2026-09-002/"
    assert answer.headers["Location"] == credit
    page = admin.get(credit).text
    for text in ("Wrong prices", "-€1.64", "Takes back line 1 of ALPINA-2026-09-001.", "-€1.00"):
        assert text in page, text
    assert "This statement was taken back." in admin.get(HERE).text
    assert post(admin, f"{HERE}credit", {"reason": "Again"}).status_code == 409
    assert post(admin, f"{HERE}pay", {"amount": "1", "paid_on": "2026-11-04"}).status_code == 409
    back = {"amount": "-1.64", "paid_on": "2026-11-04"}
    assert post(admin, f"{credit}pay", back).status_code == 422
    assert post(admin, f"{credit}pay", back | {"amount": "-1.00"}).status_code == 303
    assert reread(session)[1].status is StatementStatus.PAID


def test_an_operator_with_statements_is_not_deleted(admin: FlaskClient, session: Session) -> None:
    issued(session)
    page = admin.get("/admin/operators/ALPINA/delete").text
    assert "Statements stay for good" in page
    assert '/admin/statements/?operator=ALPINA"' in page


def test_unknown_ones(admin: FlaskClient) -> None:
    for path in ("NOPE-2026-09-001/", "NOPE-2026-09-001.pdf", "NOPE-2026-09-001.csv", "runs/99/"):
        assert admin.get(f"/admin/statements/{path}").status_code == 404, path
