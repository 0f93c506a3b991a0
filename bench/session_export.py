"""How fast sessions are exported, and in how much memory: `portal export sessions` on both engines.

    .venv/bin/python -m bench.session_export [--rows 200000]

Says rows a second between an export of a tenth of the rows and one of all of them, so that the start of the process does
not count, beside how long the same processor takes for a loop that is always the same: compare only runs where that agrees.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from bench.processes import Portal, Run
from portal.engine import engine_options, prepare_engine
from portal.models import ChargingSession, Doubt, SessionDoubt, SessionStatus
from tests.support.factories import make_area, make_driver, make_operator, make_station
from tests.support.migrated import migrate
from tests.support.postgres import Postgres

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
PLACES, DRIVERS, AT_ONCE = 100, 500, 10_000
LOOPS = 5_000_000


def main() -> None:
    """Print a line for each engine."""
    parser = argparse.ArgumentParser(prog="bench.session_export")
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    server = Postgres()
    try:
        with tempfile.TemporaryDirectory() as folder:
            urls = {"SQLite": f"sqlite:///{folder}/portal.sqlite3", "PostgreSQL": server.create("exports")}
            for engine, url in urls.items():
                migrate(url)
                print(f"{engine}: {measure(url, rows, Path(folder))}")  # noqa: T201
    finally:
        server.stop()


def measure(url: str, rows: int, folder: Path) -> str:
    """Two operators, one of which has a tenth of the sessions."""
    fill(url, "FEW", rows // 10)
    fill(url, "MANY", rows)
    portal, file = Portal(url), folder / "sessions.csv"
    few, many = (exported(portal, file, code) for code in ("FEW", "MANY"))
    more = rows - rows // 10
    return (
        f"{more / (many.cpu_seconds - few.cpu_seconds):,.0f} rows a second of its processor, "
        f"{more / (many.seconds - few.seconds):,.0f} by the clock; "
        f"most memory {few.peak_mb:.0f} and {many.peak_mb:.0f} MB; {LOOPS:,} loops {loop():.2f} s"
    )


def exported(portal: Portal, file: Path, operator: str) -> Run:
    done = portal("export", "sessions", "--operator", operator, "--out", file)
    if done.status:
        raise SystemExit(done.output)
    return done


def loop() -> float:
    """Seconds of processor for LOOPS additions."""
    began, total = time.process_time(), 0
    for n in range(LOOPS):
        total += n & 3
    return time.process_time() - began


def fill(url: str, operator: str, rows: int) -> None:
    """So many sessions of this operator, every fiftieth doubtful."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    with Session(engine) as session:
        owner = make_operator(session, code=operator, timezone="Europe/Ljubljana")
        area = make_area(session, owner)
        stations = [make_station(session, area).id for _ in range(PLACES)]
        drivers = [make_driver(session).id for _ in range(DRIVERS)]
        made = list(_sessions(owner.id, area.id, stations, drivers, rows))
        for start in range(0, rows, AT_ONCE):
            ids = session.scalars(
                insert(ChargingSession).returning(ChargingSession.id), made[start : start + AT_ONCE]
            )
            doubts = [{"session_id": one, "doubt": Doubt.OVERLAP} for one in list(ids)[::50]]
            session.execute(insert(SessionDoubt), doubts)
        session.commit()
    engine.dispose()


def _sessions(
    operator: int, area: int, stations: list[int], drivers: list[int], rows: int
) -> Iterator[dict[str, Any]]:
    for n in range(rows):
        start = FIRST + timedelta(minutes=n)
        yield {
            "external_id": f"EXPORT-{n}", "operator_id": operator, "area_id": area, "station_id": stations[n % PLACES],
            "driver_id": drivers[n % DRIVERS], "charger_uid": "1", "connector_number": 1, "started_at": start,
            "ended_at": start + timedelta(minutes=63), "energy_wh": 12_345 + n % 5_000, "charging_s": 3_600, "idle_s": 180,
            "currency": "EUR", "net_minor": 400 + n % 1_000, "vat_minor": 88, "status": SessionStatus.CLOSED,
            "end_reason": "driver", "settings": {}, "created_at": start,
        }  # fmt: skip


if __name__ == "__main__":
    main()
