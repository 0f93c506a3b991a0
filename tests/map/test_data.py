"""The stations of a view as data: shape, bounds, filters, refusals."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import create_app
from portal.domain.search import search_text
from portal.extensions import db
from portal.models import Charger, Connector, CurrentType, Role, Station
from tests.support.databases import ENGINES, Databases
from tests.support.factories import (
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    sign_in,
)
from tests.support.migrated import make_config

WORLD = "-180,-90,180,90"


def ask(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/map/stations.json", query_string={"bbox": WORLD, "zoom": 18, **query})
    assert answer.status_code == 200, answer.text
    assert len(answer.data) <= 30_000
    collection = answer.json
    assert collection["type"] == "FeatureCollection"
    return list(collection["features"])


def codes(client: FlaskClient, **query: Any) -> set[str]:
    return {feature["properties"]["code"] for feature in ask(client, **query)}


def many(session: Session, places: list[tuple[float, float]], name: str = "Station") -> None:
    area = make_area(session)
    facts = {"area_id": area.id, "created_at": area.created_at, "updated_at": area.created_at, "search": "x"}
    session.add_all(
        Station(code=f"N-{n}", name=f"{name} {n}", longitude=lng, latitude=lat, **facts)
        for n, (lng, lat) in enumerate(places)
    )
    session.commit()


def test_a_station_alone_and_a_cluster(client: FlaskClient, session: Session) -> None:
    area = make_area(session)
    for shift in (0, 0.001, 0.002):
        make_station(session, area, latitude=46.05 + shift, longitude=14.5 - shift)
    make_station(session, area, code="FAR", name="Far away", latitude=-33.9, longitude=151.2)
    session.commit()
    cluster, far = ask(client, zoom=5)
    assert cluster["geometry"] == {"type": "Point", "coordinates": [14.499, 46.051]}
    assert cluster["properties"] == {"cluster": True, "count": 3, "bbox": [14.498, 46.05, 14.5, 46.052]}
    assert far == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [151.2, -33.9]},
        "properties": {"cluster": False, "code": "FAR", "status": "available", "name": "Far away"},
    }
    assert len(ask(client, zoom=18)) == 4


def test_the_answer_is_nobody_elses(client: FlaskClient) -> None:
    answer = client.get("/map/stations.json", query_string={"bbox": WORLD, "zoom": 1})
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_a_crowd_stays_within_bounds_and_is_counted_exactly(client: FlaskClient, session: Session) -> None:
    many(session, [(n * 137.5 % 360 - 180, n * 61.8 % 180 - 90) for n in range(1500)], "⚡" * 100)
    for zoom in (0, 2, 9, 17, 22):
        features = ask(client, zoom=zoom)
        assert len(features) <= 190
        assert sum(feature["properties"].get("count", 1) for feature in features) == 1500


def test_no_two_marks_lie_over_each_other(client: FlaskClient, session: Session) -> None:
    """Neighbours on both sides of a border of cells are one cluster; further apart they are two."""
    many(session, [(-90.2, 0.1), (-90.1, 0.1), (-89.9, 0.1), (-60.0, 0.1)])
    assert sorted(f["properties"].get("count", 1) for f in ask(client, zoom=4)) == [1, 3]
    assert [f["properties"].get("count", 1) for f in ask(client, zoom=10, bbox="-91,0,-89,1")] == [1, 1, 1]


def test_long_names_make_larger_clusters_not_larger_answers(client: FlaskClient, session: Session) -> None:
    many(session, [(n / 100, 0) for n in range(180)], "&" * 150)
    features = ask(client, zoom=22)
    assert sum(feature["properties"].get("count", 1) for feature in features) == 180


def test_more_stations_at_one_place_than_a_screen_can_show_stay_a_cluster(
    client: FlaskClient, session: Session
) -> None:
    many(session, [(14.5, 46.05)] * 300)
    (feature,) = ask(client, zoom=22)
    assert feature["properties"] == {"cluster": True, "count": 300, "bbox": [14.5, 46.05, 14.5, 46.05]}


def test_both_engines_make_the_same_cells(databases: Databases) -> None:
    """On borders of cells, at the poles, on both sides of the antimeridian."""
    edges = [-180.0, -90.0, -45.0, -1e-9, 0.0, 1e-9, 45.0, 90.0, 180.0]
    answers = []
    for name in ENGINES:
        with databases.fresh(name) as url:
            app = create_app(make_config(url))
            with app.app_context():
                many(db.session(), [(lng, lat / 2) for lng in edges for lat in edges])
            answers.append([ask(app.test_client(), zoom=zoom) for zoom in (0, 1, 3, 12)])
            with app.app_context():
                db.engine.dispose()
    assert answers[0] == answers[1]
    assert all(sum(f["properties"].get("count", 1) for f in view) == 81 for view in answers[0])


BOXES: dict[str, set[str]] = {
    "14.5,46,15,47": {"EDGE"},
    "14,45,14.5,46": {"EDGE"},
    "14.5,46,14.5,46": {"EDGE"},
    "14.500001,46,15,47": set(),
    "170,-90,-170,90": {"FIJI", "SAMOA"},
    "170,-90,190,90": {"FIJI", "SAMOA"},
    "-190,-90,-170,90": {"FIJI", "SAMOA"},
    "530,-90,550,90": {"FIJI", "SAMOA"},
    "-10,-90,10,90": {"POLE"},
    "-10,89,10,95": {"POLE"},
    "-1000,-200,1000,200": {"EDGE", "FIJI", "SAMOA", "POLE"},
    "180,-90,-180,90": set(),
    " 1.4e1 , +45 ,15., 47 ": {"EDGE"},
}


def test_boxes(client: FlaskClient, session: Session) -> None:
    area = make_area(session)
    places = {"EDGE": (46.0, 14.5), "FIJI": (-17.0, 178.0), "SAMOA": (-14.0, -172.0), "POLE": (90.0, 0.0)}
    for code, (lat, lng) in places.items():
        make_station(session, area, code=code, latitude=lat, longitude=lng)
    session.commit()
    assert {box: codes(client, bbox=box) for box in BOXES} == BOXES


WRONG = {
    "bbox": (
        *("1,2,3", "1,2,3,4,5", "a,b,c,d", "NaN,0,1,1", "0,0,inf,1", "0,2,1,1", "0,0,1e999,1", "0,0,1,,1"),
        *("0;0;1;1", "١,0,2,1", "0,0,1,1'--", "1_0,0,20,1", "," * 5000, "0,0,1,1\x00"),
    ),
    "zoom": ("-1", "23", "2.5", "x", "٣", "1e1", "9" * 5000),
    "min_kw": ("x", "-1", "NaN", "Infinity", "1e9", "0.00001", "1\x00"),
    "connector": ("TYPE2", "iec_62196_t2", "\x00"),
    "mine": ("yes", "2"),
    "q": ("a" * 201, "a\x00b"),
}


def test_a_wrong_parameter_is_named(client: FlaskClient) -> None:
    for parameter, values in WRONG.items():
        for value in values:
            query = {"bbox": WORLD, "zoom": "3", parameter: value}
            answer = client.get("/map/stations.json", query_string=query)
            assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), value
            assert answer.json["detail"].startswith(f"{parameter}: "), value
            if parameter != "zoom":
                page = client.get("/map/", query_string={parameter: value})
                assert page.status_code == 400, (parameter, value)
                assert parameter in page.text


def test_box_and_zoom_are_needed(client: FlaskClient) -> None:
    for query, missing in (
        ({"zoom": "3"}, "bbox"),
        ({"bbox": WORLD}, "zoom"),
        ({"bbox": " ", "zoom": "3"}, "bbox"),
    ):
        answer = client.get("/map/stations.json", query_string=query)
        assert answer.status_code == 400
        assert answer.json["detail"].startswith(f"{missing}: ")


def test_filters(client: FlaskClient, session: Session) -> None:
    area = make_area(session)
    make_station(session, area, code="AC", name="Hôtel Łódź", search=search_text("Hôtel Łódź"))
    mixed = make_station(session, area, code="MIXED", standard="CHADEMO", max_w=50_000)
    charger = Charger(station_id=mixed.id, uid="2", current_type=CurrentType.AC)
    session.add(charger)
    session.flush()
    session.add(Connector(charger_id=charger.id, number=1, standard="IEC_62196_T2", max_w=3_700))
    make_station(session, area, code="UNKNOWN", max_w=None, search="100%_sure")
    session.commit()
    assert codes(client) == {"AC", "MIXED", "UNKNOWN"}
    assert codes(client, q="") == codes(client, min_kw="0") == {"AC", "MIXED", "UNKNOWN"}
    assert codes(client, q="lodz HOTEL") == {"AC"}
    assert codes(client, q="lodz motel") == set()
    assert codes(client, q="%") == codes(client, q="0%_s") == {"UNKNOWN"}
    assert codes(client, connector="IEC_62196_T2") == {"AC", "MIXED", "UNKNOWN"}
    assert codes(client, min_kw="22") == {"AC", "MIXED"}
    assert codes(client, min_kw="22.001") == {"MIXED"}
    # Power and standard must be those of one connector.
    assert codes(client, connector="IEC_62196_T2", min_kw="11") == {"AC"}


def test_my_networks(client: FlaskClient, session: Session) -> None:
    own, other = make_operator(session), make_operator(session)
    for operator, name in ((own, "OWN"), (other, "OTHER")):
        area = make_area(session, operator)
        make_station(session, area, code=f"{name}-PUBLIC")
        make_station(session, area, code=f"{name}-HIDDEN", visible=False)
    driver = make_driver(session)
    make_membership(session, own, driver)
    email = make_account(session, Role.DRIVER, driver=driver).email
    session.commit()
    assert codes(client, mine=1) == set()
    sign_in(client, email)
    assert codes(client, mine=1) == {"OWN-PUBLIC", "OWN-HIDDEN"}
    assert codes(client, mine=0) == {"OWN-PUBLIC", "OWN-HIDDEN", "OTHER-PUBLIC"}
    private = {f["properties"]["code"] for f in ask(client) if f["properties"].get("private")}
    assert private == {"OWN-HIDDEN"}
