"""Who could see a station then, and a driver's access over time, as the CPO and as the operator itself."""

import csv
import html
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.moments import moment_text
from portal.models import Area, Driver, Operator, OperatorStatus, Role, Station
from portal.services import areas, memberships, operators, stations
from tests.admin.counting import count_statements
from tests.support.factories import (
    LONG_AGO,
    TESTER,
    htmx,
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    sign_in,
)

HOUR = timedelta(hours=1)
# Station made long ago and assigned at 10; Mia member from 11 to 13; station public from 14 to 15; disabled at 16.
DAY = datetime(2026, 10, 20, tzinfo=UTC)
ASSIGNED, GRANTED, REVOKED, SHOWN, HIDDEN, DISABLED = (DAY + hour * HOUR for hour in (10, 11, 13, 14, 15, 16))


@dataclass
class Story:
    alpina: Operator
    area: Area
    station: Station
    mia: Driver


@pytest.fixture
def story(session: Session) -> Story:
    alpina = make_operator(session, code="ALPINA", name="Hotel Alpina")
    harbor = make_operator(session, code="HARBOR", name="Harbor Café")
    area = make_area(session, harbor, name="Garage")
    station = make_station(session, area, code="G-1", name="Garage 1", visible=False)
    mia, foe = make_driver(session, number="D-MIA", name="Mia Kovač"), make_driver(session, number="D-FOE")
    make_membership(session, harbor, foe)
    session.refresh(area, ["operator"])
    areas.assign_area(session, area, alpina, actor=TESTER, at=ASSIGNED)
    memberships.grant(session, alpina, mia, actor=TESTER, at=GRANTED)
    memberships.revoke(session, alpina, mia, actor=TESTER, at=REVOKED, reason="moved out")
    session.refresh(station, ["area"])
    stations.set_visibility(session, station, True, actor=TESTER, at=SHOWN)
    stations.set_visibility(session, station, False, actor=TESTER, at=HIDDEN)
    session.commit()
    return Story(alpina, area, station, mia)


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    account = make_account(session)
    session.commit()
    return sign_in(app.test_client(), account.email)


@pytest.fixture
def hotel(app: Flask, session: Session, story: Story) -> FlaskClient:
    account = make_account(session, Role.OPERATOR, operator=story.alpina)
    session.commit()
    return sign_in(app.test_client(), account.email)


def at(moment: datetime, surface: str = "admin", kind: str = "") -> str:
    return f"/{surface}/stations/G-1/then/{moment_text(moment)}/{kind}"


def names(text: str) -> list[str]:
    return re.findall(r'<tr id="driver-([^"]+)"', text)


@pytest.mark.parametrize(
    ("moment", "said", "drivers"),
    [
        (LONG_AGO - HOUR, "It did not exist yet", []),
        (LONG_AGO, "Harbor Café", ["D-FOE"]),
        (ASSIGNED - HOUR / 2, "Harbor Café", ["D-FOE"]),
        (ASSIGNED, "Hotel Alpina", []),
        (GRANTED, "Hotel Alpina", ["D-MIA"]),
        (REVOKED, "Hotel Alpina", []),
        (SHOWN, "Everybody could see it", []),
        (HIDDEN, "It was hidden", []),
    ],
)
def test_admins_read_what_was(
    admin: FlaskClient, story: Story, moment: datetime, said: str, drivers: list[str]
) -> None:
    text = admin.get(at(moment)).text
    assert said in text
    assert names(text) == drivers


def test_operators_learn_nothing_of_times_that_were_not_theirs(hotel: FlaskClient, story: Story) -> None:
    before, own = hotel.get(at(ASSIGNED - HOUR, "operator")).text, hotel.get(at(GRANTED, "operator")).text
    assert "It was not in your network then" in before
    assert names(before) == []
    assert names(own) == ["D-MIA"]
    listed = hotel.get("/operator/stations/G-1/then").text
    assert "Not in your network then" in listed
    for text in (before, listed, hotel.get(at(ASSIGNED - HOUR, "operator", "export.csv")).text):
        assert "Harbor" not in text
        assert "D-FOE" not in text
    never = hotel.get(at(LONG_AGO - HOUR, "operator")).text
    assert never.partition("<main")[2].replace(moment_text(LONG_AGO - HOUR), "").count("did not exist") == 0


def test_what_it_was_over_time_leads_to_each_moment(
    admin: FlaskClient, hotel: FlaskClient, story: Story
) -> None:
    text = admin.get("/admin/stations/G-1/then").text
    assert re.findall(r'data-public="(\w+)"', text) == ["no", "yes", "no", "no"]
    for moment in (HIDDEN, SHOWN, ASSIGNED, LONG_AGO):
        assert f'href="{at(moment)}"' in text
    own = hotel.get("/operator/stations/G-1/then").text
    assert re.findall(r'data-public="(\w+)"', own) == ["no", "yes", "no", "no"]
    assert at(LONG_AGO, "operator") not in own


def test_a_moment_is_asked_for_as_the_clock_showed_it(
    admin: FlaskClient, hotel: FlaskClient, story: Story
) -> None:
    def go(typed: str, surface: str = "operator") -> Any:
        client = hotel if surface == "operator" else admin
        return client.get(f"/{surface}/stations/G-1/then", query_string={"at": typed})

    assert go("2026-10-20T13:30").location == at(DAY + 11.5 * HOUR, "operator")  # summer time in Ljubljana
    twice = go("2026-10-25T02:30")
    assert twice.status_code == 200
    for offset in (0.5, 1.5):
        assert at(datetime(2026, 10, 25, tzinfo=UTC) + offset * HOUR, "operator") in twice.text
    for wrong in ("2026-03-29T02:30", "2999-01-01T00:00", "soon"):
        refused = go(wrong)
        assert refused.status_code == 422
        assert f'value="{wrong}"' in refused.text
    for path in ("now", "2999-01-01T00:00:00Z", "2026-10-20T11:00:00"):
        assert admin.get(f"/admin/stations/G-1/then/{path}/").status_code == 404
    assert admin.get("/admin/stations/NOPE/then").status_code == 404


def test_the_list_is_one_like_all_others(admin: FlaskClient, session: Session, story: Story) -> None:
    for number in range(30):
        make_membership(session, story.alpina, make_driver(session, name=f"Guest x{number:02}x"))
    session.commit()
    first = admin.get(at(HIDDEN))
    assert len(names(first.text)) == 25
    following = html.unescape(re.findall(r'rel="next" href="([^"]+)"', first.text)[0])
    second = htmx(admin, following, method="GET").text
    assert len(names(second)) == 5
    assert "<main" not in second
    assert len(names(admin.get(at(HIDDEN), query_string={"q": "guest x07x"}).text)) == 1
    rows = list(csv.DictReader(io.StringIO(admin.get(at(HIDDEN, kind="export.csv")).text.lstrip("\ufeff"))))
    assert len(rows) == 30
    assert rows[0]["name"] == "Guest x00x"
    assert rows[0]["valid_to_at_utc"] == ""
    assert admin.get(at(HIDDEN, kind="export.xlsx")).data[:2] == b"PK"


def test_queries_do_not_grow_with_the_list(
    app: Flask, admin: FlaskClient, session: Session, story: Story
) -> None:
    pages = (at(HIDDEN), "/admin/drivers/D-MIA/access?station=G-1", "/admin/why?driver=D-MIA&station=G-1")

    def cost() -> list[int]:
        return [count_statements(app, lambda url=url: admin.get(url)) for url in pages]  # type: ignore[misc]

    before = cost()
    for _ in range(5):
        make_membership(session, story.alpina, make_driver(session))
    make_membership(session, story.alpina, story.mia)
    session.commit()
    assert cost() == before


@pytest.mark.parametrize("surface", ["admin", "operator"])
def test_access_over_time(
    admin: FlaskClient, hotel: FlaskClient, session: Session, story: Story, surface: str
) -> None:
    client, page = (admin, "/admin/drivers") if surface == "admin" else (hotel, "/operator/members")
    memberships.grant(session, story.alpina, story.mia, actor=TESTER, at=HIDDEN)
    for status, moment in ((OperatorStatus.DISABLED, DISABLED), (OperatorStatus.ACTIVE, DISABLED + HOUR)):
        operators.set_status(session, story.alpina, status, actor=TESTER, at=moment)
    session.commit()
    text = client.get(f"{page}/D-MIA/access", query_string={"station": "g-1"}).text
    assert re.findall(r'data-end="(\w+)"', text) == ["operator_inactive", "open", "revoked"]
    assert "moved out" in text
    sees = ["yes", "no", "yes", "no", "yes", "no"]  # back, disabled, granted again and hidden, …
    assert re.findall(r'data-sees="(\w+)"', text)[:3] == sees[:3]
    assert client.get(f"{page}/D-MIA/access?station=NOPE").status_code == 422
    assert client.get(f"{page}/NOPE/access").status_code == 404


def test_operators_read_the_access_of_their_own_members_to_their_own_network(
    hotel: FlaskClient, session: Session, story: Story
) -> None:
    elsewhere = make_operator(session, name="Elsewhere Inn")
    make_membership(session, elsewhere, story.mia, granted_at=DAY)
    session.commit()
    text = hotel.get("/operator/members/D-MIA/access?station=G-1").text
    assert "Elsewhere" not in text
    assert re.findall(r'data-end="(\w+)"', text) == ["revoked"]
    assert hotel.get("/operator/members/D-FOE/access").status_code == 404
    assert "Harbor" not in text
