"""The map page, its list and panels: what they show, to whom, and what they never let out."""

import re
from typing import Any

import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import Role, Station, StationStatus
from tests.support.factories import (
    LONG_AGO,
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    sign_in,
)

HOSTILE = (
    "{{7*7}}",
    "{% for a in b %}",
    "${alert(1)}",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE station; --",
    "\u202egnp.exe",
    "مرحبا ⚡🔌",
)
DATA = "/map/stations.json?bbox=-180,-90,180,90&zoom="
EVERYWHERE = ("/map/", "/map/?q=station", "/map/?mine=1", "/map/?bbox=0,0,90,90", DATA + "2", DATA + "18")


def text_of(client: FlaskClient, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def member(client: FlaskClient, session: Session, *operators: Any) -> FlaskClient:
    driver = make_driver(session)
    for operator in operators:
        make_membership(session, operator, driver)
    email = make_account(session, Role.DRIVER, driver=driver).email
    session.commit()
    return sign_in(client, email)


def whole(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that a stranger can compare, but for the number of the request."""
    return answer.status_code, answer.data, sorted((k, v) for k, v in answer.headers if k != "X-Request-ID")


def test_a_hidden_station_is_in_no_byte(client: FlaskClient, session: Session) -> None:
    """The same requests with and without it, and for it and for one that never was."""
    with time_machine.travel(LONG_AGO, tick=False):
        make_station(session, code="SEEN", name="Station seen", longitude=14.5)
        session.commit()
        urls = (*EVERYWHERE, "/map/stations/HIDDEN", "/map/?station=HIDDEN", "/map/?q=hidden")
        client.get("/map/")  # a first visit sets the cookie
        before = [whole(client.get(url)) for url in urls]
        area = make_area(session, make_operator(session))
        places = (
            {"longitude": 100.0},
            {"longitude": 14.5},
            {"status": StationStatus.CLOSED, "visible": True},
        )
        for n, over in enumerate(places):
            code = "HIDDEN" if n == 0 else f"HIDDEN-{n}"
            make_station(session, area, **{"code": code, "name": "Station hidden", "visible": False, **over})
        session.commit()
        assert [whole(client.get(url)) for url in urls] == before


def test_hidden_closed_and_absent_panels_answer_alike(client: FlaskClient, session: Session) -> None:
    operator = make_operator(session)
    area = make_area(session, make_operator(session))
    make_station(session, area, code="HIDDEN", visible=False)
    make_station(session, area, code="CLOSED", status=StationStatus.CLOSED)
    member(client, session, operator)
    codes = ("HIDDEN", "hidden", "CLOSED", "NEVER-WAS", "%00", "x" * 500, "ß", "{{7*7}}", "%E2%80%AE")
    for headers in ({}, {"HX-Request": "true"}):
        answers = {unsigned(client.get(f"/map/stations/{code}", headers=headers).text) for code in codes}
        assert len(answers) == 1
        assert {client.get(f"/map/stations/{code}", headers=headers).status_code for code in codes} == {404}


def unsigned(text: str) -> str:
    """Without the CSRF token, which tells the second of the request."""
    return re.sub(r'(name="csrf-token" content|name="csrf_token" value)="[^"]+"', "", text)


def test_hostile_names_reach_nobody_as_markup(client: FlaskClient, session: Session) -> None:
    for name in HOSTILE:
        operator = make_operator(session, name=name)
        area = make_area(session, operator, name=name)
        make_station(
            session, area, name=name, address=name, city=name, opening_hours=name, visible=False, search=name
        )
    email = make_account(session, Role.ADMIN).email
    code = "HOSTILE"
    make_station(session, area, code=code, name=" ".join(HOSTILE), visible=False)
    session.commit()
    sign_in(client, email)
    for url in ("/map/", f"/map/?station={code}", f"/map/stations/{code}"):
        page = text_of(client, url)
        for part in ("<script>", "<img src=x", "alert(1)</script>", "src=x onerror=alert(1)>"):
            assert part not in page, url
        assert "{{7*7}}" in page
        assert "مرحبا ⚡🔌" in page
    for zoom in (2, 18):
        data = client.get(DATA + str(zoom))
        assert not set(b"<>&'") & set(data.data)
    names = {feature["properties"].get("name") for feature in data.json["features"]}
    assert set(HOSTILE) <= names
    script = re.search(r'src="(/map/folium-[^"]+)"', text_of(client, "/map/"))
    assert script is not None
    for url in (script[1], "/map/picker.js", "/map/mini.js"):
        body = text_of(client, url)
        assert not any(name in body for name in (*HOSTILE, "alert", "7*7"))


def test_queries_come_back_escaped(client: FlaskClient) -> None:
    page = client.get("/map/", query_string={"q": '"><script>alert(1)</script>{{7*7}}'}).text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page


def test_the_map_s_script_is_a_constant_with_an_etag(client: FlaskClient, session: Session) -> None:
    found = re.search(r'src="(/map/folium-([0-9a-f]+)\.js)"', text_of(client, "/map/"))
    assert found is not None
    first = client.get(found[1])
    assert first.mimetype == "text/javascript"
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert first.get_etag() == (found[2], False)
    assert client.get(found[1], headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get("/map/folium-0.js").headers["Cache-Control"] == "no-cache"
    for other in ("/map/picker.js", "/map/mini.js"):
        tag = client.get(other).headers["ETag"]
        assert client.get(other, headers={"If-None-Match": tag}).status_code == 304
    make_station(session)
    session.commit()
    assert member(client, session).get(found[1]).data == first.data


def test_the_map_gets_the_bounds_of_what_the_viewer_sees(client: FlaskClient, session: Session) -> None:
    assert 'data-bounds=""' in text_of(client, "/map/")
    operator = make_operator(session)
    area = make_area(session, operator)
    make_station(session, area, latitude=46.05, longitude=14.5)
    make_station(session, area, latitude=47.0, longitude=15.0, name="Graz", search="graz")
    make_station(session, area, latitude=-10.0, longitude=100.0, visible=False)
    session.commit()
    assert 'data-bounds="14.5,46.05,15.0,47.0"' in text_of(client, "/map/?bbox=0,0,1,1")
    assert 'data-bounds="15.0,47.0,15.0,47.0"' in text_of(client, "/map/?q=graz")
    member(client, session, operator)
    assert 'data-bounds="14.5,-10.0,100.0,47.0"' in text_of(client, "/map/")


def test_a_driver_sees_which_stations_are_its_own(client: FlaskClient, session: Session) -> None:
    own = make_operator(session, name="Hotel Alpina")
    area = make_area(session, own)
    make_station(session, area, code="GARAGE", visible=False)
    make_station(session, area, code="FRONT")
    make_station(session, make_area(session, make_operator(session, name="Harbor Cafe")), code="QUAY")
    session.commit()
    stranger = text_of(client, "/map/")
    assert "Hotel Alpina" not in stranger
    assert "GARAGE" not in stranger
    assert 'name="mine"' not in stranger
    page = text_of(member(client, session, own), "/map/")
    found = re.findall(r'<li class="map-card">.*?</li>', page, re.DOTALL)
    cards = {code: card for card in found for code in re.findall('data-station="([^"]+)', card)}
    assert set(cards) == {"GARAGE", "FRONT", "QUAY"}
    assert "Private: through Hotel Alpina" in cards["GARAGE"]
    assert "Your network: Hotel Alpina" in cards["FRONT"]
    assert "network" not in cards["QUAY"]
    assert "Harbor Cafe" not in page
    assert 'name="mine"' in page
    assert "Private: through Hotel Alpina" in text_of(client, "/map/stations/GARAGE")
    assert "Private: through Hotel Alpina" in text_of(client, "/map/?station=GARAGE")


def test_a_member_without_a_network_has_no_such_filter(client: FlaskClient, session: Session) -> None:
    assert 'name="mine"' not in text_of(member(client, session), "/map/")


def test_the_list_is_a_fragment_that_follows_the_view(client: FlaskClient, session: Session) -> None:
    area = make_area(session)
    make_station(session, area, code="NEAR")
    make_station(session, area, code="FAR", longitude=100.0)
    session.commit()
    answer = client.get("/map/?bbox=14,46,15,47", headers={"HX-Request": "true"})
    assert answer.text.strip().startswith('<section class="card list" id="stations-list"')
    assert re.findall('data-station="([^"]+)', answer.text) == ["NEAR"]
    assert "1 station" in answer.text
    empty = text_of(client, "/map/?bbox=0,0,1,1")
    assert "No stations in this part of the map" in empty
    assert 'href="/map/"' in empty
    nothing = text_of(client, "/map/?bbox=0,0,1,1&q=nothing")
    assert "No station matches" in nothing
    assert 'href="/map/?q=nothing"' in nothing


def test_a_damaged_cursor_is_refused(client: FlaskClient, session: Session) -> None:
    assert client.get("/map/?after=x").status_code == 400
    assert client.get("/map/?before=W3sidCI6MX0sMV0").status_code == 400


def test_every_status_has_its_words(client: FlaskClient, session: Session) -> None:
    area = make_area(session)
    for status in StationStatus:
        make_station(session, area, code=status.upper(), status=status)
    session.commit()
    page = text_of(client, "/map/")
    assert re.findall('data-station="([^"]+)', page) == ["AVAILABLE", "UNAVAILABLE", "PLANNED"]
    for words in ("Available", "Not available", "Planned"):
        assert f"</span>{words}</span>" in page


def test_a_station_without_chargers_is_shown_too(client: FlaskClient, session: Session) -> None:
    area = make_area(session)
    facts = {"created_at": LONG_AGO, "updated_at": LONG_AGO, "latitude": 1.0, "longitude": 2.0}
    session.add(Station(code="BARE", name="Bare", area_id=area.id, search="", **facts))
    session.commit()
    assert "Connectors not known" in text_of(client, "/map/")
    assert "No chargers are known yet." in text_of(client, "/map/stations/BARE")
