"""Issuing: the draft of one operator's month with what stands in its way, and runs over all operators."""

from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Doubt, Statement, StatementRun
from portal.services.statement_runs import next_step
from tests.support.charging import make_doubt
from tests.support.factories import htmx, post
from tests.support.statements import LATER, OCTOBER, Books

NEW = "/admin/statements/new"


def numbers(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Statement.number).order_by(Statement.id)))


def test_from_draft_to_statement(admin: FlaskClient, session: Session) -> None:
    books = Books(session)
    books.charge(9, 2)
    doubted = books.charge(9, 3)
    make_doubt(session, doubted, Doubt.OVERLAP)
    session.commit()
    start = admin.get(f"{NEW}?month=2026-09").text
    assert "1 operator had terms by then" in start
    page = admin.get(f"{NEW}?month=2026-09&operator=alpina").text
    for text in (
        "Draft in EUR",
        "Energy: 10.0 kWh × €0.10 per kWh = €1.00",
        "Due to the operator: €1.00 + €0.64 = €1.64",
        ">Overlap</a>",
        "/admin/sessions/?operator=ALPINA&amp;doubt=overlap",
        "2026-08-31T22:00:00Z",
        'id="issue"',
    ):
        assert text in page, text
    fragment = htmx(admin, f"{NEW}?month=2026-09&operator=ALPINA", method="GET").text
    assert "Draft in EUR" in fragment
    assert "<html" not in fragment
    answer = post(admin, NEW, {"month": "2026-09", "operator": "ALPINA"})
    assert answer.headers["Location"] == "/admin/statements/ALPINA-2026-09-001/"
    again = post(admin, NEW, {"month": "2026-09", "operator": "ALPINA"})
    assert again.status_code == 409
    assert "The statement ALPINA-2026-09-001 of this month is issued already." in again.text
    assert numbers(session) == ["ALPINA-2026-09-001"]


def test_what_stands_in_the_way(admin: FlaskClient, session: Session) -> None:
    books = Books(session)
    charging = books.charge(8, 2)
    books.issue(datetime(2026, 8, 1, tzinfo=UTC).date())
    books.charge(9, 2)
    books.charge(10, 2, currency="USD")
    charging.net_minor = 100
    session.commit()
    page = admin.get(f"{NEW}?month=2026-10&operator=ALPINA").text
    for text in (
        "September 2026 has 1 session and no statement. Issue that month first.",
        "1 session was charged in USD, for which the terms have no prices: it stays out.",
        "Correction",
        "Already settled, first on ALPINA-2026-08-001",
    ):
        assert text in page, text
    assert 'id="issue"' not in page
    answer = post(admin, NEW, {"month": "2026-10", "operator": "ALPINA"})
    assert answer.status_code == 409
    assert "2026-09 has 1 sessions and no statement" in answer.text
    assert "is not over yet" in admin.get(f"{NEW}?month=2150-01&operator=ALPINA").text
    assert admin.get(f"{NEW}?month=2026-09&operator=NOPE").status_code == 404
    assert admin.get(f"{NEW}?month=soon").status_code == 400


def test_nothing_to_settle(admin: FlaskClient, session: Session) -> None:
    Books(session)
    session.commit()
    assert "Nothing to settle" in admin.get(f"{NEW}?month=2026-09&operator=ALPINA").text
    answer = post(admin, NEW, {"month": "2026-09", "operator": "ALPINA"})
    assert answer.status_code == 409
    assert "There is nothing to settle in this month." in answer.text


def test_a_run_over_all_operators(admin: FlaskClient, session: Session) -> None:
    good, bad = Books(session, "ALPINA"), Books(session, "BISTRO")
    good.charge(10, 2)
    bad.charge(8, 2)
    bad.issue(datetime(2026, 8, 1, tzinfo=UTC).date())
    bad.charge(9, 2)
    bad.charge(10, 2)
    session.commit()
    where = post(admin, "/admin/statements/runs/", {"month": "2026-10"}).headers["Location"]
    assert where.startswith("/admin/statements/runs/")
    page = admin.get(where).text
    assert "0 of 2 operators, 0 statements issued" in page
    assert 'hx-trigger="every 2s"' in page
    assert "are being issued" in admin.get("/admin/statements/").text
    assert post(admin, "/admin/statements/runs/", {"month": "2026-10"}).status_code == 409
    while next_step(session, at=LATER) is not None:
        session.commit()
    session.commit()
    done = htmx(admin, where, method="GET").text
    assert "<html" not in done
    for text in (
        "2 of 2 operators, 1 statements issued",
        "BISTRO",
        "2026-09 has 1 sessions and no statement",
    ):
        assert text in done, text
    assert "hx-trigger" not in done
    assert "month=2026-10&amp;operator=BISTRO" in done


def test_a_run_that_nobody_works_on_says_how(admin: FlaskClient, session: Session) -> None:
    started = {"operators": 1, "problems": [], "started_by": "ana", "started_at": LATER.replace(year=2025)}
    session.add(StatementRun(month=OCTOBER, **started))
    session.commit()
    run_id = session.scalars(select(StatementRun.id)).one()
    session.rollback()
    assert "<code>portal jobs</code>" in admin.get(f"/admin/statements/runs/{run_id}/").text


def test_a_run_of_a_month_that_is_not_over(admin: FlaskClient) -> None:
    answer = post(admin, "/admin/statements/runs/", {"month": "2150-01"})
    assert answer.status_code == 409
    assert "2150-01 is not over yet." in answer.text
