"""Imports real sessions on both engines, compares every total with one computed otherwise, writes docs/real-sessions.md.

    .venv/bin/python -m bench real-sessions

Needs the folder ../shared/data beside the checkout. Exit status 1 when any figure differs.
"""

import csv
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bench import real_sessions_check as check
from bench.processes import ROOT, Portal, Run
from bench.real_data import DATA, numbers
from bench.real_sessions_page import page
from bench.real_sessions_portal import Given, given, opened
from bench.real_sessions_speed import Speed, good, measure
from tests.support.postgres import Postgres

PAGE = ROOT / "docs" / "real-sessions.md"
STRICT, CHOICES = "reject", ("earlier", "later")
MEANING = {  # words of the report, and how the computation calls it
    "The end lies before the start": check.BEFORE,
    "This wall clock time occurs twice": check.TWICE,
    "This wall clock time does not exist": check.NEVER,
}

NOTED = ("were swapped", "the year", "is rounded", "occurs twice", "does not exist")


@dataclass(frozen=True, slots=True)
class DataSet:
    """Files of one publisher; `place` is where the stations that the import makes are put."""

    title: str
    files: tuple[str, ...]
    format: str
    operator: str
    zone: str
    currency: str
    place: str
    options: tuple[str, ...]
    compute: Callable[[Path, str, str], check.Computed]


DATA_SETS = (
    DataSet(
        "Perth & Kinross, United Kingdom, September 2016 to August 2019",
        tuple(f"sessions_gb_perth_{years}.csv.gz" for years in ("2016-09_2017-08", "2017-09_2018-08", "2018-09_2019-08")),
        "perth", "PERTH", "Europe/London", "GBP", "56.39,-3.43", ("--swapped-dates", "repair"), check.perth,
    ),
    DataSet(
        "Housing co-operatives in Norway, 2018 to 2021",
        ("sessions_no_12sites_2018_2021.csv.gz",), "norway", "NORWAY", "Europe/Oslo", "NOK", "59.91,10.75", (), check.norway,
    ),
    DataSet(
        "Workplaces in the United States, 2014 and 2015",
        ("sessions_us_workplace_fees_2014_2015.csv.gz",), "workplace", "WORKPLACE", "America/New_York", "USD",
        "40.71,-74.01", ("--timezone", "America/New_York"), check.workplace,
    ),
)  # fmt: skip


@dataclass(slots=True)
class Imported:
    """One data set on one engine with one choice: what the command counted and wrote, what the portal then says."""

    runs: list[Run] = field(default_factory=list)
    again: list[Run] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    left_out: dict[tuple[str, int], str] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    given: Given = field(default_factory=Given)

    @property
    def ambiguous(self) -> int:
        """Rows rejected because no choice was made for them."""
        return sum(why in (check.TWICE, check.NEVER) for why in self.left_out.values())


Results = dict[tuple[str, str, str], Imported]
"""By engine, choice and title of the data set."""


def main() -> None:
    """Import, compare, write the page; SystemExit(1) when a figure differs."""
    if not DATA.is_dir():
        raise SystemExit("error: there is no ../shared/data beside the checkout")
    computed = {
        (choice, one.title): one.compute(DATA, one.zone, choice)
        for choice in (STRICT, *CHOICES)
        for one in DATA_SETS
    }
    results: Results = {}
    versions: dict[str, str] = {}
    speed: list[Speed] = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, server = Path(name), Postgres()
        stack.callback(server.stop)
        fresh: dict[str, Callable[[str], str]] = {
            "SQLite": lambda name: f"sqlite:///{folder}/{name}.sqlite3",
            "PostgreSQL": server.create,
        }
        for engine, make in fresh.items():
            chosen: tuple[DataSet, ...] = DATA_SETS
            for choice in (STRICT, *CHOICES):
                found, versions[engine] = _imported(make(choice), chosen, choice, folder)
                results |= {(engine, choice, title): done for title, done in found.items()}
                # Where nothing was rejected for want of a choice, none can make a difference.
                if choice == STRICT:
                    chosen = tuple(one for one in chosen if found[one.title].ambiguous)
        for engine, make in fresh.items():
            speed += measure(engine, make, folder)
    differences = list(_differences(results, computed))
    PAGE.write_text(
        page(DATA_SETS, results, computed, differences, speed, versions, date.today()),  # noqa: DTZ011
        encoding="utf-8",
    )
    if differences:
        raise SystemExit("\n".join(["error: figures differ", *differences]))


def _imported(
    url: str, data_sets: Sequence[DataSet], choice: str, folder: Path
) -> tuple[dict[str, Imported], str]:
    """The data sets in one fresh database, by title, with what the portal says of them; the engine's version."""
    portal = Portal(url)
    good(portal("db", "upgrade"))
    found = {one.title: _data_set(portal, one, choice, folder) for one in data_sets}
    with opened(url) as version:
        for one in data_sets:
            found[one.title].given = given(one.operator)
    return found, version


def _data_set(portal: Portal, one: DataSet, choice: str, folder: Path) -> Imported:
    zone_and_currency = ("--timezone", one.zone, "--currency", one.currency)
    good(portal("import", "stations", depot(one, folder), "--format", "portal", *zone_and_currency))
    done, report = Imported(), folder / "report.csv"
    for file in one.files:
        command = ("import", "sessions", DATA / file, *arguments(one, choice), "--report", report)
        done.runs.append(_ran(portal(*command)))
        done.counts.update(numbers(done.runs[-1].output))
        _read_report(report, file, done)
        done.again.append(_ran(portal(*command)))
        again = numbers(done.again[-1].output)
        if again != numbers(done.runs[-1].output) | {
            "new": 0,
            "unchanged": numbers(done.runs[-1].output)["new"],
        }:
            raise SystemExit(f"error: {file} imported again changed something: {done.again[-1].output}")
    return done


def arguments(one: DataSet, choice: str) -> tuple[str, ...]:
    """What follows the name of the file."""
    return (
        "--format", one.format, *one.options, "--create-missing", "--operator", one.operator, "--at", one.place,
        "--repeated-hour", choice, "--missing-hour", choice, "--partial",
    )  # fmt: skip


def depot(one: DataSet, folder: Path) -> Path:
    """A file with one hidden station: importing it makes the operator, with its zone and currency."""
    file = folder / "depot.csv"
    file.write_text(
        "code,name,operator_code,area_code,area_name,latitude,longitude,visible,"
        "charger_uid,current_type,connector_number,connector_standard,max_kw\n"
        f"{one.operator}-DEPOT,Depot,{one.operator},{one.operator}-DEPOT,Depot,{one.place},false,1,AC,1,IEC_62196_T2,22\n",
        encoding="utf-8",
    )
    return file


def _read_report(report: Path, file: str, done: Imported) -> None:
    with report.open(newline="", encoding="utf-8") as opened_report:
        for row in csv.DictReader(opened_report):
            reason = row["reason"]
            if row["result"] == "rejected":
                known = (ours for theirs, ours in MEANING.items() if reason.startswith(theirs))
                done.left_out[file, int(row["line"])] = next(known, reason)
                continue
            for what in NOTED:
                done.notes[what] += what in reason


def _differences(results: Results, computed: dict[tuple[str, str], check.Computed]) -> Iterator[str]:
    """Every figure that is not the same, in words."""
    for (engine, choice, title), done in results.items():
        wanted = computed[choice, title]
        where = f"{engine}, {choice}, {title}"
        totals = wanted.totals()
        sites: dict[tuple[str, str], list[int]] = {}
        for (site, _, currency), figures in totals.items():
            former = sites.get((site, currency), [0, 0, 0, 0])
            sites[site, currency] = [one + more for one, more in zip(former, figures, strict=True)]
        pairs: tuple[tuple[str, Mapping[Any, Any], Mapping[Any, Any]], ...] = (
            ("months", done.given.months, totals),
            ("sites", done.given.whole, {key: tuple(figures) for key, figures in sites.items()}),
            ("doubts", done.given.doubts, wanted.doubts()),
            ("rejected", done.left_out, wanted.left_out),
            ("accepted", {"rows": done.counts["new"]}, {"rows": len(wanted.charged)}),
        )
        for what, ours, theirs in pairs:
            for key in sorted({*ours, *theirs}, key=str):
                if ours.get(key) != theirs.get(key):
                    yield f"{where}, {what} {key}: portal {ours.get(key)}, computed {theirs.get(key)}"


def _ran(done: Run) -> Run:
    """A run that may have rejected rows."""
    if done.status > 1 or "Traceback" in done.output:
        raise SystemExit(f"error: {done.output}")
    return done


if __name__ == "__main__":
    main()
