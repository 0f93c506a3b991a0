"""`portal export`: what it writes can be read again, by the portal and by a spreadsheet."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import ChargingSession, Membership, Role, SessionStatus, Station, StationStatus
from tests.support.commands import Command, command
from tests.support.databases import Databases
from tests.support.factories import (
    LONG_AGO,
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
)


@pytest.fixture
def run(database_url: str) -> Command:
    return command(database_url)


@pytest.fixture
def network(session: Session) -> dict[str, Any]:
    hotel = make_operator(session, code="HOTEL", name='Hôtel, "Alpina"', timezone="Asia/Kathmandu")
    cafe = make_operator(session, code="CAFE")
    parking = make_area(session, hotel, code="PARK", name="Park")
    made = {
        "hotel": hotel,
        "open": make_station(session, parking, code="OPEN", name="=1+1", city="Kranj", max_w=3_680),
        "hidden": make_station(session, parking, code="HIDDEN", visible=False, max_w=None),
        "closed": make_station(session, parking, code="CLOSED", status=StationStatus.CLOSED),
        "cafe": make_station(session, make_area(session, cafe, code="YARD"), code="CAFE-1", visible=False),
        "alone": make_station(session, make_area(session, code="LOT"), code="ALONE", longitude=-0.1),
        "mia": make_driver(session, number="D-MIA"),
    }
    make_membership(session, hotel, made["mia"], valid_to=datetime(2099, 1, 1, tzinfo=UTC))
    session.commit()
    return made


def rows(output: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output.decode("utf-8-sig"))))


def codes(output: bytes) -> set[str]:
    return {row["code"] for row in rows(output)}


def test_stations_and_members_survive_the_way_there_and_back(
    run: Command, network: Any, session: Session, databases: Databases, engine_name: str, tmp_path: Path
) -> None:
    stations, members = tmp_path / "stations.csv", tmp_path / "members.csv"
    assert run("export", "stations", "--out", stations).exit_code == 0
    assert run("export", "members", "--out", members).exit_code == 0
    drivers = tmp_path / "drivers.csv"
    drivers.write_text("number,name,email,phone,token_uid\nD-MIA,Mia,,,\n")
    with databases.fresh(engine_name) as url:
        other = command(url)
        done = other("import", "stations", stations, "--format", "portal")
        assert (done.exit_code, "5 accepted (new)" in done.stdout) == (0, True), done.output
        assert other("import", "drivers", drivers, "--format", "portal").exit_code == 0
        assert other("import", "members", members, "--format", "portal").exit_code == 0
        for noun, file in (("stations", stations), ("members", members)):
            assert other("export", noun, "--out", "-").stdout_bytes == file.read_bytes()
    # Nor does it change anything where it came from.
    assert "5 unchanged" in run("import", "stations", stations, "--format", "portal").stdout


def test_no_cell_runs_in_a_spreadsheet(run: Command, network: Any) -> None:
    found = {row["code"]: row for row in rows(run("export", "stations", "--out", "-").stdout_bytes)}
    assert found["OPEN"]["name"] == "'=1+1"
    assert found["ALONE"]["longitude"] == "-0.1"
    assert (found["OPEN"]["max_kw"], found["HIDDEN"]["max_kw"]) == ("3.68", "")


def test_xlsx_by_its_ending(run: Command, network: Any, tmp_path: Path) -> None:
    file = tmp_path / "Stations.XLSX"
    assert run("export", "stations", "--out", file).exit_code == 0
    sheet = load_workbook(io.BytesIO(file.read_bytes()), read_only=True).worksheets[0]
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0][:2] == ("code", "name")
    assert len(lines) == 6


def test_narrowed(run: Command, network: Any) -> None:
    def found(*options: str) -> set[str]:
        return codes(run("export", "stations", "--out", "-", *options).stdout_bytes)

    assert found() == {"OPEN", "HIDDEN", "CLOSED", "CAFE-1", "ALONE"}
    assert found("--operator", "hotel") == {"OPEN", "HIDDEN", "CLOSED"}
    assert found("--hidden") == {"HIDDEN", "CAFE-1"}
    assert found("--visible", "--operator", "HOTEL") == {"OPEN", "CLOSED"}


def test_as_somebody_sees_it(run: Command, network: Any, session: Session) -> None:
    mia = make_account(session, Role.DRIVER, driver=network["mia"]).email
    session.commit()

    def found(who: str) -> set[str]:
        return codes(run("export", "stations", "--out", "-", "--as", who).stdout_bytes)

    assert found("anonymous") == {"OPEN", "ALONE"}
    assert found(mia) == {"OPEN", "ALONE", "HIDDEN"}
    membership = session.scalars(select(Membership)).one()
    membership.revoked_at = now()
    session.commit()
    assert found(mia) == {"OPEN", "ALONE"}


def test_sessions_in_utc_and_in_the_operators_zone(run: Command, network: Any, session: Session) -> None:
    station: Station = network["open"]
    session.add(
        ChargingSession(
            external_id="X-1", operator_id=network["hotel"].id, area_id=station.area_id, station_id=station.id,
            driver_id=network["mia"].id, charger_uid="1", connector_number=1, started_at=LONG_AGO,
            ended_at=LONG_AGO + timedelta(hours=1), energy_wh=7_200, currency="JPY", net_minor=1_500, vat_minor=None,
            status=SessionStatus.CLOSED, created_at=LONG_AGO,
        )
    )  # fmt: skip
    session.commit()
    [row] = rows(run("export", "sessions", "--out", "-", "--operator", "HOTEL").stdout_bytes)
    assert (row["started_at"], row["started_local"], row["time_zone"]) == (
        "2026-01-01T00:00:00Z", "2026-01-01T05:45:00+05:45", "Asia/Kathmandu",
    )  # fmt: skip
    assert (row["driver_number"], row["energy_wh"], row["net"], row["vat"]) == ("D-MIA", "7200", "1500", "")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("invoices", "--out", "-"), 2),
        (("stations",), 2),
        (("members", "--out", "-", "--hidden"), 2),
        (("sessions", "--out", "-", "--as", "anonymous"), 2),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_wrong_usage(run: Command, arguments: tuple[str, ...], status: int) -> None:
    assert run("export", *arguments).exit_code == status


def test_a_failed_export_leaves_the_old_file(run: Command, network: Any, tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    file.write_text("old")
    with pytest.raises(Exception, match="no operator with the code NOBODY"):
        run("export", "stations", "--out", file, "--operator", "NOBODY")
    assert [path.name for path in tmp_path.iterdir()] == ["stations.csv"]
    assert file.read_text() == "old"
