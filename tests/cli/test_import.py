"""`portal import` as a command: status, numbers, report, and files that are not what they should be."""

import csv
import gzip
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.ingest.load import BATCH
from portal.models import Area, AuditEvent, Operator, Station
from tests.support.commands import Command, command, row, stations_csv


@pytest.fixture
def run(database_url: str) -> Command:
    return command(database_url)


def nothing_there(session: Session) -> bool:
    session.rollback()
    kinds = (Station, Area, Operator, AuditEvent)
    return [session.scalar(select(func.count()).select_from(kind)) for kind in kinds] == [0, 0, 0, 0]


def stored(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Station.code).order_by(Station.code)))


def test_all_or_nothing(run: Command, session: Session, tmp_path: Path) -> None:
    file = stations_csv(tmp_path / "s.csv", row("S-1"), row("S-2", latitude="91"), row("S-3"))
    done = run("import", "stations", file, "--format", "portal")
    assert done.exit_code == 1
    assert "2 accepted (new), 0 changed, 0 unchanged, 1 rejected" in done.stdout
    assert "Nothing was written" in done.stdout
    assert done.stderr == "line 3, latitude: Expected degrees from -90 to 90. (91)\n"
    assert nothing_there(session)


def test_partial_keeps_the_good_rows_and_still_says_that_some_were_rejected(
    run: Command, session: Session, tmp_path: Path
) -> None:
    file = stations_csv(tmp_path / "s.csv", row("S-1"), row("S-2", latitude="91"), row("S-3"))
    done = run("import", "stations", file, "--format", "portal", "--partial")
    assert done.exit_code == 1
    assert "Nothing was written" not in done.stdout
    assert stored(session) == ["S-1", "S-3"]


def test_a_rejection_in_a_late_batch_undoes_the_first(run: Command, session: Session, tmp_path: Path) -> None:
    rows = [row(f"S-{n}") for n in range(BATCH + 10)]
    file = stations_csv(tmp_path / "s.csv", *rows, row("LAST", visible="maybe"))
    assert run("import", "stations", file, "--format", "portal").exit_code == 1
    assert nothing_there(session)


def test_dry_run_tells_the_same_numbers_and_writes_nothing(
    run: Command, session: Session, tmp_path: Path
) -> None:
    file = stations_csv(tmp_path / "s.csv", row("S-1"), row("S-2"))
    dry = run("import", "stations", file, "--format", "portal", "--dry-run")
    assert dry.exit_code == 0
    assert nothing_there(session)
    real = run("import", "stations", file, "--format", "portal")
    assert dry.stdout == real.stdout + "Dry run: nothing was written.\n"


def test_the_report_names_every_rejected_row_and_no_cell_runs(run: Command, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    file = stations_csv(
        tmp_path / "s.csv", row("S-1"), row("S-2", visible="=1+1"), row("S-3", area_code="-"), row("S-4")
    )
    done = run("import", "stations", file, "--format", "portal", "--report", report)
    assert done.exit_code == 1
    assert "2 rejections and 0 notes" in done.stdout
    with report.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(each["line"], each["result"], each["field"], each["value"]) for each in rows] == [
        ("3", "rejected", "visible", "'=1+1"),
        ("4", "rejected", "area_code", "'-"),
    ]
    assert rows[0]["reason"] == "Expected true or false."


def test_only_the_first_rejections_are_shown_without_a_report(run: Command, tmp_path: Path) -> None:
    file = stations_csv(tmp_path / "s.csv", *[row(f"S-{n}", latitude="x") for n in range(50)])
    done = run("import", "stations", file, "--format", "portal")
    assert done.stderr.count("line ") == 20
    assert "… and 30 more" in done.stderr


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("stations", "FILE", "--format", "nobody"),
        ("stations", "FILE", "--format", "absent.toml"),
        ("drivers", "FILE", "--format", "afdc"),
        ("stations", "absent.csv", "--format", "portal"),
        ("tariffs", "FILE", "--format", "portal"),
        ("stations", "FILE"),
        ("stations", "FILE", "--format", "portal", "--timezone", "Mars/Olympus"),
        ("stations", "FILE", "--format", "portal", "--currency", "XX"),
    ],
)
def test_wrong_usage(run: Command, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    file = stations_csv(tmp_path / "s.csv", row("S-1"))
    done = run("import", *[str(file) if part == "FILE" else part for part in arguments])
    assert done.exit_code == 2, done.output


def test_gzip_standard_input_and_byte_order_mark(run: Command, session: Session, tmp_path: Path) -> None:
    plain = stations_csv(tmp_path / "s.csv", row("S-1")).read_bytes()
    zipped = tmp_path / "s.bin"
    zipped.write_bytes(gzip.compress(plain))
    assert run("import", "stations", zipped, "--format", "portal").exit_code == 0
    again = run("import", "stations", "-", "--format", "portal", input=b"\xef\xbb\xbf" + plain)
    assert again.exit_code == 0
    assert "1 unchanged" in again.stdout
    assert stored(session) == ["S-1"]


BAD = {
    "empty": (b"", "The file is empty"),
    "wrong columns": (b"id;what\n1;2\n", "column"),
    "utf-16": ("code,name\n".encode("utf-16"), "mark of UTF-16"),
    "cut gzip": (gzip.compress(b"code,name\n" * 9_000)[:20], "gzip data is damaged"),
    "no text": (bytes(range(256)) * 40, "header cannot be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_files_that_cannot_be_read_leave_nothing(
    run: Command, session: Session, tmp_path: Path, name: str
) -> None:
    content, said = BAD[name]
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    for options in ((), ("--partial",)):
        done = run("import", "stations", file, "--format", "portal", *options)
        assert done.exit_code == 1
        assert said in done.stderr
        assert done.stderr.endswith("Nothing was imported.\n")
        assert len(done.stderr.splitlines()) == 1
    assert nothing_there(session)


def test_a_gzip_cut_off_after_good_rows_keeps_none_of_them(
    run: Command, session: Session, tmp_path: Path
) -> None:
    rows = [row(f"S-{n}", longitude=n / 1000) for n in range(3 * BATCH)]
    content = gzip.compress(stations_csv(tmp_path / "s.csv", *rows).read_bytes())
    file = tmp_path / "cut.csv.gz"
    file.write_bytes(content[: int(len(content) * 0.9)])
    done = run("import", "stations", file, "--format", "portal", "--partial")
    assert done.exit_code == 1
    assert "damaged or cut off" in done.stderr
    assert nothing_there(session)


def test_nul_and_latin_1_rows_are_rejected_one_by_one(run: Command, session: Session, tmp_path: Path) -> None:
    file = stations_csv(tmp_path / "s.csv", row("S-1"), row("S-2", name="N@ME"), row("S-3", name="CAF@"))
    content = file.read_bytes().replace(b"N@ME", b"N\0ME").replace(b"CAF@", "Café".encode("latin-1"))
    file.write_bytes(content)
    done = run("import", "stations", file, "--format", "portal", "--partial")
    assert done.exit_code == 1
    assert "is NUL" in done.stderr
    assert "(0xe9) is not utf-8" in done.stderr
    assert stored(session) == ["S-1"]


def test_latin_1_is_read_where_the_format_states_it(run: Command, session: Session, tmp_path: Path) -> None:
    file = stations_csv(tmp_path / "s.csv", row("S-1", name="CAF@"))
    file.write_bytes(file.read_bytes().replace(b"CAF@", "Café".encode("latin-1")))
    own = tmp_path / "own.toml"
    builtin = Path(__file__).parents[2] / "portal/ingest/formats/portal.toml"
    own.write_text(builtin.read_text().replace('encoding = "utf-8"', 'encoding = "latin-1"'))
    assert run("import", "stations", file, "--format", own).exit_code == 0
    assert session.scalar(select(Station.name)) == "Café"
