"""Great circles, and boxes that hold all that is near."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.distance import HALF_WAY_ROUND, Point, around, metres_between, middle_of, parse_point
from portal.domain.errors import Invalid
from portal.domain.geometry import Box

latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)
points = st.builds(Point, latitudes, longitudes)


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        (Point(46.0569, 14.5058), Point(48.2082, 16.3738), 277.8),  # Ljubljana, Vienna
        (Point(-18.141, 178.422), Point(-16.86, -179.97), 222.2),  # across the antimeridian
        (Point(0, 0), Point(0, 180), HALF_WAY_ROUND / 1000),
        (Point(90, 0), Point(90, 77), 0),
    ],
)
def test_known_distances(a: Point, b: Point, km: float) -> None:
    assert metres_between(a, b) / 1000 == pytest.approx(km, abs=0.5)


def holds(box: Box, point: Point) -> bool:
    lng = point.longitude
    across = lng >= box.west or lng <= box.east if box.crosses_antimeridian else box.west <= lng <= box.east
    return across and box.south <= point.latitude <= box.north


@given(points, points, st.floats(0, HALF_WAY_ROUND * 1.1))
def test_what_is_within_lies_in_the_box(origin: Point, other: Point, metres: float) -> None:
    box = around(origin, metres)
    assert -180 <= box.west <= 180
    assert -180 <= box.east <= 180
    if metres_between(origin, other) <= metres:
        assert holds(box, other)


@given(points, st.floats(0.001, 1e6), st.floats(0, 360))
def test_a_neighbour_lies_in_the_box(origin: Point, metres: float, bearing: float) -> None:
    """Near the edge, where random pairs hardly ever are."""
    shift = metres / 111_195
    other = Point(
        max(-90, min(90, origin.latitude + shift * (bearing / 180 - 1))),
        (origin.longitude + shift * bearing + 180) % 360 - 180,
    )
    assert holds(around(origin, metres_between(origin, other)), other)


def test_the_middle_of_a_box() -> None:
    assert middle_of(Box(10, 40, 20, 50)) == Point(45, 15)
    assert middle_of(Box(170, -20, -160, 0)) == Point(-10, -175)


def test_positions_are_read() -> None:
    assert parse_point(" 46.05 , -14.5") == Point(46.05, -14.5)
    for text in ("", "1", "1,2,3", "91,0", "0,181", "a,b", "1e1,2", "NaN,0", "١,2", "1,2\x00", "," * 500):
        with pytest.raises(Invalid):
            parse_point(text)
