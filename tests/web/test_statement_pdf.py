"""The files of a statement: the same figures and words as its page, in the operator's language, the same bytes again."""

import csv
import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.extensions import db
from portal.models import Preference, Role, Statement, Theme
from portal.web.locale import in_locale
from portal.web.statement_files import statement_lines
from portal.web.statement_pdf import statement_document
from tests.support.factories import make_account, sign_in
from tests.support.pdf_text import pdf_text
from tests.support.statements import OCTOBER, Books, issued

HERE = "/admin/statements/ALPINA-2026-09-001"


@pytest.fixture
def admin(session: Session, client: FlaskClient) -> FlaskClient:
    account = make_account(session)
    session.commit()
    return sign_in(client, account.email)


def words(app: Flask, number: str, locale: str) -> str:
    """All that the PDF says."""
    with app.app_context(), in_locale(locale):
        statement = db.session.scalars(select(Statement).where(Statement.number == number)).one()
        made = statement_document(statement, statement_lines(statement), compress=False)
        return pdf_text(bytes(made.output()))


def test_the_pdf_says_what_the_page_says(app: Flask, session: Session) -> None:
    odd = "Müller Ελληνικά Журнал 漢字 \N{GRINNING FACE}"
    issued(session, organization=odd, country="DE")
    text = words(app, "ALPINA-2026-09-001", "en")
    joined = text.replace("\n", " ")
    for said in (
        "Müller Ελληνικά Журнал \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}",
        "September 2026",
        "2026-08-31T22:00:00Z – 2026-09-30T22:00:00Z",
        "Europe/Ljubljana (UTC+02:00), 720 hours",
        "Energy: 10.0 kWh × €0.10 per kWh = €1.00",
        "Share: 20% of €3.20 = €0.64",
        "Due to the operator: €1.00 + €0.64 = €1.64",
        "ALPINA-ST, 1, 1 (AC)",
    ):
        assert said in joined, said
    statement = session.scalars(select(Statement)).one()
    assert statement.hash in joined
    german = words(app, "ALPINA-2026-09-001", "de")
    assert "1,64\xa0€" in german
    assert "€1.64" not in german


def test_many_lines_go_over_pages_with_their_head(app: Flask, session: Session) -> None:
    books = Books(session)
    for day in range(1, 29):
        books.charge(9, day)
    books.issue()
    session.commit()
    text = words(app, "ALPINA-2026-09-001", "en")
    pages = [int(number) for number in re.findall(r"Page (\d+) of", text)]
    assert pages == list(range(1, len(pages) + 1))
    assert len(pages) > 2
    assert text.count("Station, charger, connector") > 1
    assert text.count("By the terms in force from January 2026. ·") == 28


def test_the_same_bytes_again(admin: FlaskClient, session: Session) -> None:
    issued(session)
    for kind, start in (("pdf", b"%PDF-1."), ("csv", b"\xef\xbb\xbfstatement,line,kind")):
        first, again = (admin.get(f"{HERE}.{kind}", buffered=True) for _ in range(2))
        assert first.data.startswith(start)
        assert first.data == again.data
        assert first.headers["Content-Disposition"] == f'attachment; filename="ALPINA-2026-09-001.{kind}"'


def test_no_file_of_a_font_stays_open(app: Flask, session: Session) -> None:
    made = issued(session)
    with app.app_context(), in_locale("en"):
        document = statement_document(made, [])
    opened = {str(Path(link).resolve()) for link in Path("/proc/self/fd").iterdir() if link.exists()}
    assert document.page_no() >= 1
    assert not [name for name in opened if name.endswith(".ttf")]


def test_paper_by_country(app: Flask, session: Session) -> None:
    for code, country, size in (("HERE", "DE", (210, 297)), ("THERE", "US", (216, 279))):
        made = issued(session, code, country=country)
        with app.app_context(), in_locale("en"):
            document = statement_document(made, [])
            assert (round(document.w), round(document.h)) == size


def test_the_csv_adds_up_and_explains_itself(admin: FlaskClient, session: Session) -> None:
    books = Books(session)
    charging = books.charge(9, 2)
    books.issue()
    charging.energy_wh, charging.net_minor = 5_000, 210
    books.charge(10, 5, net_minor=1000)
    made = books.issue(OCTOBER)
    session.commit()
    answer = admin.get("/admin/statements/ALPINA-2026-10-001.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["kind"] for row in rows] == ["correction", "session"]
    for name in ("net", "reimbursement", "share", "due", "kept"):
        assert sum(round(float(row[name]) * 100) for row in rows) == getattr(made, f"{name}_minor"), name
    first, second = rows
    assert (first["refers_to_statement"], first["refers_to_line"]) == ("ALPINA-2026-09-001", "1")
    assert second["ended_at_utc"] == "2026-10-05T12:00:00Z"
    assert second["ended_at_local"] == "2026-10-05T14:00:00+02:00"
    assert second["time_zone"] == "Europe/Ljubljana"
    assert "Energy: 10.0 kWh × €0.10 per kWh = €1.00" in second["explanation"]
    page = admin.get("/admin/statements/ALPINA-2026-10-001/").text
    for step in (*first["explanation"].split(" | "), *second["explanation"].split(" | ")):
        assert step.lstrip("'") in page, step


def test_files_speak_the_operator_s_language(admin: FlaskClient, session: Session) -> None:
    made = issued(session)
    user = make_account(session, Role.OPERATOR, operator=made.operator)
    session.add(Preference(account_id=user.id, locale="de", theme=Theme.AUTO, columns={}))
    session.commit()
    assert "1,64\xa0€" in admin.get(f"{HERE}.csv").text
