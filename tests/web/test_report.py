"""The commission report's figures: equal to an independent computation however they are grouped."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import ChargingSession, Role
from tests.admin.counting import count_statements
from tests.support.factories import make_account, sign_in
from tests.web.reported import FIGURES, FIRST, LAST, Network, make_network

DAYS = f"from={FIRST}&to={LAST}"
Key = Callable[[ChargingSession], object]


@pytest.fixture
def network(session: Session) -> Network:
    return make_network(session)


@pytest.fixture
def admin(session: Session, client: FlaskClient) -> FlaskClient:
    account = make_account(session)
    session.commit()
    return sign_in(client, account.email)


def operator_client(session: Session, client: FlaskClient, network: Network) -> FlaskClient:
    account = make_account(session, Role.OPERATOR, operator=network.places[0].operator)
    session.commit()
    return sign_in(client, account.email)


def lines(client: FlaskClient, query: str, surface: str = "admin") -> list[dict[str, str]]:
    answer = client.get(f"/{surface}/report/export.csv?{DAYS}&{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def figures(line: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(line[name]) for name in FIGURES}


def keys(network: Network) -> dict[str, tuple[str, Key]]:
    """The column of a grouping, and what stands in it for a session."""

    def station(one: ChargingSession) -> str:
        return network.place(one).stations[one.station_id][0].code

    return {
        "operator": ("operator_code", lambda one: network.place(one).operator.code),
        "area": ("area_code", lambda one: f"{network.place(one).operator.code}-AREA"),
        "station": ("station_code", station),
        "day": ("day", lambda one: network.day(one).isoformat()),
        "month": ("month", lambda one: network.day(one).replace(day=1).isoformat()),
        "driver": ("driver", network.driver),
        "current": ("current", lambda one: "DC" if network.dc(one) else "AC"),
    }


def test_every_grouping_is_what_plain_decimals_say(admin: FlaskClient, network: Network) -> None:
    total = network.expected(lambda one: None)[None]
    for by, (column, key) in keys(network).items():
        found = {line[column]: figures(line) for line in lines(admin, f"by={by}")}
        assert found == network.expected(key), by
        assert {name: sum(each[name] for each in found.values()) for name in FIGURES} == total
    assert total["sessions"] > 100


def test_filters_and_several_operators(admin: FlaskClient, network: Network) -> None:
    expected = network.expected(keys(network)["station"][1])
    found = {
        line["station_code"]: figures(line) for line in lines(admin, "operator=alpina,%20everest&by=station")
    }
    assert found == {code: expected[code] for code in ("ALPINA-AC", "ALPINA-DC", "EVEREST-AC", "EVEREST-DC")}
    for narrowed in ("operator=HARBOR&station=harbor-dc", "station=HARBOR-DC&area=HARBOR-AREA"):
        [line] = lines(admin, f"{narrowed}&by=station")
        assert figures(line) == expected["HARBOR-DC"]
    assert lines(admin, "area=HARBOR-AREA&station=ALPINA-AC") == []


def test_the_page_says_the_same_as_the_file(admin: FlaskClient, network: Network) -> None:
    page = admin.get(f"/admin/report/?{DAYS}&by=driver").text
    for line in lines(admin, "by=driver"):
        assert f"{Decimal(line['energy_wh']) / 1000:,}".rstrip("0") in page
        for name in ("net", "vat", "reimbursement", "share", "due", "kept"):
            assert f"€{Decimal(line[name]):,.2f}" in page
        for step in line["explanation"].splitlines():
            assert step.replace("'", "&#39;") in page
    total = network.expected(lambda one: None)[None]
    assert f"€{total['due']:,.2f}" in page


def test_bounds_and_hours_of_every_zone(admin: FlaskClient, network: Network) -> None:
    page = admin.get(f"/admin/report/?{DAYS}").text
    assert (
        "2026-09-30T22:00:00Z up to, but without, 2026-10-31T23:00:00Z" in page
    )  # Ljubljana: clocks go back
    assert "745 hours" in page
    assert "2026-09-30T18:15:00Z up to, but without, 2026-10-31T18:15:00Z" in page  # Kathmandu
    assert "3 zones" in page
    alone = admin.get(f"/admin/report/?{DAYS}&operator=HARBOR").text
    assert "<strong>America/New_York</strong>" in alone
    assert "Europe/Ljubljana" not in alone.split("app-main")[1].split("footer")[0]
    assert "744 hours" in alone


def test_doubtful_sessions_stand_beside_until_they_are_accepted(
    admin: FlaskClient, session: Session, network: Network
) -> None:
    before = admin.get(f"/admin/report/?{DAYS}&operator=ALPINA").text
    assert "Left out until somebody has looked at them" in before
    assert "/admin/sessions/?doubt=overlap&amp;operator=ALPINA" in before
    for doubt in network.doubts:
        doubt.accepted_at, doubt.accepted_by = datetime(2026, 11, 1, tzinfo=UTC), "tester"
    session.commit()
    after = admin.get(f"/admin/report/?{DAYS}&operator=ALPINA").text
    assert "Left out until somebody has looked at them" not in after
    expected = network.expected(keys(network)["operator"][1])
    found = {line["operator_code"]: figures(line) for line in lines(admin, "by=operator")}
    assert found == expected


def test_each_line_leads_to_its_sessions(admin: FlaskClient, network: Network) -> None:
    page = admin.get(f"/admin/report/?{DAYS}&by=operator").text
    assert (
        f"/admin/report/sessions/?from={FIRST}&amp;to={LAST}&amp;by=operator&amp;currency=EUR&amp;operator=HARBOR"
        in page
    )
    for by, key in (("driver", "member"), ("current", "DC"), ("day", "2026-10-25"), ("station", "HARBOR-AC")):
        seen, url = [], f"/admin/report/sessions/?{DAYS}&by={by}&key={key}&currency=EUR"
        while url:
            page = admin.get(url).text
            seen += [int(part.split('"')[0]) for part in page.split('id="session-')[1:]]
            url = (
                page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
                if 'rel="next"' in page
                else ""
            )
        wanted = [one.id for one in network.counting() if str(keys(network)[by][1](one)) == key]
        assert sorted(seen) == sorted(wanted), by
        assert len(seen) == len(set(seen)) > 0


def test_an_operator_reads_its_own_alone(session: Session, client: FlaskClient, network: Network) -> None:
    own = operator_client(session, client, network)
    expected = network.expected(keys(network)["station"][1])
    found = {line["station_code"]: figures(line) for line in lines(own, "by=station", "operator")}
    assert found == {code: expected[code] for code in ("ALPINA-AC", "ALPINA-DC")}
    page = own.get(f"/operator/report/?{DAYS}").text
    assert "HARBOR" not in page
    assert "From October 2026 until further notice" in page  # it reads its terms
    assert "/terms/" not in page  # and changes nothing of them
    for path in ("", "sessions/", "export.csv"):
        assert own.get(f"/operator/report/{path}?operator=HARBOR").status_code == 404
        assert own.get(f"/operator/report/{path}?operator=NOPE").status_code == 404
    assert lines(own, "station=HARBOR-AC", "operator") == []
    assert own.get("/admin/report/").status_code == 403
    assert own.get("/operator/report/?by=operator").status_code == 400


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("operator=NOPE", "There is no operator with the code NOPE."),
        ("from=2026-13-01", "Expected a date such as 2026-09-30."),
        ("to=2026-10-01", "Choose the first day too."),
        ("from=2026-10-02&to=2026-10-01", "The last day is before the first one."),
        ("preset=ages", "Expected one of"),
        ("by=colour", "Expected one of"),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_wrong_address_says_what_is_wrong(admin: FlaskClient, query: str, said: str) -> None:
    answer = admin.get(f"/admin/report/?{query}")
    assert answer.status_code == 400
    assert said in answer.text
    assert admin.get(f"/admin/report/export.csv?{query}").status_code == 400


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize(
    "key", ["by=driver&key=x", "by=day&key=2026", "by=month&key=x", "by=current&key=ac", "by=operator&key=X"]
)
def test_what_is_no_group_is_not_found(admin: FlaskClient, key: str) -> None:
    assert admin.get(f"/admin/report/sessions/?{key}").status_code == 404


def test_the_number_of_queries_does_not_depend_on_the_figures(
    app: Any, admin: FlaskClient, session: Session
) -> None:
    urls = [f"/admin/report/{path}?{DAYS}&by={by}" for path in ("", "sessions/") for by in ("station", "day")]
    counts = []
    for number in range(2):
        make_network(session, 3 + 20 * number, f"-{number}")
        for url in urls:
            admin.get(url)  # whatever is read once a process
        counts.append([count_statements(app, lambda url=url: admin.get(url)) for url in urls])  # type: ignore[misc]
    assert counts[0] == counts[1]
