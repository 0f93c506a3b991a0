"""`portal import sessions` as a command: dry runs, all or nothing, killed half way."""

import csv
import gzip
import signal
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.ingest.load import BATCH
from portal.models import Area, AuditEvent, ChargingSession, Driver, SessionDoubt, Station
from tests.support.commands import Command, command
from tests.support.factories import make_area, make_driver, make_operator, make_station

from .test_import_processes import start

HEADER = "external_id,station_code,charger_uid,connector_number,driver_number,started_at,ended_at,energy_wh,currency,net,vat"
NORWAY = '"location";"user_id";"session_id";"plugin_time";"plugout_time";"connection_time";"energy_session"'
ASKED = ("--format", "norway", "--create-missing", "--operator", "HOTEL", "--at", "59.9,10.7")


@pytest.fixture
def run(database_url: str) -> Command:
    return command(database_url)


@pytest.fixture
def station(session: Session) -> Station:
    made = make_station(session, make_area(session, make_operator(session, code="HOTEL")), code="ST-1")
    make_driver(session, number="D-1")
    session.commit()
    return made


def written(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def many(count: int) -> list[str]:
    """One a minute, each overlapping the next."""
    times = [f"2026-05-{1 + n // 1440 % 28:02}T{n // 60 % 24:02}:{n % 60:02}" for n in range(count)]
    return [f"S-{n},ST-1,1,1,D-1,{at}:00Z,{at}:59Z,1,EUR,0.01,0" for n, at in enumerate(times)]


def sizes(session: Session) -> list[int]:
    session.rollback()
    kinds = (ChargingSession, SessionDoubt, AuditEvent, Station, Area, Driver)
    return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


def test_a_dry_run_says_exactly_what_the_real_run_says(
    run: Command, session: Session, station: Station, tmp_path: Path
) -> None:
    rows = (
        '"ASK";"P15";"A";2019-10-27 02:30:00;2019-10-27 08:20:00;13,2;19,96',  # the repeated hour
        '"ASK";"P15";"B";2019-11-28 19:08:00;NA;NA;27,6755',
        '"ASK";"P16";"A";2019-11-28 19:08:00;NA;NA;27,67',  # again
        '"BER";"P17";"C";2019-11-28 19:08:00;2019-11-28 19:07:00;1;27,67',
        '"BER";"P17";"D";2019-11-28 19:08:00;2019-11-28 20:07:00;1;-1.5',
        '"BER";"P17";"E";2019-03-31 02:08:00;2019-03-31 20:07:00;1;-1,5',  # the missing hour
    )
    data = gzip.compress(("\n".join([NORWAY, *rows]) + "\n").encode())
    before = sizes(session)
    said = []
    for dry in (("--dry-run",), ()):
        report = tmp_path / "report.csv"
        options = (*ASKED, "--repeated-hour", "later", "--missing-hour", "earlier", "--partial")
        done = run("import", "sessions", "-", *options, "--report", report, *dry, input=data)
        said.append(
            (done.exit_code, done.stdout.replace("Dry run: nothing was written.\n", ""), report.read_bytes())
        )
        if dry:
            assert "Dry run" in done.stdout
            assert sizes(session) == before
    assert said[0] == said[1]
    status, output, report_text = said[0]
    assert status == 1
    assert output.startswith(
        "sessions: 3 accepted (new), 0 changed, 0 unchanged, 3 rejected\nalso made: 2 stations, 2 drivers"
    )
    found = list(csv.DictReader(report_text.decode().splitlines()))
    lines = [(row["line"], row["result"], row["field"]) for row in found]
    assert lines == [
        ("2", "note", ""), ("3", "note", ""), ("4", "rejected", "session_id"), ("5", "rejected", "plugout_time"),
        ("6", "rejected", "energy_session"), ("7", "note", ""),
    ]  # fmt: skip
    assert "2019-10-27T01:30:00Z was taken" in found[0]["reason"]
    assert "2019-03-31T00:08:00Z was taken" in found[5]["reason"]
    # A dry run of what is there already tells that, too.
    again = run("import", "sessions", "-", *options, "--dry-run", input=data)
    assert "0 accepted (new), 0 changed, 3 unchanged, 3 rejected" in again.stdout


def test_all_or_nothing_over_many_batches(
    run: Command, session: Session, station: Station, tmp_path: Path
) -> None:
    rows = many(BATCH + 10)
    file = written(tmp_path / "s.csv", *rows, rows[0], "Z,ST-9,1,1,,2026-06-01T00:00:00Z,,1,,,")
    before = sizes(session)
    done = run("import", "sessions", file, "--format", "portal")
    assert done.exit_code == 1
    assert f"{BATCH + 10} accepted (new), 0 changed, 0 unchanged, 2 rejected" in done.stdout
    assert "Nothing was written" in done.stdout
    assert done.stderr.splitlines() == [
        f"line {BATCH + 12}, external_id: This session stands on an earlier line too. (S-0)",
        f"line {BATCH + 13}, station_code: There is no station ST-9. (ST-9)",
    ]
    assert sizes(session) == before
    done = run("import", "sessions", file, "--format", "portal", "--partial")
    assert done.exit_code == 1
    assert sizes(session)[0] == BATCH + 10
    again = run("import", "sessions", file, "--format", "portal", "--partial")
    assert f"0 accepted (new), 0 changed, {BATCH + 10} unchanged, 2 rejected" in again.stdout


def test_killed_half_way_nothing_is_there(
    database_url: str, run: Command, session: Session, station: Station, tmp_path: Path
) -> None:
    before = sizes(session)
    process = start(database_url, Path("-"), kind="sessions")
    assert process.stdin is not None
    process.stdin.write("\n".join([HEADER, *many(3 * BATCH)]))
    process.stdin.flush()
    # A pipe holds less than a batch: what could be written has been read, and all batches before it are in the database.
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert sizes(session) == before
    small = written(tmp_path / "small.csv", *many(3))  # nothing stands in the way of the next one
    assert run("import", "sessions", small, "--format", "portal").exit_code == 0
    assert sizes(session)[0] == 3
