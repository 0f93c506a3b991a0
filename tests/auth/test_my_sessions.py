"""A driver's own sessions: what it charged and what that cost, by the operator's clocks, and nobody else's."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.rating import Prices, rate
from portal.models import (
    AuditEvent,
    ChargingSession,
    Doubt,
    Driver,
    Operator,
    Role,
    SessionDoubt,
    SessionStatus,
    Station,
)
from tests.admin.counting import count_statements
from tests.admin.people import admin_client, make_session, operator_client
from tests.support.factories import (
    make_account,
    make_area,
    make_driver,
    make_operator,
    make_station,
    post,
    sign_in,
)

URL = "/auth/sessions/"
MIDNIGHT = datetime(2026, 10, 31, 18, 15, tzinfo=UTC)  # of Kathmandu
PRICES = Prices(
    "EUR", Decimal("0.45"), Decimal(1), vat_percent=Decimal(22), max_price=Decimal(5), name="Secret tariff"
)


@pytest.fixture
def hotel(session: Session) -> Operator:
    return make_operator(session, code="SECRET-OP", name="Secret Hotel", timezone="Europe/Ljubljana")


@pytest.fixture
def lake(session: Session, hotel: Operator) -> Station:
    return make_station(session, make_area(session, hotel, code="SECRET-AREA"), code="LAKE", name="Lakeside")


@pytest.fixture
def mia(session: Session) -> Driver:
    return make_driver(session, number="D-MIA")


@pytest.fixture
def rated(session: Session, mia: Driver, hotel: Operator, lake: Station) -> ChargingSession:
    """10 kWh at PRICES, doubtful."""
    done = rate(PRICES, 10_000, 3600, 0)
    amounts = {
        "net_minor": done.net_minor,
        "vat_minor": done.vat_minor,
        "uncapped_minor": done.uncapped_minor,
    }
    kept = {"tariff": PRICES.to_json(), "rating": done.to_json(), "settings": {"energy_step_wh": 4711}}
    made = make_session(session, lake, mia, hotel, external_id="MINE-1", **amounts, **kept)
    session.add(SessionDoubt(session_id=made.id, doubt=Doubt.OVERLAP))
    session.commit()
    return made


@pytest.fixture
def driver(app: Flask, session: Session, mia: Driver) -> FlaskClient:
    account = make_account(session, Role.DRIVER, driver=mia)
    session.commit()
    return sign_in(app.test_client(), account.email)


def ids(client: FlaskClient, state: str = "") -> list[int]:
    page = client.get(f"{URL}?{state}")
    assert page.status_code == 200, page.text
    return [int(part.partition('"')[0]) for part in page.text.split('<tr id="session-')[1:]]


def test_only_ones_own(
    app: Flask, driver: FlaskClient, session: Session, rated: ChargingSession, lake: Station, hotel: Operator
) -> None:
    foreign = make_session(session, lake, make_driver(session), hotel, external_id="FOREIGN")
    nobodys = make_session(session, lake, None, hotel, external_id="NOBODYS")
    session.commit()
    assert ids(driver) == [rated.id]
    for number in (foreign.id, nobodys.id, 999_999, "9" * 30):
        assert driver.get(f"{URL}{number}/").status_code == 404
    assert app.test_client().get(URL).status_code == 303
    for other in (admin_client(app, session), operator_client(app, session, hotel)):
        for path in ("", f"{rated.id}/", "export.csv"):
            assert other.get(URL + path).status_code == 403
    stranger = make_account(session, Role.DRIVER, driver=make_driver(session))
    session.commit()
    client = sign_in(app.test_client(), stranger.email)
    assert "What you charge appears here." in client.get(URL).text
    assert client.get(f"{URL}{rated.id}/").status_code == 404
    assert client.get(f"{URL}export.csv").data.count(b"\n") == 1


def test_nothing_of_the_operators_work(driver: FlaskClient, rated: ChargingSession) -> None:
    pages = [driver.get(path).text for path in (URL, f"{URL}{rated.id}/", f"{URL}export.csv")]
    for text in pages:
        for secret in ("SECRET-OP", "SECRET-AREA", "4711", "Overlap", "overlap", "Secret tariff", "Doubt"):
            assert secret not in text, secret
    for unknown in ("doubt=open", "operator=SECRET-OP", "reason=idle", "area=SECRET-AREA"):
        assert ids(driver, unknown) == [rated.id]
    assert driver.get(f"{URL}?columns=operator_code").status_code == 422
    assert driver.get(f"{URL}?sort=operator_code").status_code == 400


def test_a_receipt(driver: FlaskClient, rated: ChargingSession) -> None:
    page = driver.get(f"{URL}{rated.id}/").text
    for said in (
        *("MINE-1", "Lakeside", "Europe/Ljubljana", "12:00", "10.0 kWh at €0.45 per kWh", "€4.50"),
        *("never more than €5.00 with VAT", "VAT 22 %", "€5.00", "1:00 h"),
    ):
        assert said in page, said
    assert f'href="{URL}{rated.id}/"' in driver.get(URL).text


def test_sessions_without_a_rating(
    driver: FlaskClient, session: Session, mia: Driver, hotel: Operator, lake: Station
) -> None:
    filed = make_session(session, lake, mia, hotel)
    over = {"ended_at": None, "energy_wh": None, "net_minor": None, "vat_minor": None}
    running = make_session(session, lake, mia, hotel, status=SessionStatus.RUNNING, **over)
    session.commit()
    assert "€4.88" in driver.get(f"{URL}{filed.id}/").text
    page = driver.get(f"{URL}{running.id}/").text
    assert "Nothing was charged for this session yet." in page
    assert "still running" in driver.get(URL).text


def test_each_by_the_clock_of_its_operator(
    driver: FlaskClient, session: Session, mia: Driver, hotel: Operator, lake: Station
) -> None:
    """Midnight in Kathmandu is the evening before in Ljubljana: a day picks each by its own."""
    lodge = make_operator(session, timezone="Asia/Kathmandu")
    yard, lot = (make_station(session, make_area(session, owner)) for owner in (lodge, None))
    night = make_session(session, yard, mia, lodge, started_at=MIDNIGHT)
    before = make_session(session, yard, mia, lodge, started_at=MIDNIGHT - timedelta(seconds=1))
    evening = make_session(session, lake, mia, hotel, started_at=MIDNIGHT + timedelta(seconds=1))
    nowhere = make_session(session, lot, mia, None, started_at=MIDNIGHT + timedelta(seconds=2))
    session.commit()
    assert ids(driver, "from=2026-11-01") == [night.id]
    assert ids(driver, "to=2026-10-31") == [nowhere.id, evening.id, before.id]
    assert ids(driver, "from=2026-10-31&to=2026-10-31") == [nowhere.id, evening.id, before.id]
    page = driver.get(URL).text
    for said in ("Asia/Kathmandu", "Europe/Ljubljana", "12:00\u202fAM", "7:15\u202fPM"):
        assert said in page, said
    file = driver.get(f"{URL}export.csv?sort=started_at").data.decode("utf-8-sig")
    rows = [(row["time_zone"], row["started_at_local"]) for row in csv.DictReader(io.StringIO(file))]
    assert rows == [
        ("Asia/Kathmandu", "2026-10-31T23:59:59+05:45"),
        ("Asia/Kathmandu", "2026-11-01T00:00:00+05:45"),
        ("Europe/Ljubljana", "2026-10-31T19:15:01+01:00"),
        ("UTC", "2026-10-31T18:15:02+00:00"),
    ]


def test_files_and_their_trace(driver: FlaskClient, session: Session, rated: ChargingSession) -> None:
    file = driver.get(f"{URL}export.csv").data.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(file))
    shown = [row[key] for key in ("station", "net", "vat", "amount", "currency", "energy_wh", "duration_s")]
    assert shown == ["Lakeside", "4.10", "0.90", "5.00", "EUR", "10000", "3600"]
    book = openpyxl.load_workbook(io.BytesIO(driver.get(f"{URL}export.xlsx").data))
    head, cells = ([cell.value for cell in line] for line in book.worksheets[0].iter_rows())
    book.close()
    assert cells[head.index("amount")] == 5
    assert head == list(row)
    session.rollback()
    exports = session.scalars(select(AuditEvent).where(AuditEvent.action == "list.export")).all()
    assert [event.subject for event in exports] == ["sessions", "sessions"]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_columns_views_and_cost(
    app: Flask, driver: FlaskClient, session: Session, rated: ChargingSession, mia: Driver, lake: Station
) -> None:
    page = driver.get(URL).text
    offered = [part.partition('"')[0] for part in page.split('name="columns" value="')[1:]]
    table = driver.get(f"{URL}?columns={','.join(offered)}").text
    head, body = table.partition("<thead>")[2].split("</thead>", 1)
    assert head.count("<th ") == body.partition("<tbody>")[2].partition("</tr>")[0].count("<td")
    kept = post(driver, f"{URL}?station=LAKE&from=2026-09-01", {"keep": "view", "name": "Lake"})
    assert kept.status_code == 303
    assert 'href="/auth/sessions/?from=2026-09-01&amp;station=LAKE"' in driver.get(URL).text
    state = f"{URL}?from=2026-09-01&to=2026-12-31"
    few = count_statements(app, lambda: driver.get(state))
    for minute in range(40):
        owner = make_operator(session, timezone="Asia/Kathmandu")
        make_session(session, lake, mia, owner, started_at=MIDNIGHT + timedelta(minutes=minute))
    session.commit()
    assert count_statements(app, lambda: driver.get(state)) == few
    assert len(ids(driver)) == 25
    assert 'aria-current="page"' in driver.get(URL).text.partition('href="/auth/sessions/"')[2][:40]
    assert 'href="/auth/sessions/"' in driver.get("/map/").text
