"""Local times made of text are those that datetime gives."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from portal.domain import local_text
from portal.domain.local_text import LocalText

ZONES = (
    *("Europe/Ljubljana", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca"),
    *("America/St_Johns", "Pacific/Apia", "Africa/Monrovia", "UTC", "Europe/Dublin"),
)


@pytest.mark.parametrize("zone", ZONES)
def test_any_instant(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instants at random and each half hour around the ends of March and October, at and beside the full minute."""
    monkeypatch.setattr(local_text, "KEPT_MOST", 500)  # it forgets, and learns again
    clock, dice = LocalText(zone), Random(zone)  # noqa: S311 - the same instants every time
    first = datetime(1970, 1, 1, tzinfo=UTC)
    near = [
        datetime(2026, month, 20, tzinfo=UTC) + timedelta(minutes=30 * n)
        for month in (3, 10)
        for n in range(900)
    ]
    some = [first + timedelta(seconds=dice.randrange(90 * 365 * 86400)) for _ in range(1000)]
    for at in (*near, *(each - timedelta(seconds=1) for each in near), *some):
        text = at.isoformat().replace("+00:00", "Z")
        assert clock(text) == at.astimezone(ZoneInfo(zone)).isoformat()
