"""The pages of analytics and their files, for admins and for operators."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import Operator, SessionStatus, Station
from tests.admin.people import admin_client, make_session, operator_client
from tests.support.factories import make_area, make_operator, make_station
from tests.web.analysed import OCTOBER, figure, make_lake, rows, text, time_table

WRONG = (
    ("from=tomorrow", "from", "Expected a date such as 2026-09-30."),
    ("to=2026-01-01", "from", "Choose the first day too."),
    ("from=2026-01-02&to=2026-01-01", "to", "The last day is before the first one."),
    ("from=1990-01-01&to=2026-01-01", "to", "Choose at most 3660 days."),
    ("period=always", "period", "Expected one of: today"),
    (f"{OCTOBER}&by=minute", "by", "Expected one of: hour, day, month."),
    ("from=2026-01-01&to=2026-10-31&by=hour", "by", "By hour, choose at most 31 days; these are 304."),
    ("group=colour", "group", "Expected one of: operator, area, station, charger."),
    ("currency=XXQ", "currency", "Choose one from the list."),
    ("operator=NOPE", "operator", "There is no operator with the code NOPE."),
)


@pytest.fixture
def at_lake(session: Session) -> tuple[Operator, Station]:
    return make_lake(session)


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    return admin_client(app, session)


def test_a_month_by_day_against_the_month_before(
    app: Flask, session: Session, at_lake: tuple[Operator, Station]
) -> None:
    alpina, lake = at_lake
    for day in (1, 25, 31):  # the last one ends half an hour before midnight in Ljubljana
        begun = datetime(2026, 10, day, 21, 30, tzinfo=UTC)
        make_session(session, lake, operator=alpina, started_at=begun)
    make_session(session, lake, operator=alpina, started_at=datetime(2026, 9, 30, 20, 30, tzinfo=UTC))
    page = text(operator_client(app, session, alpina), f"/operator/analytics/?{OCTOBER}")
    for said in (
        "Days as Hotel Alpina counts them: time zone Europe/Ljubljana.",
        "745 hours",
        "In UTC from 2026-09-30T22:00:00Z up to, but without, 2026-10-31T23:00:00Z",
        "Compared with September 2026, 720 hours",
    ):
        assert said in page, said
    assert "3 +2 (+200.0 %), 1 before" in figure(page, "sessions")
    assert "30.0 kWh +20.0 kWh (+200.0 %), 10.0 kWh before" in figure(page, "energy")
    assert "€12.00 + €2.64 VAT" in figure(page, "net")
    assert "As in the period before." in figure(page, "mean_energy")
    assert "0.40 %" in figure(page, "occupancy")  # three hours of 745
    table = time_table(page)
    assert len(table) == 32
    assert [line[1] for line in table if line[1] != "0"] == ["1", "1", "1", "3"]
    assert table[-1][:3] == ["Whole period", "3", "30.0 kWh"]
    assert page.count('<svg viewBox="0 0 372 162"') == 4
    assert "Sessions: 31 bars, the highest one is 1 (Oct 2, 2026)" in page
    listed = 'href="/operator/sessions/?from=2026-10-01&amp;to=2026-10-31&amp;station=LAKE"'
    assert listed in page
    assert "area=LAKE-AREA" not in page


def test_the_repeated_hour_stands_there_twice(
    app: Flask, session: Session, at_lake: tuple[Operator, Station]
) -> None:
    alpina, lake = at_lake
    for hour in (0, 1):
        ended = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
        make_session(session, lake, operator=alpina, started_at=ended - timedelta(minutes=30), ended_at=ended)
    client = operator_client(app, session, alpina)
    page = text(client, "/operator/analytics/?from=2026-10-25&to=2026-10-25")
    table = time_table(page)
    assert len(table) == 26
    assert [line[1:2] for line in table[2:4]] == [["1"], ["1"]]
    assert ("(+0200)" in table[2][0], "(+0100)" in table[3][0]) == (True, True)
    assert "0.00 %" in table[4][-1] and "50.00 %" in table[3][-1]
    hours = rows(client, "/operator/analytics/export.csv?from=2026-10-25&to=2026-10-25")
    assert len(hours) == 25
    busy = [row for row in hours if row["sessions"] == "1"]
    assert [row["start_at_local"] for row in busy] == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
    ]
    assert {row["time_zone"] for row in hours} == {"Europe/Ljubljana"}
    assert [(row["energy_wh"], row["net"], row["occupied_s"], row["connector_s"]) for row in busy] == [
        ("10000", "4.00", "1800", "3600")
    ] * 2


def test_a_part_of_a_month_is_named_by_its_days(
    app: Flask, session: Session, at_lake: tuple[Operator, Station]
) -> None:
    alpina, lake = at_lake
    make_session(session, lake, operator=alpina)
    client = operator_client(app, session, alpina)
    page = text(client, "/operator/analytics/?from=2026-09-15&to=2026-10-31&by=month&area=lake-area")
    assert [line[:2] for line in time_table(page)] == [
        ["Sep 15, 2026 to Sep 30, 2026", "1"],
        ["October 2026", "0"],
        ["Whole period", "1"],
    ]


def test_what_is_wrong_is_said_at_its_field(admin: FlaskClient) -> None:
    for state, name, said in WRONG:
        page = text(admin, f"/admin/analytics/?{state}", 400)
        assert f'id="analytics-{name}-error"' in page, state
        assert said in page, state
        assert 'id="figure-' not in page
        assert f"{name}: {said}" in text(admin, f"/admin/analytics/export.csv?{state}", 400), state


def test_damaged_addresses_are_refused(admin: FlaskClient) -> None:
    for state in ("sort=secret", "page=0", "page=x", "page=" + "9" * 30):
        assert admin.get(f"/admin/analytics/?{state}").status_code == 400, state
    assert admin.get("/admin/analytics/export.csv?table=secrets").status_code == 404
    assert admin.get("/admin/analytics/export.pdf").status_code == 404


def test_an_admin_picks_operators_and_with_one_of_them_its_zone(
    admin: FlaskClient, session: Session, at_lake: tuple[Operator, Station]
) -> None:
    alpina, lake = at_lake
    lodge = make_operator(session, code="LODGE", name="Everest Lodge", timezone="Asia/Kathmandu")
    high = make_station(session, make_area(session, lodge), code="HIGH")
    begun = datetime(2026, 10, 31, 17, 30, tzinfo=UTC)  # it ends after midnight in Kathmandu
    make_session(session, lake, operator=alpina, started_at=begun)
    make_session(session, high, operator=lodge, started_at=begun)
    session.commit()
    for state, zone, count in (
        ("", "the site counts them: time zone UTC", 2),
        ("&operator=alpina", "Hotel Alpina counts them: time zone Europe/Ljubljana", 1),
        ("&operator=LODGE", "Everest Lodge counts them: time zone Asia/Kathmandu", 0),
        ("&operator=LODGE&operator=ALPINA", "the site counts them: time zone UTC", 2),
    ):
        page = text(admin, f"/admin/analytics/?{OCTOBER}&group=operator{state}")
        assert zone in page
        assert figure(page, "sessions").split()[0] == str(count), state
    assert "operator=LODGE&amp;operator=ALPINA" in page
    assert 'href="/admin/sessions/?from=2026-10-01&amp;to=2026-10-31&amp;operator=ALPINA"' in page


def test_an_operator_reads_its_own_figures_only(
    app: Flask, session: Session, at_lake: tuple[Operator, Station]
) -> None:
    alpina, lake = at_lake
    harbor = make_operator(session, code="HARBOR", name="Harbor Café")
    make_session(session, lake, operator=alpina)
    client = operator_client(app, session, harbor)
    state = "from=2026-09-01&to=2026-10-31&operator=ALPINA"
    for group in ("area", "station", "charger"):
        for url in ("?", "export.csv?table=groups&", "export.csv?"):
            answer = client.get(f"/operator/analytics/{url}{state}&group={group}&station=LAKE")
            assert answer.status_code == 200
            for secret in (b"ALPINA", b"Alpina", b"LAKE-AREA", b"Lakeside", b"10000", b"10.0"):
                assert secret not in answer.data, (url, secret)
    page = text(client, f"/operator/analytics/?{state}")
    assert "No session ended in this period" in page
    assert 'name="operator"' not in page
    assert "Expected one of: area, station, charger." in text(
        client, "/operator/analytics/?group=operator", 400
    )
    assert client.get("/admin/analytics/").status_code == 403


def test_what_runs_occupies_until_now_and_counts_once_it_has_ended(
    app: Flask, session: Session, at_lake: tuple[Operator, Station]
) -> None:
    alpina, lake = at_lake
    begun = datetime.now(UTC) - timedelta(days=40)
    make_session(
        session,
        lake,
        operator=alpina,
        started_at=begun,
        ended_at=None,
        energy_wh=None,
        status=SessionStatus.RUNNING,
    )
    client = operator_client(app, session, alpina)
    for period in ("today", "last_7_days", "this_month"):
        page = text(client, f"/operator/analytics/?period={period}")
        assert "100.00 %" in figure(page, "occupancy"), period
        assert figure(page, "sessions").startswith("0 "), period
        assert "the same moment of that period" in page
    year = text(client, "/operator/analytics/?period=last_12_months")
    assert "no base for a percentage: 0.00 % before" in figure(year, "occupancy")
