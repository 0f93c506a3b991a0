"""Runs charging sessions with random faults against `portal serve` on both engines; the result goes to docs/tracking.md.

    .venv/bin/python -m bench faults [--sessions 1000] [--seed N] [--no-page]

Requests are lost on the way there and back, doubled, delayed and reordered; the server is killed and restarted. It ends
with an error where anything differs from what the meters measured.
"""

import argparse
import os
import tempfile
from datetime import date
from pathlib import Path
from random import SystemRandom

from sqlalchemy import create_engine

from bench.processes import ROOT
from portal.engine import engine_options, prepare_engine
from tests.support.fault_run import Outcome, fault_run
from tests.support.migrated import migrate
from tests.support.postgres import Postgres

PAGE = ROOT / "docs" / "tracking.md"
HEADING = "## Measured"
KILLS = 3


def main() -> None:
    """Run it on SQLite and PostgreSQL and write what came of it."""
    parser = argparse.ArgumentParser(prog="bench faults")
    parser.add_argument("area")
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    parser.add_argument("--no-page", action="store_true", help="print it only")
    options = parser.parse_args()
    print(f"seed {options.seed}")  # noqa: T201
    server = Postgres()
    try:
        with tempfile.TemporaryDirectory() as folder:
            urls = {"SQLite": f"sqlite:///{folder}/portal.sqlite3", "PostgreSQL": server.create("faults")}
            runs = {name: run(url, options.sessions, options.seed) for name, url in urls.items()}
    finally:
        server.stop()
    said = section(runs, options.seed, date.today())  # noqa: DTZ011
    print(said)  # noqa: T201
    if not options.no_page:
        write(PAGE, said)


def run(url: str, sessions: int, seed: int) -> Outcome:
    migrate(url)
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    try:
        return fault_run(url, engine, sessions=sessions, seed=seed, kills=KILLS)
    finally:
        engine.dispose()


def section(runs: dict[str, Outcome], seed: int, day: date) -> str:
    """The page's last part, as Markdown."""
    rows = {
        "sessions": lambda run: f"{run.sessions:,}",
        "of these given up as idle": lambda run: f"{run.idle:,}",
        "reports acknowledged": lambda run: f"{run.counted['acknowledged']:,}",
        "lost before they arrived": lambda run: f"{run.counted['lost before it arrived']:,}",
        "answers lost": lambda run: f"{run.counted['answer lost']:,}",
        "sent twice": lambda run: f"{run.counted['sent twice']:,}",
        "sent again later": lambda run: f"{run.counted['sent again later']:,}",
        "sent before the start (404)": lambda run: f"{run.counted['404']:,}",
        "server away": lambda run: f"{run.counted['nobody there']:,}",
        "server killed and restarted": lambda _run: f"{KILLS} times",
        "beginnings in the trail": lambda run: f"{run.audit['session.open']:,}",
        "energy of the meters = of the portal": lambda run: f"{run.energy_wh:,} Wh",
        "seconds by the clock": lambda run: f"{run.seconds:.0f}",
    }
    lines = [f"| | {' | '.join(runs)} |", "|---|" + "--:|" * len(runs)]
    lines += [f"| {name} | {' | '.join(map(row, runs.values()))} |" for name, row in rows.items()]
    made = (
        "Reports lost on the way there or back, doubled, delayed and reordered; the server killed with -9 and started"
        f" again.\nBy `python -m bench faults --seed {seed}` on {day.isoformat()}: {os.cpu_count()} processors, two server"
        " processes, eight lines at once, `portal jobs` twice a second. Each session was compared with its meter (energy,"
        " end, state, number of samples, trail): no difference."
    )
    return "\n".join([HEADING, "", made, "", *lines, ""])


def write(page: Path, said: str) -> None:
    before = page.read_text(encoding="utf-8").partition(HEADING)[0]
    page.write_text(before.rstrip("\n") + "\n\n" + said, encoding="utf-8")
