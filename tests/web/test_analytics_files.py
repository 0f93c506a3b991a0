"""Amounts by currency, groups in pages, and the files of analytics."""

import io

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Operator, Station
from tests.admin.counting import count_statements
from tests.admin.people import HOSTILE, admin_client, make_session
from tests.support.factories import make_area, make_station
from tests.web.analysed import figure, make_lake, rows, text


@pytest.fixture
def at_lake(session: Session) -> tuple[Operator, Station]:
    return make_lake(session)


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session)


def test_currencies_are_never_added_up(
    admin: FlaskClient, session: Session, at_lake: tuple[Operator, Station]
) -> None:
    _alpina, lake = at_lake
    for currency, net in (("EUR", 400), ("JPY", 500)):
        make_session(session, lake, currency=currency, net_minor=net, vat_minor=50)
    session.commit()
    state = "from=2026-09-01&to=2026-09-30"
    page = text(admin, f"/admin/analytics/?{state}")
    assert "€4.00 + €0.50 VAT" in figure(page, "net")
    assert "Amounts are those in EUR" in page and "¥500 + ¥50 VAT" in page
    other = text(admin, f"/admin/analytics/?{state}&currency=JPY")
    assert "¥500 + ¥50 VAT" in figure(other, "net")
    assert rows(admin, f"/admin/analytics/export.csv?{state}&currency=JPY&table=groups")[0]["net"] == "500"


def test_groups_come_in_pages_and_files_hold_all_of_them(
    app: Flask, admin: FlaskClient, session: Session, at_lake: tuple[Operator, Station]
) -> None:
    alpina, _lake = at_lake
    area = make_area(session, alpina, code="BIG", name=HOSTILE)
    first = make_station(session, area, name="=1+1")
    make_session(session, first, operator=alpina, energy_wh=99_000)
    session.commit()
    state = "from=2026-09-01&to=2026-09-30"
    before = count_statements(app, lambda: admin.get(f"/admin/analytics/?{state}"))
    for number in range(59):
        make_session(session, make_station(session, area, name=f"S {number:02}"), operator=alpina)
    session.commit()
    assert count_statements(app, lambda: admin.get(f"/admin/analytics/?{state}")) == before
    page, second = (text(admin, f"/admin/analytics/?{state}&page={number}") for number in (1, 2))
    assert "61 rows, page 1 of 2" in page
    assert [text.count('class="cell-title"') - 1 for text in (page, second)] == [50, 11]
    assert "689.0 kWh" in second.split("<tfoot>")[-1]  # the foot is of all of them
    assert page.index("=1+1") < page.index("S 00")
    names = text(admin, f"/admin/analytics/?{state}&sort=-name")
    assert names.index("S 58") < names.index("S 57")
    lines = rows(admin, f"/admin/analytics/export.csv?{state}&table=groups")
    assert (len(lines), lines[0]["name"], lines[0]["station_code"]) == (61, "'=1+1", first.code)
    assert sum(int(row["energy_wh"]) for row in lines) == 689_000
    book = openpyxl.load_workbook(
        io.BytesIO(admin.get(f"/admin/analytics/export.xlsx?{state}&table=groups").data)
    )
    assert book.worksheets[0].max_row == 62
    book.close()
    assert "<script>alert" not in text(admin, f"/admin/analytics/?{state}&group=area")
    event = session.scalars(select(AuditEvent).where(AuditEvent.subject == "analytics")).first()
    assert event is not None
    assert (event.action, event.after["table"], event.after["from"]) == (
        "list.export",
        "groups",
        "2026-09-01",
    )
