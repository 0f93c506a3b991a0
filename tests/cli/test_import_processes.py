"""`portal import` as a process: 100 MB of garbage, killed half way, two at once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.models import Area, AuditEvent, Connector, Operator, Station
from tests.support.chromium import ROOT
from tests.support.commands import row, stations_csv


def start(database_url: str, file: Path, *options: str, kind: str = "stations") -> "subprocess.Popen[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    env = clean | {
        "PYTHONPATH": str(ROOT),
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_SECRET_KEY": "a secret for tests only 123",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "portal", "import", kind, str(file), "--format", "portal", *options],
        env=env, cwd=file.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def count(session: Session, kind: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_hundred_megabytes_of_garbage(database_url: str, tmp_path: Path, session: Session) -> None:
    file = stations_csv(tmp_path / "s.csv", row("S-1"))
    with file.open("ab") as out:
        for _ in range(100):
            out.write(os.urandom(1 << 20))
    process = start(database_url, file)
    peak = 0
    while process.poll() is None:  # not ru_maxrss: a child inherits the peak of the tests' own process there
        peak = max(peak, _high_water_mb(process.pid))
        time.sleep(0.02)
    _, said = process.communicate()
    assert process.returncode == 1
    assert "Traceback" not in said
    assert count(session, Station) == 0
    assert 0 < peak < 200, f"{peak} MB"


def _high_water_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def test_killed_half_way_leaves_nothing(database_url: str, tmp_path: Path, session: Session) -> None:
    rows = [row(f"S-{n}", operator_code=f"OP-{n % 50}", area_code=f"PARK-{n % 50}") for n in range(60_000)]
    file = stations_csv(tmp_path / "s.csv", *rows)
    report = tmp_path / "report.csv"
    process = start(database_url, file, "--report", str(report))
    _wait_until_it_writes(process, database_url, session)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    for kind in (Station, Area, Connector, Operator, AuditEvent):
        assert count(session, kind) == 0, kind
    # Nothing stands in the way of the next one.
    small = stations_csv(tmp_path / "small.csv", row("S-1"))
    again = start(database_url, small)
    _, said = again.communicate(timeout=60)
    assert (again.returncode, said) == (0, "")
    assert count(session, Station) == 1


def _wait_until_it_writes(process: "subprocess.Popen[str]", database_url: str, session: Session) -> None:
    """Until the import has rows of its own that nobody else can see yet."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        if database_url.startswith("sqlite"):
            journal = Path(database_url.removeprefix("sqlite:///") + "-wal")
            begun = journal.exists() and journal.stat().st_size > 1 << 20
        else:
            begun = bool(session.scalar(text("SELECT pg_relation_size('station') > 1000000")))
            session.rollback()
        if begun:
            return
        time.sleep(0.05)
    raise AssertionError("the import never began to write")


def test_two_at_once_double_nothing(database_url: str, tmp_path: Path, session: Session) -> None:
    rows = [row(f"S-{n}", operator_code=f"OP-{n % 9}", area_code=f"PARK-{n % 9}") for n in range(5_000)]
    file = stations_csv(tmp_path / "s.csv", *rows)
    both = [start(database_url, file), start(database_url, file)]
    answers = [process.communicate(timeout=100) for process in both]
    assert count(session, Station) == count(session, Connector) == 5_000
    assert (count(session, Operator), count(session, Area)) == (9, 9)
    outs = sorted(
        (process.returncode, out.splitlines()[0] if out else said.strip())
        for process, (out, said) in zip(both, answers, strict=True)
    )
    first = (0, "stations: 5000 accepted (new), 0 changed, 0 unchanged, 0 rejected")
    waited = (0, "stations: 0 accepted (new), 0 changed, 5000 unchanged, 0 rejected")
    refused = (
        1,
        "portal: the database is busy with another long write; nothing was imported, try again when it has ended",
    )
    assert first in outs
    assert outs[0] == waited or outs[1] == refused
