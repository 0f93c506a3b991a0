"""OCPI Locations: envelopes, versions, and what senders get wrong."""

import json
from typing import Any

import pytest

from portal.ingest.records import ChargerRecord, ConnectorRecord, FileError

from .reading import read, records, rejected


def connector(**changes: object) -> dict[str, Any]:
    base = {"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE"}
    return base | {"max_voltage": 230, "max_amperage": 32} | changes


def evse(*connectors: dict[str, Any], **changes: object) -> dict[str, Any]:
    return {"uid": "E1", "status": "AVAILABLE", "connectors": list(connectors)} | changes


def location(**changes: object) -> dict[str, Any]:
    base: dict[str, Any] = {
        "country_code": "AT",
        "party_id": "ABC",
        "id": "LOC1",
        "publish": True,
        "name": "Ring",
    }
    base |= {"address": "Ring 1", "city": "Wien", "postal_code": "1010", "country": "AUT"}
    base |= {"coordinates": {"latitude": "48.2", "longitude": "16.37"}, "evses": [evse(connector())]}
    return {key: value for key, value in (base | changes).items() if value is not ...}


def one(**changes: object) -> Any:
    [item] = read(json.dumps(location(**changes)), "ocpi")
    return item


A, B = json.dumps(location(id="A1"), indent=1), json.dumps(location(id="B1"), indent=1)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"[{A},\n{B}]", (1, A.count("\n") + 2)),
        (
            f'{{"data": [{A},\n{B}], "status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"}}',
            (1, A.count("\n") + 2),
        ),
        (f'{{"status_code": 1000,\n"data":\n[{A}, {B}]}}', (3, A.count("\n") + 3)),
        (f"{json.dumps(json.loads(A))}\n{json.dumps(json.loads(B))}\n", (1, 2)),
        (f"\ufeff\n{A}\n{B}", (2, A.count("\n") + 3)),
    ],
)
def test_every_wrapping_gives_the_same_locations(text: str, lines: tuple[int, int]) -> None:
    items = read(text, "ocpi")
    assert [item.record.code for item in items] == ["AT-ABC-A1", "AT-ABC-B1"]
    assert tuple(item.line for item in items) == lines


def test_one_location_in_an_envelope() -> None:
    assert [station.code for station in records(read(f'{{"status_code":1000,"data":{A}}}', "ocpi"))] == [
        "AT-ABC-A1"
    ]


def test_a_location_is_a_station() -> None:
    station = one(operator={"name": "Ladewerk"}, state="W", opening_times={"twentyfourseven": True}).record
    assert (station.code, station.operator_code, station.area_code) == (
        "AT-ABC-LOC1",
        "LADEWERK",
        "LADEWERK-WIEN",
    )
    assert (station.country, station.zip, station.state, station.opening_hours) == (
        "AT",
        "1010",
        "W",
        "24 hours",
    )
    assert station.chargers == (ChargerRecord("E1", "AC", (ConnectorRecord(1, "IEC_62196_T2", 22_080),)),)


def test_without_an_operator_the_party_is_one() -> None:
    assert one().record.operator_code == "AT-ABC"


def test_older_shapes_have_no_party_and_are_public() -> None:
    old = location(
        country_code=..., party_id=..., publish=..., type="ON_STREET", operator={"name": "Ladewerk"}
    )
    plug = connector(
        max_voltage=..., max_amperage=..., voltage=400, amperage=125, power_type="DC", standard="CHADEMO"
    )
    old["evses"] = [evse({key: value for key, value in plug.items() if value is not ...})]
    [station] = records(read(json.dumps(old), "ocpi"))
    assert (station.code, station.visible) == ("LOC1", True)
    assert station.chargers[0].connectors[0].max_w == 50_000


@pytest.mark.parametrize(
    ("changes", "watts"),
    [
        ({"max_electric_power": 11_000}, 11_000),
        ({"max_voltage": 400}, 22_170),
        ({"power_type": "AC_1_PHASE"}, 7_360),
        ({"max_amperage": None}, None),
    ],
)
def test_power(changes: dict[str, object], watts: int | None) -> None:
    assert one(evses=[evse(connector(**changes))]).record.chargers[0].connectors[0].max_w == watts


def test_a_mixed_evse_becomes_two_chargers_and_removed_ones_are_left_out() -> None:
    ccs = connector(id="2", standard="IEC_62196_T2_COMBO", power_type="DC", max_electric_power=150_000)
    station = one(evses=[evse(connector(), ccs), evse(connector(), uid="E2", status="REMOVED")]).record
    assert [
        (unit.uid, unit.current_type, [plug.number for plug in unit.connectors]) for unit in station.chargers
    ] == [
        ("E1-AC", "AC", [1]),
        ("E1", "DC", [2]),
    ]


def test_connector_ids_that_are_no_numbers_become_places() -> None:
    found = one(evses=[evse(connector(id="left"), connector(id="right"))]).record.chargers[0].connectors
    assert [plug.number for plug in found] == [1, 2]


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (["AVAILABLE", "OUTOFORDER"], "available"),
        (["OUTOFORDER", "INOPERATIVE"], "unavailable"),
        (["PLANNED"], "planned"),
        (["REMOVED"], "closed"),
        ([], None),
    ],
)
def test_status_of_the_station_from_its_evses(states: list[str], status: str | None) -> None:
    evses = [evse(connector(), uid=f"E{n}", status=state) for n, state in enumerate(states)]
    assert one(evses=evses).record.status == status


def test_unpublished_locations_are_invisible_and_say_who_may_see_them() -> None:
    item = one(publish=False, publish_allowed_to=[{"uid": "12", "type": "RFID"}])
    assert item.record.visible is False
    assert "1 token(s)" in item.note


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"id": ...}, "id", "has an id"),
        ({"publish": ...}, "publish", "true or false"),
        ({"publish": "yes"}, "publish", "true or false"),
        ({"coordinates": ...}, "coordinates.latitude", "Expected a number"),
        (
            {"coordinates": {"latitude": "48,2", "longitude": "16"}},
            "coordinates.latitude",
            "Expected a number",
        ),
        ({"coordinates": {"latitude": "98", "longitude": "16"}}, "coordinates.latitude", "-90 to 90"),
        ({"coordinates": [48, 16]}, "coordinates", "Expected an object"),
        ({"name": ["x"]}, "name", "Expected a text"),
        ({"name": "a\0b"}, "name", "control character U+0000"),
        ({"name": "a\ud800b"}, "name", "control character U+D800"),
        ({"country": "AUX"}, "country", "ISO 3166"),
        ({"evses": {}}, "evses", "Expected a list"),
        ({"evses": [evse(connector(), uid="")]}, "evses.uid", "required"),
        ({"evses": [evse(connector()), evse(connector())]}, "evses.uid", "same uid"),
        ({"evses": [evse(connector(standard="TYPE2"))]}, "connectors.standard", "ConnectorType"),
        ({"evses": [evse(connector(power_type="AC"))]}, "connectors.power_type", "AC_1_PHASE"),
        ({"evses": [evse(connector(max_amperage=10**6))]}, "connectors.voltage", "4000000 W"),
    ],
)
def test_what_is_rejected(changes: dict[str, object], field: str, says: str) -> None:
    text = json.dumps([location(**changes), location(id="GOOD")], default=lambda value: [])
    bad, good = read(text, "ocpi")
    assert good.record.code == "AT-ABC-GOOD"
    assert bad.field == field
    assert says in bad.reason


def test_elements_that_are_no_locations_and_repeated_ones() -> None:
    items = read(f'[5, "x", null, [], {A}, {A}]', "ocpi")
    assert [item.reason for item in rejected(items)][:4] == ["Expected an object."] * 4
    assert "stands earlier in the file" in rejected(items)[4].reason


def test_undecodable_bytes_reject_their_location_only() -> None:
    items = read(f"[{A},\n{B}]".encode().replace(b"Wien", b"W\xefen", 1), "ocpi")
    assert [station.code for station in records(items)] == ["AT-ABC-B1"]
    assert "Byte 0xef on line 8 is not UTF-8" in rejected(items)[0].reason


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("x", "Line 1: Expected a list or an object"),
        ("[", "Line 1: the JSON is broken or cut off"),
        (f"[{A}", "Expected , or ], found the end of the file"),
        (f"[{A},\n{B[:-30]}", "the JSON is broken or cut off"),
        ('[{"id": NaN}]', "NaN is no JSON number"),
        ("[" + "[" * 100_000, "nested too deeply"),
        ('{"id": ' + "9" * 5_000 + "}", "the JSON is broken"),
        ('{"status_code": 2001, "status_message": "no"}', "failed request: status_code 2001"),
    ],
)
def test_broken_json_is_one_clear_error(text: str, says: str) -> None:
    with pytest.raises(FileError, match=says):
        read(text, "ocpi")
