"""What narrows the list of sessions, what it says of doubts, and that views keep it; for admins and operators."""

import csv
import io
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.viewer import Viewer
from portal.models import Doubt, Operator, Role, SessionDoubt, Station
from portal.queries import paging
from portal.queries.sessions import sessions
from portal.web.day_presets import day_presets
from portal.web.session_words import DOUBT_LABELS, REASON_LABELS
from tests.admin.counting import count_statements
from tests.admin.people import STARTED, admin_client, make_session, operator_client
from tests.support.factories import make_area, make_driver, make_operator, make_station, post

KINDS = [doubt.value for doubt in Doubt]


@pytest.fixture
def hotel(session: Session) -> Operator:
    return make_operator(session, code="HOTEL", timezone="Asia/Kathmandu")


@pytest.fixture
def lake(session: Session, hotel: Operator) -> Station:
    return make_station(session, make_area(session, hotel, code="LAKE-AREA", name="Lake"), code="LAKE")


@pytest.fixture
def surfaces(app: Flask, session: Session, hotel: Operator, lake: Station) -> list[tuple[FlaskClient, str]]:
    """The same list for the CPO and for the operator."""
    return [
        (admin_client(app, session), "/admin/sessions/"),
        (operator_client(app, session, hotel), "/operator/sessions/"),
    ]


def doubted(session: Session, station: Station, hotel: Operator, *doubts: str, accepted: str = "") -> str:
    """A session with these doubts, named like them."""
    name = "+".join([*doubts, *([f"ok:{accepted}"] if accepted else [])]) or "clean"
    made = make_session(session, station, operator=hotel, external_id=name)
    session.add_all(SessionDoubt(session_id=made.id, doubt=Doubt(each)) for each in doubts)
    if accepted:
        said = {"accepted_at": STARTED, "accepted_by": "tester"}
        session.add(SessionDoubt(session_id=made.id, doubt=Doubt(accepted), **said))
    session.commit()
    return name


def names(client: FlaskClient, url: str, state: str = "") -> set[str]:
    """External ids in the file; the list shows as many rows."""
    page = client.get(f"{url}?{state}")
    assert page.status_code == 200, page.text
    found = client.get(f"{url}export.csv?{state}").data.decode("utf-8-sig")
    rows = {row["external_id"] for row in csv.DictReader(io.StringIO(found))}
    assert page.text.count('<tr id="session-') == len(rows)
    return rows


def test_doubts(
    session: Session, surfaces: list[tuple[FlaskClient, str]], hotel: Operator, lake: Station
) -> None:
    clean, accepted = doubted(session, lake, hotel), doubted(session, lake, hotel, accepted="overlap")
    one = {kind: doubted(session, lake, hotel, kind) for kind in KINDS}
    both = doubted(session, lake, hotel, "no_end", accepted="no_energy")
    for client, url in surfaces:
        assert names(client, url, "doubt=none") == {clean, accepted}
        assert names(client, url, "doubt=open") == {*one.values(), both}
        assert names(client, url, "doubt=accepted") == {accepted, both}
        assert len(names(client, url)) == len(KINDS) + 3
    admin, all_sessions = surfaces[0]
    for kind in KINDS:
        wanted = {one[kind], both} if kind == "no_end" else {one[kind]}
        assert names(admin, all_sessions, f"doubt={kind}") == wanted


def test_doubts_in_words(
    session: Session, surfaces: list[tuple[FlaskClient, str]], hotel: Operator, lake: Station
) -> None:
    """Open ones as badges, accepted ones quietly; in files by name, sorted."""
    made = doubted(session, lake, hotel, "overlap", "duplicate", accepted="no_energy")
    for client, url in surfaces:
        [row] = re.findall(r'<tr id="session-.*?</tr>', client.get(url).text, re.DOTALL)
        badges = re.findall(r"</svg>([^<]+)</span>", row)
        assert sorted(badges) == ["Duplicate", "Overlap"]
        assert "Accepted: No energy" in row
        file = client.get(f"{url}export.csv").data.decode("utf-8-sig")
        [cells] = csv.DictReader(io.StringIO(file))
        assert (cells["external_id"], cells["doubts"]) == (made, "duplicate overlap")
        assert cells["accepted_doubts"] == "no_energy"
    assert set(DOUBT_LABELS) == set(KINDS)


def test_end_reasons(
    session: Session, surfaces: list[tuple[FlaskClient, str]], hotel: Operator, lake: Station
) -> None:
    for reason in REASON_LABELS:
        make_session(session, lake, operator=hotel, external_id=reason, end_reason=reason)
    make_session(session, lake, operator=hotel, external_id="strange", end_reason="moon phase")
    session.commit()
    client, url = surfaces[1]
    for reason in REASON_LABELS:
        assert names(client, url, f"reason={reason}") == {reason}
    assert "moon phase" in client.get(url).text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("doubt=strange", "doubt: Expected one of: open, none, accepted, no_end"),
        ("reason=moon", "reason: Expected one of: idle"),
        ("status=lost", "status: Expected one of: running"),
        ("from=tomorrow", "from: Expected a date such as 2026-09-30."),
        ("to=2026-02-30", "to: Expected a date such as 2026-09-30."),
        ("station=%00", "station: Expected text without NUL characters."),
        ("columns=shoe", "columns: Expected some of: started_at"),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_wrong_values_are_told(surfaces: list[tuple[FlaskClient, str]], state: str, said: str) -> None:
    for client, url in surfaces:
        answer = client.get(f"{url}?{state}")
        assert answer.status_code in (400, 422)
        assert said in answer.text
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("state", ["area=%F0%9F%98%80", "driver=%27--", "station=" + "x" * 5000])
def test_strange_codes_find_nothing(surfaces: list[tuple[FlaskClient, str]], state: str) -> None:
    for client, url in surfaces:
        assert names(client, url, state) == set()


def test_totals_hold_charging_time(
    session: Session, surfaces: list[tuple[FlaskClient, str]], hotel: Operator, lake: Station
) -> None:
    for minutes in range(30):
        make_session(session, lake, operator=hotel, charging_s=minutes * 60, idle_s=600)
    make_session(
        session, lake, operator=hotel, charging_s=None, idle_s=None, currency="NPR", end_reason="error"
    )
    session.commit()
    for client, url in surfaces:
        page = client.get(url).text
        assert "30 sessions, 300.0 kWh, 7:15 h of charging, €120.00" in page
        assert "1 session, 10.0 kWh, NPR" in page
        assert "0:10 h idle" in page
        assert "30 sessions" not in client.get(f"{url}?reason=error").text


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_totals_of_very_many_do_not_keep_the_page_waiting(
    app: Flask,
    session: Session,
    surfaces: list[tuple[FlaskClient, str]],
    hotel: Operator,
    lake: Station,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paging, "COUNT_CAP", 5)
    for _ in range(7):
        make_session(session, lake, operator=hotel)
    session.commit()
    for client, url in surfaces:
        page = client.get(f"{url}?station=lake").text
        assert "7 sessions" not in page
        link = page.partition('class="list-note"')[2].partition('href="')[2].partition('"')[0]
        assert link == f"{url}?station=lake&amp;totals=all"
        whole = client.get(link.replace("&amp;", "&")).text
        assert "7 sessions, 70.0 kWh, 7:00 h of charging, €28.00" in whole
        assert "totals=all" not in whole


def test_views_keep_every_filter(surfaces: list[tuple[FlaskClient, str]]) -> None:
    state = {
        "from": "2026-09-01", "to": "2026-09-30", "station": "LAKE", "area": "LAKE-AREA", "driver": "D-1",
        "status": "closed_idle", "reason": "idle", "doubt": "open", "sort": "-energy_wh",
    }  # fmt: skip
    for client, url in surfaces:
        wanted = {**state, **({"operator": "HOTEL"} if "admin" in url else {})}
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        assert post(client, f"{url}?{query}", {"keep": "view", "name": "September"}).status_code == 303
        views = client.get(url).text.partition('<ul class="views">')[2]
        link = views.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
        assert {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()} == wanted
        page = client.get(link).text
        assert 'value="open" selected' in page
        assert 'value="2026-09-30"' in page


def test_days_at_hand() -> None:
    """The last moment of a year in Kathmandu is still the year before in UTC, and not its month."""
    at = datetime(2026, 12, 31, 18, 15, tzinfo=UTC)
    spans = [(str(span["from"]), str(span["to"])) for _, span in day_presets("Asia/Kathmandu", at)]
    assert spans == [
        ("2027-01-01", "2027-01-01"),
        ("2026-12-31", "2026-12-31"),
        ("2027-01-01", "2027-01-31"),
        ("2026-12-01", "2026-12-31"),
    ]
    assert day_presets("UTC", at)[0][1]["from"] == "2026-12-31"


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_suggestions_and_areas(surfaces: list[tuple[FlaskClient, str]]) -> None:
    """Codes are suggested while they are typed; operators choose among their own areas."""
    (admin, all_sessions), (operator, own) = surfaces
    page = admin.get(all_sessions).text
    for address in ("/admin/why/suggest", "/admin/stations/areas"):
        assert f'hx-get="{address}"' in page
    assert 'value="LAKE"' in admin.get("/admin/why/suggest?station=lak").text
    page = operator.get(own).text
    assert '<option value="LAKE-AREA">Lake</option>' in page
    assert 'hx-get="/operator/why/suggest"' in page
    assert "/admin/" not in page


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_doubts_cost_one_query(
    app: Flask, session: Session, surfaces: list[tuple[FlaskClient, str]], hotel: Operator, lake: Station
) -> None:
    doubted(session, lake, hotel)
    few = [count_statements(app, lambda who=who, url=url: who.get(url)) for who, url in surfaces]
    for n in range(len(KINDS)):
        doubted(session, lake, hotel, *KINDS[: n + 1])
    assert few == [count_statements(app, lambda who=who, url=url: who.get(url)) for who, url in surfaces]


def test_a_driver_without_a_driver_reads_nothing(session: Session, hotel: Operator, lake: Station) -> None:
    """Sessions of unknown drivers are nobody's own."""
    make_session(session, lake, operator=hotel)
    mine = make_session(session, lake, make_driver(session))
    assert session.scalars(sessions(Viewer(role=Role.DRIVER))).all() == []
    own = session.scalars(sessions(Viewer(role=Role.DRIVER, driver_id=mine.driver_id))).all()
    assert [one.id for one in own] == [mine.id]
