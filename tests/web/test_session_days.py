"""Days on which clocks change: what lists show, what day filters pick and what files hold, each worked out by itself."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.admin.people import make_session, operator_client
from tests.support.factories import make_area, make_operator, make_station

QUARTER = timedelta(minutes=15)
HOURS = {
    "Europe/Ljubljana": {23, 25},
    "America/New_York": {23, 25},
    "Asia/Kathmandu": {24},
    "Australia/Lord_Howe": {23.5, 24.5},
    "Africa/Casablanca": {23, 25},
}
ZONES = sorted(HOURS)


def quarters(first: datetime, last: datetime) -> list[datetime]:
    return [first + QUARTER * n for n in range((last - first) // QUARTER)]


def change_days(zone: ZoneInfo) -> list[date]:
    """The local days of 2026 on which the offset changes; one that is like any other where none does."""
    year = quarters(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    offsets = [at.astimezone(zone).utcoffset() for at in year]
    found = [year[n].astimezone(zone).date() for n in range(1, len(year)) if offsets[n] != offsets[n - 1]]
    return found or [date(2026, 10, 25)]


def instants_of(zone: ZoneInfo, day: date) -> list[datetime]:
    """Every quarter of an hour of the local day, found by asking each instant for its date."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    near = quarters(noon - timedelta(days=2), noon + timedelta(days=2))
    return [at for at in near if at.astimezone(zone).date() == day]


def shown_twice(at: datetime, zone: ZoneInfo) -> bool:
    """Whether a clock on the wall shows this time at another instant too."""
    wall = at.astimezone(zone).replace(tzinfo=None)
    others = quarters(at - timedelta(hours=3), at + timedelta(hours=3, minutes=15))
    return any(other != at and other.astimezone(zone).replace(tzinfo=None) == wall for other in others)


def rows_of(page: str) -> dict[str, str]:
    """The start of each row in words, by the session's number."""
    found = re.findall(r'<tr id="session-(\d+)">.*?<time [^>]*>([^<]*)</time>', page, re.DOTALL)
    return {number: text.replace("\u202f", " ") for number, text in found}


def files_of(client: FlaskClient, state: str) -> list[dict[str, str]]:
    answer = client.get(f"/operator/sessions/export.csv?{state}")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("zone_name", ZONES)
def test_days_of_changing_clocks(app: Flask, session: Session, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    operator = make_operator(session, timezone=zone_name)
    station = make_station(session, make_area(session, operator))
    made: dict[str, datetime] = {}
    spans = {day: instants_of(zone, day) for day in change_days(zone)}
    lengths = {len(each) / 4 for each in spans.values()}
    assert lengths == HOURS[zone_name]
    for instants in spans.values():
        first, last = instants[0], instants[-1]
        edges = [first - timedelta(seconds=1), first, last + QUARTER - timedelta(seconds=1), last + QUARTER]
        twice = [at for at in instants if shown_twice(at, zone)]
        for at in {*edges, *twice, instants[len(instants) // 2]}:
            over = {"started_at": at, "ended_at": at + QUARTER, "charging_s": 900}
            made[str(make_session(session, station, operator=operator, **over).id)] = at
    client = operator_client(app, session, operator)
    for day in spans:
        for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
            state = f"from={near}&to={near}"
            wanted = {number: at for number, at in made.items() if at.astimezone(zone).date() == near}
            shown = rows_of(client.get(f"/operator/sessions/?{state}").text)
            assert shown.keys() == wanted.keys(), (near, wanted)
            for number, at in wanted.items():
                local = at.astimezone(zone)
                assert f"{local.hour % 12 or 12}:{local:%M %p}" in shown[number]
                offset = shown[number].rpartition("(")[2].rstrip(")") if "(" in shown[number] else None
                assert offset == (f"{local:%z}" if shown_twice(at, zone) else None), at
            rows = files_of(client, state)
            assert sorted(row["started_at_local"] for row in rows) == sorted(
                at.astimezone(zone).isoformat() for at in wanted.values()
            )
            for row in rows:
                ended = datetime.fromisoformat(row["ended_at_utc"])
                assert row["started_at_utc"].endswith("Z")
                assert datetime.fromisoformat(row["started_at_utc"]) == ended - QUARTER
                assert row["ended_at_local"] == ended.astimezone(zone).isoformat()
                assert (row["time_zone"], row["duration_s"]) == (zone_name, "900")
