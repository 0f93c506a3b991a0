"""Whole registries of real publishers: exact counts, and why each row was left out."""

from collections import Counter

from .reading import DATA, needs_data, read, records, rejected, skipped

AFDC = DATA / "stations_us_afdc_2020-10.csv.gz"
NCR = DATA / "stations_gb_ncr_2017-11.csv.gz"
OCPI = DATA / "ocpi_2.2.1_examples"


@needs_data
def test_us_registry() -> None:
    items = read(AFDC.read_bytes(), "afdc")
    stations = records(items)
    assert (len(stations), len(skipped(items)), len(rejected(items))) == (30_800, 9_478, 1)
    [left_out] = rejected(items)
    assert (left_out.line, left_out.value) == (50268, "1.000000, -1.000000")
    assert "outside the places that the format covers" in left_out.reason

    assert Counter(station.visible for station in stations) == {True: 27_538, False: 3_262}
    assert Counter(station.status for station in stations) == {
        "available": 30_693,
        "unavailable": 56,
        "planned": 51,
    }
    networks = Counter(station.operator_code for station in stations)
    assert len(networks) == 19
    assert networks["CHARGEPOINT-NETWORK"] == 11_208
    assert networks[None] == 14
    assert len({station.area_code for station in stations}) == 503
    chargers = [charger for station in stations for charger in station.chargers]
    assert len(chargers) == 100_876
    assert {connector.max_w for charger in chargers for connector in charger.connectors} == {None}
    assert sum(not station.chargers for station in stations) == 23


@needs_data
def test_uk_registry() -> None:
    items = read(NCR.read_bytes(), "ncr")
    stations = records(items)
    assert (len(stations), len(skipped(items)), len(rejected(items))) == (3_962, 0, 4)
    reasons = [(item.line, item.reason.split(":")[0]) for item in rejected(items)]
    assert reasons == [
        (993, "A carriage return stands alone outside quotes."),
        (995, "A carriage return stands alone outside quotes."),
        (3986, "The position lies outside the places that the format covers"),
        (4124, "The position lies outside the places that the format covers"),
    ]
    assert Counter(station.status for station in stations) == {
        "available": 3_803,
        "unavailable": 155,
        "planned": 4,
    }
    operators = Counter(station.operator_code for station in stations)
    assert len(operators) == 23
    assert operators["CHARGE-YOUR-CAR"] == 1_534
    assert operators[None] == 60
    assert sum(len(charger.connectors) for station in stations for charger in station.chargers) == 7_694
    by_code = {station.code: station for station in stations}
    assert len(by_code) == len(stations)
    assert sum(len(code) == 35 for code in by_code) == 269
    assert by_code["GB-SRC_LDN60188"].operator_name == "Source London"


@needs_data
def test_ocpi_examples() -> None:
    found = {
        path.stem: read(path.read_bytes(), "ocpi") for path in sorted(OCPI.glob("location_example*.json"))
    }
    stations = {name: record for name, items in found.items() for record in records(items)}
    assert len(found) == len(stations) == 6
    assert {name for name, station in stations.items() if not station.visible} == {
        "location_example_uc3_destination_charger_not_published",
        "location_example_uc4_limited_visibility",
        "location_example_uc5_home_charge_point",
    }
    gent = stations["location_example"]
    assert (gent.code, gent.operator_name, gent.country) == ("BE-BEC-LOC1", "BeCharged", "BE")
    assert gent.chargers[0].connectors[0].max_w == 220 * 16 * 3
    assert "3 token(s)" in found["location_example_uc4_limited_visibility"][0].note


@needs_data
def test_ocpi_examples_of_other_objects_are_rejected() -> None:
    others = [path for path in OCPI.glob("*.json") if not path.stem.startswith("location_example")]
    assert len(others) > 40
    for path in others:
        assert records(read(path.read_bytes(), "ocpi")) == [], path.name
