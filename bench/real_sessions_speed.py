"""How fast sessions are imported, and in how much memory: made-up files of two sizes in the portal's own format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.processes import Portal, Run

SIZES = (35_000, 350_000)
STATIONS, CHARGERS, DRIVERS = 100, 4, 1000


@dataclass(frozen=True, slots=True)
class Speed:
    """One import of `rows` sessions, then the same again."""

    engine: str
    rows: int
    first: Run
    again: Run


def measure(engine: str, fresh: Callable[[str], str], folder: Path) -> Iterator[Speed]:
    """Each size in a database of its own; `fresh` makes one and says its URL."""
    for rows in SIZES:
        portal = Portal(fresh(f"speed_{rows}"))
        good(portal("db", "upgrade"))
        good(portal("import", "stations", _stations(folder), "--format", "portal"))
        good(portal("import", "drivers", _drivers(folder), "--format", "portal"))
        command = ("import", "sessions", _sessions(folder, rows), "--format", "portal")
        first, again = good(portal(*command)), good(portal(*command))
        if f"{rows} accepted (new)" not in first.output or f"{rows} unchanged" not in again.output:
            raise SystemExit(f"error: {first.output}{again.output}")
        yield Speed(engine, rows, first, again)


def good(done: Run) -> Run:
    """The run; SystemExit with its words when it failed."""
    if done.status:
        raise SystemExit(f"error: {done.output}")
    return done


def _stations(folder: Path) -> Path:
    file = folder / "speed-stations.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("code,name,operator_code,area_code,area_name,latitude,longitude,visible,charger_uid,")
        out.write("current_type,connector_number,connector_standard,max_kw\n")
        for n in range(STATIONS):
            for charger in range(1, CHARGERS + 1):
                place = f"MADE-UP-{n},Station {n},MADE-UP,AREA-{n % 20},Area {n % 20},46.5,14.2,true"
                out.write(f"{place},{charger},AC,1,IEC_62196_T2,22\n")
    return file


def _drivers(folder: Path) -> Path:
    file = folder / "speed-drivers.csv"
    rows = "".join(f"D-{n},Driver {n},,,\n" for n in range(DRIVERS))
    file.write_text(f"number,name,email,phone,token_uid\n{rows}", encoding="utf-8")
    return file


def _sessions(folder: Path, rows: int) -> Path:
    """Every connector in turn, one session in six hours, none over another."""
    file = folder / f"speed-{rows}.csv"
    plugs, began = STATIONS * CHARGERS, datetime(2025, 1, 1, tzinfo=UTC)
    with file.open("w", encoding="utf-8") as out:
        out.write("external_id,station_code,charger_uid,connector_number,driver_number,started_at,ended_at,")
        out.write("energy_wh,currency,net,vat\n")
        for n in range(rows):
            plug, wh = n % plugs, 1000 + n * 31 % 9000
            start = began + timedelta(hours=n // plugs * 6 + plug % 5, seconds=n * 7919 % 3600)
            end = start + timedelta(seconds=600 + n * 104_729 % 3000)
            where = f"MADE-UP-{plug % STATIONS},{plug // STATIONS + 1},1,D-{n % DRIVERS}"
            times = f"{start:%Y-%m-%dT%H:%M:%SZ},{end:%Y-%m-%dT%H:%M:%SZ}"
            money = f"{wh // 2500}.{wh // 25 % 100:02},{wh // 12_500}.{wh // 125 % 100:02}"
            out.write(f"S-{n},{where},{times},{wh},EUR,{money}\n")
    return file
