"""The list of charging sessions, its totals and files, and one session; for admins and for operators."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Operator, SessionStatus, Station
from tests.admin.counting import count_statements
from tests.admin.people import HOSTILE, admin_client, make_session, operator_client
from tests.support.factories import htmx, make_area, make_driver, make_operator, make_station

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session)


@pytest.fixture
def alpina(session: Session) -> Operator:
    operator = make_operator(session, code="ALPINA", name="Hotel Alpina", timezone="Europe/Ljubljana")
    session.commit()
    return operator


@pytest.fixture
def lake(session: Session, alpina: Operator) -> Station:
    station = make_station(
        session, make_area(session, alpina, code="LAKE-AREA"), code="LAKE", name="Lakeside"
    )
    session.commit()
    return station


def _rows(answer: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.decode("utf-8-sig"))))


def _ids(client: FlaskClient, url: str) -> set[str]:
    """Session ids on a page of the list."""
    page = client.get(url)
    assert page.status_code == 200, page.text
    return {part.split('"')[0] for part in page.text.split('<tr id="session-')[1:]}


def test_each_filter_narrows_and_all_live_in_the_address(
    admin: FlaskClient, session: Session, alpina: Operator, lake: Station
) -> None:
    mia = make_driver(session, number="D-MIA", name="Mia Žagar")
    mine = make_session(session, lake, mia, alpina, status=SessionStatus.CLOSED_IDLE, end_reason="idle")
    other = make_session(session, make_station(session), started_at=datetime(2026, 10, 2, tzinfo=UTC))
    session.commit()
    everything = {str(mine.id), str(other.id)}
    assert _ids(admin, "/admin/sessions/") == everything
    narrowed = (
        "station=lake",
        "area=lake-area",
        "operator=alpina",
        "driver=d-mia",
        "status=closed_idle",
        "to=2026-09-30",
        "from=2026-09-30&to=2026-09-30",
        "station=LAKE&driver=D-MIA&status=closed_idle",
    )
    for state in narrowed:
        assert _ids(admin, f"/admin/sessions/?{state}") == {str(mine.id)}, state
    assert _ids(admin, "/admin/sessions/?station=NOWHERE") == set()
    page = admin.get("/admin/sessions/?station=lake").text
    for said in ("Mia Žagar", "Closed as idle", "Idle", "10.0 kWh", "€4.88", "€4.00 + €0.88 VAT", "1:00 h"):
        assert said in page, said
    assert "export.csv?station=lake" in page
    fragment = htmx(admin, "/admin/sessions/?station=lake", method="GET").text
    assert fragment.strip().startswith("<section")


@pytest.mark.parametrize(
    "state",
    ["from=tomorrow", "to=2026-02-30", "from=0001-01-01", "status=lost", "sort=secret", "after=rubbish"],
)
def test_damaged_addresses_are_refused(admin: FlaskClient, state: str) -> None:
    assert admin.get(f"/admin/sessions/?{state}").status_code == 400
    assert admin.get(f"/admin/sessions/export.csv?{state}").status_code == 400


def test_days_are_those_of_the_reader(
    app: Flask, session: Session, lake: Station, new_client: Callable[[], FlaskClient]
) -> None:
    """Kathmandu is 5:45 ahead: the day begins at 18:15 UTC."""
    lodge = make_operator(session, timezone="Asia/Kathmandu")
    for minute in (14, 15):
        make_session(session, lake, operator=lodge, started_at=datetime(2026, 9, 30, 18, minute, tzinfo=UTC))
    client = operator_client(app, session, lodge)
    page = client.get("/operator/sessions/?from=2026-10-01&to=2026-10-01").text
    assert page.count('<tr id="session-') == 1
    assert "00:00" in page.replace("12:00\u202fAM", "00:00").replace("12:00 AM", "00:00")


def test_the_repeated_hour_shows_its_offset(
    app: Flask, session: Session, alpina: Operator, lake: Station
) -> None:
    for hour in (0, 1):
        make_session(session, lake, operator=alpina, started_at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
    client = operator_client(app, session, alpina)
    page = client.get("/operator/sessions/?from=2026-10-25&to=2026-10-25").text
    assert "(+0200)" in page
    assert "(+0100)" in page
    rows = _rows(client.get("/operator/sessions/export.csv?sort=started_at").data)
    assert [row["started_at_utc"] for row in rows] == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]
    assert [row["started_at_local"] for row in rows] == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
    ]
    assert {row["time_zone"] for row in rows} == {"Europe/Ljubljana"}


def test_totals_are_of_the_whole_filtered_set_and_never_mix_currencies(
    admin: FlaskClient, session: Session, lake: Station
) -> None:
    for _ in range(30):
        make_session(session, lake)
    make_session(session, lake, currency="JPY", net_minor=500, vat_minor=50)
    make_session(session, lake, status=SessionStatus.RUNNING, ended_at=None, energy_wh=None, net_minor=None)
    make_session(session, make_station(session))
    session.commit()
    page = admin.get("/admin/sessions/?station=LAKE").text
    note = page.split('class="list-note"')[1].split("</p>")[0]
    assert "31 sessions, 300.0 kWh, 31:00 h of charging, €120.00 + €27.28 VAT" in " ".join(note.split())
    assert "1 session, 10.0 kWh, 1:00 h of charging, ¥500 + ¥50 VAT" in " ".join(note.split())


def test_files_hold_everything_and_leave_their_trace(
    admin: FlaskClient, session: Session, alpina: Operator, lake: Station
) -> None:
    for number in range(60):
        make_session(session, lake, operator=alpina, external_id=f"X-{number:02}")
    session.commit()
    rows = _rows(admin.get("/admin/sessions/export.csv?station=lake").data)
    assert {row["external_id"] for row in rows} == {f"X-{number:02}" for number in range(60)}
    first = rows[0]
    assert (first["net"], first["vat"], first["currency"]) == ("4.00", "0.88", "EUR")
    assert (first["energy_wh"], first["duration_s"], first["operator_code"]) == ("10000", "3600", "ALPINA")
    book = openpyxl.load_workbook(io.BytesIO(admin.get("/admin/sessions/export.xlsx").data))
    assert book.worksheets[0].max_row == 61
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "list.export")).first()
    assert event is not None
    assert (event.subject, event.after) == ("sessions", {"format": "csv", "station": "lake"})
    assert admin.get("/admin/sessions/export.pdf").status_code == 404


@pytest.mark.parametrize("formula", FORMULAS)
def test_cells_that_a_spreadsheet_would_run_are_defused(
    admin: FlaskClient, session: Session, lake: Station, formula: str
) -> None:
    make_session(session, lake, external_id=formula)
    session.commit()
    row = _rows(admin.get("/admin/sessions/export.csv").data)[0]
    assert row["external_id"] == "'" + formula
    book = openpyxl.load_workbook(io.BytesIO(admin.get("/admin/sessions/export.xlsx").data))
    cells = [cell for line in book.worksheets[0].iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_one_session_with_what_it_ran_under(
    admin: FlaskClient, session: Session, alpina: Operator, lake: Station
) -> None:
    settings = {"energy_step_wh": 250, "idle_timeout_min": 45, "note": HOSTILE}
    made = make_session(
        session, lake, make_driver(session, name=HOSTILE), alpina, settings=settings, token_uid="04AB"
    )
    session.commit()
    page = admin.get(f"/admin/sessions/{made.id}/").text
    for said in ("Energy step delta", "250", "45", "LAKE", "Hotel Alpina", "04AB", "€4.88"):
        assert said in page, said
    assert "<script>alert" not in page
    for absent in ("0", "999999", "9" * 30):
        assert admin.get(f"/admin/sessions/{absent}/").status_code == 404


def test_an_operator_reads_its_own_and_nothing_of_another(
    app: Flask, session: Session, alpina: Operator, lake: Station
) -> None:
    harbor = make_operator(session, code="HARBOR", name="Harbor Café")
    own = make_session(session, lake, operator=harbor, token_uid="SECRET-UID")
    # The station stands in Alpina's area now, and the session stays with the operator of its time.
    foreign = make_session(session, lake, operator=alpina, external_id="FOREIGN")
    client = operator_client(app, session, harbor)
    page = client.get("/operator/sessions/").text
    assert f'<tr id="session-{own.id}"' in page
    assert f'<tr id="session-{foreign.id}"' not in page
    assert 'name="operator"' not in page
    export = client.get("/operator/sessions/export.csv").text
    detail = client.get(f"/operator/sessions/{own.id}/").text
    for text in (page, export, detail):
        assert "ALPINA" not in text.replace("Hotel Alpina", "ALPINA")
        assert "FOREIGN" not in text
        assert "SECRET-UID" not in text
    foreign_answer, absent = (client.get(f"/operator/sessions/{number}/") for number in (foreign.id, 999999))
    assert (foreign_answer.status_code, absent.status_code) == (404, 404)
    assert client.get("/admin/sessions/").status_code == 403


def test_pages_follow_each_other_and_cost_the_same(
    app: Flask, admin: FlaskClient, session: Session, alpina: Operator, lake: Station
) -> None:
    few = make_session(session, lake, operator=alpina)
    session.commit()
    before = count_statements(app, lambda: admin.get("/admin/sessions/"))
    for minutes in range(1, 60):
        make_session(
            session,
            lake,
            make_driver(session),
            alpina,
            started_at=few.started_at + timedelta(minutes=minutes),
        )
    session.commit()
    assert count_statements(app, lambda: admin.get("/admin/sessions/")) == before
    for sort in ("-started_at", "ended_at", "station_code", "operator_code", "driver_number", "-energy_wh"):
        seen: list[str] = []
        url: str | None = f"/admin/sessions/?sort={sort}"
        while url:
            page = admin.get(url).text
            seen += [part.split('"')[0] for part in page.split('<tr id="session-')[1:]]
            found = page.split('id="sessions-next"')
            url = found[1].split('href="')[1].split('"')[0].replace("&amp;", "&") if len(found) > 1 else None
        assert len(seen) == len(set(seen)) == 60, sort
