"""Imports whole registries of real publishers on both engines and writes docs/real-data.md.

    .venv/bin/python -m bench real-data [--no-images]

Needs the folder ../shared/data beside the checkout, and for the images the Chromium of the tests.
"""

import csv
import re
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text

from bench.processes import ROOT, Portal, Run
from bench.real_data_page import page
from portal.engine import engine_options, prepare_engine
from tests.support.postgres import Postgres

DATA = ROOT.parent / "shared" / "data"
PAGE = ROOT / "docs" / "real-data.md"
IMAGES = ROOT / "docs" / "images"


@dataclass(frozen=True, slots=True)
class Registry:
    """A file, and how its import is asked for; all its stations' codes start with `prefix`."""

    title: str
    file: str
    format: str
    prefix: str
    options: tuple[str, ...]


SYNTHETIC = 200_000

REGISTRIES = (
    Registry(
        "US registry (AFDC, October 2020)", "stations_us_afdc_2020-10.csv.gz", "afdc", "US-",
        ("--timezone", "America/New_York", "--currency", "USD"),
    ),
    Registry(
        "UK registry (NCR, November 2017)", "stations_gb_ncr_2017-11.csv.gz", "ncr", "GB-",
        ("--timezone", "Europe/London", "--currency", "GBP"),
    ),
)  # fmt: skip

NETWORK = """
SELECT count(*) AS stations, count(DISTINCT area.operator_id) AS operators, count(DISTINCT area.id) AS areas,
       sum(CASE WHEN visible THEN 1 ELSE 0 END) AS visible,
       sum(CASE WHEN visible THEN 0 ELSE 1 END) AS hidden,
       sum(CASE WHEN visible AND station.status <> 'closed' THEN 1 ELSE 0 END) AS open_to_all
FROM station JOIN area ON area.id = station.area_id WHERE station.code LIKE :prefix
"""
HARDWARE = """
SELECT count(DISTINCT charger.id), count(connector.id) FROM station
JOIN charger ON charger.station_id = station.id LEFT JOIN connector ON connector.charger_id = charger.id
WHERE station.code LIKE :prefix
"""
LARGEST = """
SELECT operator.code, operator.name, count(*) AS stations, sum(CASE WHEN visible THEN 0 ELSE 1 END) AS hidden
FROM station JOIN area ON area.id = station.area_id JOIN operator ON operator.id = area.operator_id
WHERE station.code LIKE :prefix GROUP BY operator.code, operator.name ORDER BY stations DESC, operator.code LIMIT 8
"""


@dataclass(slots=True)
class Imported:
    """One registry on one engine."""

    first: Run
    again: Run
    counts: dict[str, int]
    reasons: Counter[str] = field(default_factory=Counter)
    network: dict[str, int] = field(default_factory=dict)
    largest: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """Everything on one engine."""

    version: str
    registries: list[Imported]
    ocpi: dict[str, int]
    ocpi_notes: list[str]
    seen: int
    check: Run
    synthetic: Run
    synthetic_size: int = SYNTHETIC


def main() -> None:
    """Import everything on both engines, draw the map, write the page."""
    if not DATA.is_dir():
        raise SystemExit("error: there is no ../shared/data beside the checkout")
    images = "--no-images" not in sys.argv[1:]
    server = Postgres()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        stack.callback(server.stop)
        folder = Path(name)
        sqlite = f"sqlite:///{folder}/portal.sqlite3"
        results = {
            "SQLite": run(sqlite, folder),
            "PostgreSQL": run(server.create("real_data"), folder),
        }
        pictures = []
        if images:
            from bench.real_map import draw

            pictures = draw(sqlite, IMAGES)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(REGISTRIES, results, pictures, date.today()), encoding="utf-8")  # noqa: DTZ011


def run(database_url: str, folder: Path) -> Result:
    """All files into one empty database."""
    portal = Portal(database_url)
    _good(portal("db", "upgrade"))
    engine = create_engine(database_url, **engine_options(database_url))
    prepare_engine(engine)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        registries = [_registry(portal, engine, registry, folder) for registry in REGISTRIES]
        ocpi, notes = _ocpi(portal, folder)
        seen = len(
            _codes(
                _good(portal("export", "stations", "--out", folder / "seen.csv", "--as", "anonymous")), folder
            )
        )
        check = portal("check")
        with engine.connect() as connection:
            query = "SELECT sqlite_version()" if engine.dialect.name == "sqlite" else "SHOW server_version"
            version = str(connection.scalar(text(query)))
        synthetic = _good(portal("import", "stations", _made_up(folder), "--format", "portal"))
    return Result(version, registries, ocpi, notes, seen, check, synthetic)


def _registry(portal: Portal, engine: Engine, registry: Registry, folder: Path) -> Imported:
    file, report = DATA / registry.file, folder / "report.csv"
    arguments = ("import", "stations", file, "--format", registry.format, *registry.options, "--partial")
    first = portal(*arguments, "--report", report)
    again = portal(*arguments, "--report", folder / "again.csv")
    if first.status > 1 or again.status > 1 or ", 0 changed" not in again.output:
        raise SystemExit(f"error: {registry.title}: {first.output}{again.output}")
    done = Imported(first, again, numbers(first.output))
    with report.open(newline="", encoding="utf-8") as opened:
        done.reasons = Counter(
            _kind(row["reason"]) for row in csv.DictReader(opened) if row["result"] == "rejected"
        )
    with engine.connect() as connection:
        given = {"prefix": f"{registry.prefix}%"}
        done.network = dict(connection.execute(text(NETWORK), given).mappings().one())
        done.network["chargers"], done.network["connectors"] = connection.execute(text(HARDWARE), given).one()
        done.largest = [tuple(row) for row in connection.execute(text(LARGEST), given)]
    return done


def _ocpi(portal: Portal, folder: Path) -> tuple[dict[str, int], list[str]]:
    """The published example Locations, each a file."""
    total: Counter[str] = Counter()
    notes = []
    for file in sorted((DATA / "ocpi_2.2.1_examples").glob("location_example*.json")):
        report = folder / "ocpi.csv"
        done = _good(portal("import", "stations", file, "--format", "ocpi", "--report", report))
        total.update(numbers(done.output))
        with report.open(newline="", encoding="utf-8") as opened:
            notes += [f"`{file.stem}`: {row['reason']}" for row in csv.DictReader(opened)]
    return dict(total), notes


def _made_up(folder: Path) -> Path:
    """A file of our own format with many stations of 500 operators, a fifth of them hidden."""
    file = folder / "made-up.csv"
    header = "code,name,operator_code,area_code,area_name,latitude,longitude,visible,"
    header += "charger_uid,current_type,connector_number,connector_standard,max_kw\n"
    with file.open("w", encoding="utf-8") as out:
        out.write(header)
        for n in range(SYNTHETIC):
            where = f"{n * 7919 % 120_000 / 1000 - 60},{n * 104_729 % 340_000 / 1000 - 170}"
            place = f"MADE-UP-{n % 500},MADE-UP-{n % 2000},Area {n % 2000}"
            shown = "false" if n % 5 == 0 else "true"
            out.write(f"MADE-UP-{n},Station {n},{place},{where},{shown},1,AC,1,IEC_62196_T2,22\n")
    return file


def numbers(output: str) -> dict[str, int]:
    """What the command counted: new, changed, unchanged, rejected, skipped."""
    match = re.search(r"(\d+) accepted \(new\), (\d+) changed, (\d+) unchanged, (\d+) rejected", output)
    if match is None:
        raise SystemExit(f"error: {output}")
    skipped = re.search(r"(\d+) rows skipped", output)
    named = dict(zip(("new", "changed", "unchanged", "rejected"), map(int, match.groups()), strict=True))
    return named | {"skipped": int(skipped[1]) if skipped else 0}


def _kind(reason: str) -> str:
    """A reason without the names that end it."""
    return reason.partition(": ")[0].partition(" (read as")[0].rstrip(".")


def _codes(_done: Run, folder: Path) -> set[str]:
    with (folder / "seen.csv").open(newline="", encoding="utf-8-sig") as opened:
        return {row["code"] for row in csv.DictReader(opened)}


def _good(done: Run) -> Run:
    if done.status:
        raise SystemExit(f"error: {done.output}")
    return done


if __name__ == "__main__":
    main()
