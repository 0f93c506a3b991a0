"""The list by distance: exact order, bounded work, units, and what it says where nothing is."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Select, event, select
from sqlalchemy.orm import Session

from portal.domain.distance import Point, metres_between
from portal.models import Role, Station
from portal.queries import nearest as module
from portal.queries.nearest import nearest
from tests.map.networks import empty, latitudes, longitudes
from tests.support.factories import (
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    sign_in,
)

HERE = "46.05,14.5"


def listed(page: str) -> list[tuple[str, str]]:
    """(code, distance) of each card, in their order."""
    found = re.findall(r'<li class="map-card">.*?</li>', page, re.DOTALL)
    return [
        (
            re.findall('data-station="([^"]+)', card)[0],
            "".join(re.findall(r'map-distance">([^<]*)<', card)).replace("\xa0", " "),
        )
        for card in found
    ]


def text_of(client: FlaskClient, url: str, language: str = "en") -> str:
    answer = client.get(url, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


def put(session: Session, places: list[tuple[float, float]]) -> list[Station]:
    area = make_area(session)
    facts = {"area_id": area.id, "created_at": area.created_at, "updated_at": area.created_at, "search": "x"}
    made = [
        Station(code=f"N-{n}", name=f"Station {n}", latitude=lat, longitude=lng, **facts)
        for n, (lat, lng) in enumerate(places)
    ]
    session.add_all(made)
    session.commit()
    return made


points = st.tuples(latitudes, longitudes)
crowds = st.tuples(points, st.integers(1, 12)).map(lambda crowd: [crowd[0]] * crowd[1])
close = st.tuples(points, st.lists(st.floats(-1e-4, 1e-4), max_size=12)).map(
    lambda near: [(max(-90, min(90, near[0][0] + shift)), near[0][1]) for shift in near[1]]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    groups=st.lists(st.one_of(crowds, close, points.map(lambda p: [p])), max_size=6),
    origin=points,
    limit=st.integers(1, 5),
)
@example(groups=[[(46.05, 14.5)] * 12], origin=(46.05, 14.5), limit=5)
@example(groups=[[(90.0, 10.0)] * 12, [(90.0, -170.0)]], origin=(89.9999, 180.0), limit=5)
@example(groups=[[(0.0, 180.0)], [(0.0, -180.0)] * 11], origin=(0.0, -179.9), limit=4)
def test_order_is_exact_however_few_may_be_looked_at(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    groups: list[list[tuple[float, float]]],
    origin: tuple[float, float],
    limit: int,
) -> None:
    """With room for ten rows a step, the way to the nearest is gone through all its turns."""
    monkeypatch.setattr(module, "_MOST_ROWS", 10)
    empty(session)
    made = put(session, [place for group in groups for place in group])
    here = Point(*origin)
    right = sorted((metres_between(here, Point(s.latitude, s.longitude)), s.id) for s in made)
    assert [tuple(each) for each in nearest(session, select(Station), here, limit)] == right[:limit]


def test_work_is_bounded(session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, no step reads more than so many rows, and steps are few."""
    monkeypatch.setattr(module, "_MOST_ROWS", 60)
    put(session, [(n * 61.8 % 160 - 80, n * 137.5 % 360 - 180) for n in range(3000)])
    steps: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: steps.append(call[2]))  # its text
    found = nearest(session, select(Station), Point(46.05, 14.5), 25)
    assert len(found) == 25
    steps = [step for step in steps if step.startswith("SELECT")]
    assert 1 < len(steps) <= 12
    assert all("LIMIT" in step for step in steps)


def test_nothing_hidden_is_near(session: Session) -> None:
    """What is asked of is the select that carries the viewer."""
    put(session, [(46.05, 14.5), (46.06, 14.5)])
    none: Select[Station] = select(Station).where(Station.visible.is_(False))
    assert nearest(session, none, Point(46.05, 14.5), 5) == []


def test_the_list_goes_by_distance_from_position_or_middle(client: FlaskClient, session: Session) -> None:
    area = make_area(session)
    for code, lat in (("A-FAR", 46.35), ("B-NEAR", 46.06), ("C-HERE", 46.0505)):
        make_station(session, area, code=code, name=code, latitude=lat)
    session.commit()
    near = [("C-HERE", "60 m"), ("B-NEAR", "1.1 km"), ("A-FAR", "33 km")]
    page = text_of(client, f"/map/?near={HERE}")
    assert listed(page) == near
    assert "Nearest to your position first" in page
    page = text_of(client, "/map/?lat=46.05&lng=374.5&zoom=12")
    assert listed(page) == near
    assert "Nearest to the middle of the map first" in page
    assert [code for code, _ in listed(text_of(client, "/map/?bbox=14,46,15,46.1"))] == ["C-HERE", "B-NEAR"]
    assert [code for code, _ in listed(text_of(client, f"/map/?near={HERE}&sort=name"))] == [
        *("A-FAR", "B-NEAR", "C-HERE")
    ]
    assert listed(text_of(client, "/map/"))[0] == ("A-FAR", "")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_units_are_the_reader_s(client: FlaskClient, session: Session) -> None:
    area = make_area(session)
    for code, lat in (("A", 46.0505), ("B", 46.06), ("C", 47.0)):
        make_station(session, area, code=code * 2, latitude=lat)
    session.commit()

    def distances(language: str) -> list[str]:
        return [text for _, text in listed(text_of(client, f"/map/?near={HERE}", language))]

    assert distances("en-US,en;q=0.9") == ["180 ft", "0.7 mi", "66 mi"]
    assert distances("en-GB") == distances("en-US")
    assert distances("en-IE") == ["60 m", "1.1 km", "106 km"]
    assert distances("de-US,en-US;q=0.5")[1] == "0,7 mi"
    assert distances("de") == ["60 m", "1,1 km", "106 km"]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_pages_by_distance_lead_on_to_the_last(client: FlaskClient, session: Session) -> None:
    put(session, [(46.05 + n / 1000, 14.5) for n in range(60)])
    seen: list[str] = []
    url: str | None = f"/map/?near={HERE}&bbox=14,46,15,47"
    while url:
        page = text_of(client, url)
        assert "60 stations" in page
        seen += [code for code, _ in listed(page)]
        following = re.search(r'id="stations-next" rel="next" href="([^"]+)"', page)
        url = following[1].replace("&amp;", "&") if following else None
    assert seen == [f"N-{n}" for n in range(60)]
    assert 'rel="prev"' in page
    for damaged in ("1", "-25", "1000", "x", "99999"):
        assert client.get(f"/map/?near={HERE}&skip={damaged}").status_code == 400


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_long_list_by_distance_says_that_it_ends(client: FlaskClient, session: Session) -> None:
    put(session, [(46.05 + n / 1e5, 14.5) for n in range(1010)])
    page = text_of(client, f"/map/?near={HERE}&skip=975")
    assert len(listed(page)) == 25
    assert 'rel="next"' not in page
    assert "Only the nearest are listed" in page


def test_where_nothing_is_the_nearest_is_named(app: Flask, client: FlaskClient, session: Session) -> None:
    operator = make_operator(session)
    make_station(session, code="SEEN", name="Kongresni trg", latitude=46.16, search="kongresni")
    make_station(session, make_area(session, operator), code="HIDDEN", latitude=46.06, visible=False)
    driver = make_driver(session)
    make_membership(session, operator, driver)
    email = make_account(session, Role.DRIVER, driver=driver).email
    session.commit()
    nowhere = "/map/?bbox=14.4,46.04,14.6,46.05"
    page = text_of(client, nowhere)
    assert "The nearest is 13 km away" in page
    assert 'data-station="SEEN"' in page
    assert "/map/?station=SEEN" in page
    assert "HIDDEN" not in page
    assert "The nearest" not in text_of(client, f"{nowhere}&q=nothing")
    assert 'data-station="SEEN"' in text_of(client, f"{nowhere}&q=kongresni")
    member = text_of(sign_in(app.test_client(), email), nowhere)
    assert 'data-station="HIDDEN"' in member


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_wrong_positions_and_orders_are_named(client: FlaskClient) -> None:
    wrong = {"near": ("1", "91,0", "a,b", "1,2,3", "NaN,1"), "sort": ("price", "NAME")}
    for name, values in wrong.items():
        for value in values:
            answer = client.get("/map/", query_string={name: value})
            assert answer.status_code == 400, (name, value)
            assert name in answer.text
    for odd in ("lat=x&lng=1", "lat=inf&lng=nan", "lat=1e999&lng=0", "lat=1"):
        assert client.get(f"/map/?{odd}").status_code == 200
