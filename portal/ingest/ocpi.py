"""OCPI Locations become stations: version 2.2.1, and the older shapes of 2.2, 2.1.1 and 2.0.

A Location is a station, its EVSEs are chargers. EVSEs that are removed, or have no connector that would tell
their current, are left out. An EVSE with AC and DC connectors becomes two chargers, the AC one with "-AC" at
the end of its uid, since a charger of the portal has one current and its own prices.
"""

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import cast

from portal.domain.codes import derive_code, identity_code, normalise_code
from portal.domain.connectors import STANDARDS, Current
from portal.ingest import values
from portal.ingest.formats import Bounds
from portal.ingest.jsonstream import Damaged, read_objects
from portal.ingest.records import (
    ADDRESS_LENGTH,
    HOURS_LENGTH,
    MAX_CHARGERS,
    MAX_CONNECTOR_NUMBER,
    NAME_LENGTH,
    PLACE_LENGTH,
    STATION_NAME_LENGTH,
    UID_LENGTH,
    ZIP_LENGTH,
    Accepted,
    ChargerRecord,
    ConnectorRecord,
    FieldError,
    Rejected,
    StationRecord,
    StationStatus,
)
from portal.ingest.source import Source
from portal.ingest.stations import StationItem, check_bounds

Json = dict[str, object]

_OUT = {"INOPERATIVE", "OUTOFORDER", "BLOCKED"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PHASES = {"AC_1_PHASE": 1, "AC_2_PHASE": 2, "AC_2_PHASE_SPLIT": 2, "AC_3_PHASE": 3, "DC": 1}
# Phase to neutral never reaches this on public mains: a higher voltage was given between phases.
_LINE_VOLTAGE = 300


def read_locations(source: Source, bounds: Sequence[Bounds] = ()) -> Iterator[StationItem]:
    """The stations of a file of Locations; a code that comes back is rejected."""
    seen: set[int] = set()
    for line, found in read_objects(source):
        if isinstance(found, Damaged):
            yield Rejected(line, None, found.value, found.reason)
            continue
        try:
            record, note = station(found)
            check_bounds(bounds, record.latitude, record.longitude)
            if hash(record.code) in seen:
                raise FieldError("id", record.code, "A location of this code stands earlier in the file.")
        except FieldError as error:
            yield Rejected(line, error.field, error.value, error.reason)
            continue
        seen.add(hash(record.code))
        yield Accepted(line, record, note=note)


def station(location: Json) -> tuple[StationRecord, str | None]:
    """The record of one Location, and a note about what it could not carry."""
    party = f"{_string(location, 'country_code')}-{_string(location, 'party_id')}".strip("-")
    city = values.text(_string(location, "city"), "city", PLACE_LENGTH)
    address = values.text(_string(location, "address"), "address", ADDRESS_LENGTH)
    operator = values.text(
        _string(_object(location, "operator"), "name", "operator.name") or party, "operator.name", NAME_LENGTH
    )
    position = _object(location, "coordinates")
    evses = _evses(location)
    area = ", ".join(part for part in (operator or "No operator", city) if part)
    return StationRecord(
        code=_code(location, party),
        name=values.required(_string(location, "name") or address, "name", STATION_NAME_LENGTH),
        operator_code=derive_code(operator) if operator else None,
        operator_name=operator or None,
        area_code=derive_code(area),
        area_name=values.text(area, "city", NAME_LENGTH),
        latitude=values.degrees(
            _string(position, "latitude", "coordinates.latitude"), "coordinates.latitude", ".", 90
        ),
        longitude=values.degrees(
            _string(position, "longitude", "coordinates.longitude"), "coordinates.longitude", ".", 180
        ),
        visible=_published(location),
        status=_status(location, evses),
        address=address,
        city=city,
        state=values.text(_string(location, "state"), "state", PLACE_LENGTH),
        zip=values.text(_string(location, "postal_code"), "postal_code", ZIP_LENGTH),
        country=values.country(_string(location, "country"), "country"),
        opening_hours=values.text(_hours(_object(location, "opening_times")), "opening_times", HOURS_LENGTH),
        chargers=_chargers(evses),
    ), _note(location)


def _code(location: Json, party: str) -> str:
    identifier = _string(location, "id")
    if not identifier:
        raise FieldError("id", "", "A location has an id.")
    full = f"{party}-{identifier}" if party else identifier
    for candidate in (full, identifier) if len(full) > UID_LENGTH else (full,):
        try:
            return normalise_code(candidate)
        except ValueError:
            continue
    return identity_code(full)


def _published(location: Json) -> bool:
    publish = location.get("publish")
    if isinstance(publish, bool):
        return publish
    # Before 2.2 there was neither this field nor country_code: every location was public.
    if publish is None and "country_code" not in location:
        return True
    raise FieldError("publish", publish, "Expected true or false.")


def _note(location: Json) -> str | None:
    allowed = location.get("publish_allowed_to")
    if isinstance(allowed, list) and allowed:
        return (
            f"publish_allowed_to names {len(allowed)} token(s): only a membership lets their drivers see it."
        )
    return None


def _evses(location: Json) -> list[Json]:
    return [evse for evse in _objects(location, "evses") if evse.get("status") != "REMOVED"]


def _status(location: Json, evses: list[Json]) -> StationStatus | None:
    if not evses:
        return "closed" if _objects(location, "evses") else None
    states = {_string(evse, "status", "evses.status") for evse in evses}
    if states == {"PLANNED"}:
        return "planned"
    return "unavailable" if states <= _OUT | {"PLANNED"} else "available"


def _chargers(evses: list[Json]) -> tuple[ChargerRecord, ...]:
    if len(evses) > MAX_CHARGERS:
        raise FieldError("evses", len(evses), f"Expected at most {MAX_CHARGERS} EVSEs.")
    chargers: dict[str, ChargerRecord] = {}
    for evse in evses:
        uid = values.required(
            _string(evse, "uid") or _string(evse, "evse_id") or _string(evse, "id"), "evses.uid", UID_LENGTH
        )
        connectors = _objects(evse, "connectors")
        numbers = _numbers(connectors)
        found: dict[Current, list[ConnectorRecord]] = {}
        for number, item in zip(numbers, connectors, strict=True):
            current, record = _connector(item, number)
            found.setdefault(current, []).append(record)
        for current, items in found.items():
            own = f"{uid[: UID_LENGTH - 3]}-AC" if current == "AC" and "DC" in found else uid
            if own in chargers:
                raise FieldError("evses.uid", own, "Two EVSEs of this location have the same uid.")
            chargers[own] = ChargerRecord(own, current, tuple(items))
    return tuple(chargers.values())


def _numbers(connectors: list[Json]) -> list[int]:
    """The ids where they are numbers, all different; else the places in the list."""
    ids = [_string(item, "id", "connectors.id") for item in connectors]
    if all(text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_CONNECTOR_NUMBER for text in ids):
        numbers = [int(text[:9]) for text in ids]
        if len(set(numbers)) == len(numbers):
            return numbers
    return list(range(1, len(connectors) + 1))


def _connector(item: Json, number: int) -> tuple[Current, ConnectorRecord]:
    power_type = _string(item, "power_type", "connectors.power_type")
    if power_type not in _PHASES:
        raise FieldError("connectors.power_type", power_type, f"Expected one of {', '.join(_PHASES)}.")
    current: Current = "DC" if power_type == "DC" else "AC"
    name = _string(item, "standard", "connectors.standard")
    if name not in STANDARDS:
        raise FieldError(
            "connectors.standard", name, "Expected a ConnectorType of OCPI, such as IEC_62196_T2."
        )
    return current, ConnectorRecord(
        number, values.standard(name, "connectors.standard", current), _power(item, power_type)
    )


def _power(item: Json, power_type: str) -> int | None:
    stated = _string(item, "max_electric_power", "connectors.max_electric_power")
    if stated:
        return values.watts(stated, "connectors.max_electric_power", ".", "W")
    volts, amperes = (_string(item, f"max_{key}") or _string(item, key) for key in ("voltage", "amperage"))
    if not volts or not amperes:
        return None
    voltage, amperage = (
        float(values.number(text, f"connectors.{key}", "."))
        for text, key in ((volts, "voltage"), (amperes, "amperage"))
    )
    factor = sqrt(3) if power_type == "AC_3_PHASE" and voltage >= _LINE_VOLTAGE else _PHASES[power_type]
    return values.watts(f"{voltage * amperage * factor:.3f}", "connectors.voltage", ".", "W")


def _hours(times: Json) -> str:
    if times.get("twentyfourseven") is True:
        return "24 hours"
    parts = []
    for item in _objects(times, "regular_hours"):
        day = values.integer(_string(item, "weekday"), "opening_times.weekday", 1, 7)
        parts.append(f"{_DAYS[day - 1]} {_string(item, 'period_begin')}-{_string(item, 'period_end')}")
    return ", ".join(parts)


def _string(data: Json, key: str, field: str | None = None) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise FieldError(field or key, value, "Expected a text or a number.")
    return str(value).strip()


def _object(data: Json, key: str) -> Json:
    value = data.get(key)
    if value is not None and not isinstance(value, dict):
        raise FieldError(key, value, "Expected an object.")
    return cast(Json, value or {})


def _objects(data: Json, key: str) -> list[Json]:
    value = data.get(key)
    if value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        raise FieldError(key, value, "Expected a list of objects.")
    return cast(list[Json], value or [])
