"""By what a commission report is grouped; days and months are those of each operator's own zone."""

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from .commission_report import CountedSession


class By(StrEnum):
    OPERATOR = "operator"
    AREA = "area"
    STATION = "station"
    DAY = "day"
    MONTH = "month"
    DRIVER = "driver"
    CURRENT = "current"


class DriverKind(StrEnum):
    """`member`: of the operator's private network when the session started."""

    MEMBER = "member"
    OTHER = "other"
    UNKNOWN = "unknown"


class Current(StrEnum):
    AC = "AC"
    DC = "DC"


Key = Callable[[CountedSession], Hashable]


def driver_kind(session: CountedSession) -> DriverKind:
    if session.member:
        return DriverKind.MEMBER
    return DriverKind.OTHER if session.driver_known else DriverKind.UNKNOWN


def grouped(by: By, zones: Mapping[int, str]) -> Key:
    """The key of a session: an id, a date (of a month its first day), a DriverKind, a Current.

    `zones` are those of the operators by their id.
    """
    clocks = {operator_id: ZoneInfo(zone) for operator_id, zone in zones.items()}

    def day(session: CountedSession) -> date:
        return session.ended_at.astimezone(clocks[session.operator_id]).date()

    keys: dict[By, Key] = {
        By.OPERATOR: lambda session: session.operator_id,
        By.AREA: lambda session: session.area_id,
        By.STATION: lambda session: session.station_id,
        By.DAY: day,
        By.MONTH: lambda session: day(session).replace(day=1),
        By.DRIVER: driver_kind,
        By.CURRENT: lambda session: Current.DC if session.dc else Current.AC,
    }
    return keys[by]
