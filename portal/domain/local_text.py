"""Local times as text, for files of very many rows."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = len("2026-10-25T00")
SECOND = len("2026-10-25T00:30:00")
KEPT_MOST = 10_000
WHOLE = timedelta(hours=1)


class LocalText:
    """The clock of a zone, for instants that are text already: ISO 8601 in UTC, to the second, with a Z.

    In Europe/Ljubljana 2026-10-25T00:30:00Z gives 2026-10-25T02:30:00+02:00. It remembers hours whose offset is one
    and the same number of hours, for there only the hour and the offset differ from the text in UTC.
    """

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._hours: dict[str, tuple[str, str] | None] = {}

    def __call__(self, utc: str) -> str:
        hour = utc[:HOUR]
        if hour not in self._hours:
            self._learn(hour)
        known = self._hours[hour]
        if known is None:
            return self._local(utc).isoformat()
        return known[0] + utc[HOUR:SECOND] + known[1]

    def _learn(self, hour: str) -> None:
        if len(self._hours) >= KEPT_MOST:
            self._hours.clear()
        first, last = self._local(f"{hour}:00:00Z"), self._local(f"{hour}:59:59Z")
        offset = first.utcoffset() or timedelta(0)
        text = first.isoformat()
        plain = offset == last.utcoffset() and not offset % WHOLE
        self._hours[hour] = (text[:HOUR], text[SECOND:]) if plain else None

    def _local(self, utc: str) -> datetime:
        return datetime.fromisoformat(utc).astimezone(self._zone)
