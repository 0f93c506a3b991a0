"""The panel of one station."""

import re

import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.support.factories import (
    LONG_AGO,
    make_area,
    make_operator,
    make_station,
)


def text_of(client: FlaskClient, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_panel_tells_the_time_of_its_operators_zone(client: FlaskClient, session: Session) -> None:
    operator = make_operator(session, timezone="Asia/Kathmandu")
    make_station(session, make_area(session, operator, name="Base camp"), code="EVEREST", max_w=3_700)
    make_station(session, code="NOWHERE", latitude=-0.0000004, longitude=1e-7)
    session.commit()
    with time_machine.travel(LONG_AGO, tick=False):
        panel = text_of(client, "/map/stations/everest", **{"HX-Request": "true"})
        assert "Asia/Kathmandu (UTC+05:45)" in panel
        assert re.search(r"Thu 5:45\s*AM there, UTC\+05:45", panel)
        assert "UTC (UTC+00:00)" in text_of(client, "/map/stations/NOWHERE")
    for words in ("Base camp", "Type 2", "3.7 kW", "EVEREST", "Available"):
        assert words in panel
    assert 'href="geo:46.050000,14.500000"' in panel
    assert "https:" not in panel
    assert 'href="geo:0.000000,0.000000"' in text_of(client, "/map/stations/NOWHERE")


def test_a_panel_is_a_fragment_or_a_page(client: FlaskClient, session: Session) -> None:
    make_station(session, code="ONE", name="Number one")
    session.commit()
    page = text_of(client, "/map/stations/ONE")
    assert "<title>Number one" in page
    assert 'data-lat="46.05" data-lng="14.5"' in page
    fragment = client.get("/map/stations/ONE", headers={"HX-Request": "true"})
    assert fragment.text.strip().startswith("<article")
    assert "HX-Request" in fragment.headers["Vary"]
