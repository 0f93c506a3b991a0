"""What files say of stations, drivers, members and sessions, checked and typed: what importing services take."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from portal.domain.connectors import Current

StationStatus = Literal["available", "unavailable", "planned", "closed"]
MemberAction = Literal["grant", "revoke"]


@dataclass(frozen=True, slots=True)
class ConnectorRecord:
    """A plug or socket; `number` is unique in its charger; `max_w` (watts) None: not published."""

    number: int
    standard: str
    max_w: int | None


@dataclass(frozen=True, slots=True)
class ChargerRecord:
    """An EVSE; `uid` is unique in its station; no connectors where the publisher does not name them."""

    uid: str
    current_type: Current
    connectors: tuple[ConnectorRecord, ...]


@dataclass(frozen=True, slots=True)
class StationRecord:
    """A station with its hardware. Codes are normalised; degrees are WGS84.

    None in `status` and in the fields from `address` on means that the file does not speak of it (keep
    what is stored); an empty text means that the file says there is none. `operator_code` None: no operator.
    """

    code: str
    name: str
    operator_code: str | None
    operator_name: str | None
    area_code: str
    area_name: str
    latitude: float
    longitude: float
    visible: bool
    status: StationStatus | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    opening_hours: str | None = None
    chargers: tuple[ChargerRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class DriverRecord:
    """A customer; `number` is a normalised code, `token_uids` are upper-cased, in the order of the file."""

    number: str
    name: str
    email: str | None
    phone: str | None
    token_uids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One driver in one operator's private network; UTC instants, None is an open end.

    A revoke has no dates; its `note` is the reason. `note` None: the file says nothing (keep what is stored).
    """

    operator_code: str
    driver_number: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    action: MemberAction = "grant"
    note: str | None = None


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A line of an uploaded file: what it says, or which field of it is wrong and why."""

    line: int
    record: MemberRecord | None = None
    field: str | None = None
    value: str = ""
    reason: str = ""


class SessionRecord(NamedTuple):
    """One charging. UTC instants, Wh, exact amounts in units of `currency` (None: the operator's own).

    No end or energy: the file does not know it; seconds and reason None: the file does not speak of it (keep what is
    stored). Names serve where the station is to be made. A tuple, because files have hundreds of thousands.
    """

    external_id: str
    station_code: str
    charger_uid: str
    connector_number: int
    driver_number: str | None
    started_at: datetime
    ended_at: datetime | None
    energy_wh: int | None
    currency: str | None = None
    net: Decimal | None = None
    vat: Decimal | None = None
    charging_s: int | None = None
    idle_s: int | None = None
    end_reason: str | None = None
    station_name: str | None = None
    area_code: str | None = None
    area_name: str | None = None
