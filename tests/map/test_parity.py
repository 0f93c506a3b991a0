"""Every way to look at the map shows the same stations, for any network and any viewer, on both engines."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.models import DriverStatus, OperatorStatus, StationStatus
from tests.map.networks import Made, Plan, Spot, browser_of, expected, latitudes, longitudes, make, plans

WORLD = "-180,-90,180,90"
# The database is emptied between examples, so that the fixtures may live as long as the test.
often = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def codes_of_json(client: FlaskClient, **query: Any) -> set[str]:
    features = features_of(client, zoom=22, **query)
    assert all(feature["properties"]["cluster"] is False for feature in features)
    found = [feature["properties"]["code"] for feature in features]
    assert len(found) == len(set(found))
    return set(found)


def features_of(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/map/stations.json", query_string={"bbox": WORLD, **query})
    assert answer.status_code == 200, answer.text
    assert len(answer.data) <= 30_000
    return list(answer.json["features"])


def codes_of_list(client: FlaskClient, **query: Any) -> set[str]:
    """All pages of the list, turned by their links."""
    found: list[str] = []
    answer = client.get("/map/", query_string=query)
    while True:
        assert answer.status_code == 200, answer.text
        here = re.sub(r'<p class="list-note list-elsewhere">.*?</p>', "", answer.text)  # not of this view
        found += re.findall(r'data-station="([^"]+)"', here)
        following = re.search(r'href="([^"]+)" [^>]*rel="next"|rel="next" href="([^"]+)"', answer.text)
        if following is None:
            break
        url = (following[1] or following[2]).replace("&amp;", "&")
        answer = client.get(url, headers={"HX-Request": "true"})
    count = re.search(r"data-announce>\s*([\d,]+) station", answer.text)
    assert count is not None
    assert int(count[1]) == len(found) == len(set(found))
    return set(found)


def codes_of_panels(client: FlaskClient, made: Made) -> set[str]:
    answers = {code: client.get(f"/map/stations/{code}") for code in made.codes}
    assert {answer.status_code for answer in answers.values()} <= {200, 404}
    return {code for code, answer in answers.items() if answer.status_code == 200}


@often
@given(plan=plans())
def test_page_data_search_and_panels_show_the_same(app: Flask, session: Session, plan: Plan) -> None:
    made = make(session, plan)
    for who, account in made.accounts.items():
        client = browser_of(app, session, account)
        right = {made.codes[index] for index in expected(plan, who)}
        ways: dict[str, Callable[[], set[str]]] = {
            "data": lambda client=client: codes_of_json(client),
            "list": lambda client=client: codes_of_list(client),
            "search in the list": lambda client=client: codes_of_list(client, q="STATION"),
            "search in the data": lambda client=client: codes_of_json(client, q=" st  station "),
            "panels": lambda client=client: codes_of_panels(client, made),
        }
        for way, look in ways.items():
            assert look() == right, f"{way} as {who}"


boxes = st.tuples(longitudes, latitudes, longitudes, latitudes).map(
    lambda box: (box[0], min(box[1], box[3]), box[2], max(box[1], box[3]))
)


def lies_within(lng: float, lat: float, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    across = west <= lng <= east if west <= east else lng >= west or lng <= east
    return across and south <= lat <= north


@often
@given(plan=plans(), views=st.lists(st.tuples(boxes, st.integers(0, 22)), min_size=4, max_size=4))
def test_counts_of_any_view_add_up(app: Flask, session: Session, plan: Plan, views: list[Any]) -> None:
    """Any box, those across the antimeridian among them, at any zoom."""
    made = make(session, plan)
    for who, account in made.accounts.items():
        client = browser_of(app, session, account)
        for box, zoom in views:
            inside = [
                plan.spots[index]
                for index in expected(plan, who)
                if lies_within(plan.spots[index].lng, plan.spots[index].lat, box)
            ]
            text = ",".join(repr(edge) for edge in box)
            features = features_of(client, bbox=text, zoom=zoom)
            assert total(features) == len(inside), (who, box, zoom)
            for feature in features:
                assert lies_within(*feature["geometry"]["coordinates"], box)
            assert len(codes_of_list(client, bbox=text)) == len(inside)


def total(features: list[dict[str, Any]]) -> int:
    return sum(f["properties"].get("count", 1) for f in features)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_plan_is_put_into_the_database_as_it_says(app: Flask, session: Session) -> None:
    """Guards the tests above: where something is hidden, a member sees more than a stranger."""
    hidden = Spot(0, 14.5, 46.0, False, StationStatus.AVAILABLE)
    plan = Plan((OperatorStatus.ACTIVE,), (DriverStatus.ACTIVE,) * 2, {(0, 0): "open"}, (hidden,))
    made = make(session, plan)
    seen = {
        who: len(codes_of_json(browser_of(app, session, who_is))) for who, who_is in made.accounts.items()
    }
    assert seen == {"anonymous": 0, "admin": 1, "operator 0": 1, "driver 0": 1, "driver 1": 0}
