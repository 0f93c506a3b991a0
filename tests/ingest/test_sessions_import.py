"""What `portal import sessions` does, on both engines."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.models import Area, AuditEvent, ChargingSession, Doubt, Driver, SessionDoubt, Station
from tests.support.commands import command
from tests.support.factories import make_area, make_driver, make_operator, make_station

HEADER = "external_id,station_code,charger_uid,connector_number,driver_number,started_at,ended_at,energy_wh,currency,net,vat"
ROW = "A,ST-1,1,1,D-1,2026-05-01T12:00:00+02:00,2026-05-01T13:00:00+02:00,11000,EUR,4.10,0.90"


@pytest.fixture
def load(database_url: str, tmp_path: Path) -> Any:
    run = command(database_url)

    def load(*rows: str, options: tuple[str, ...] = (), header: str = HEADER, format_: str = "portal") -> Any:
        file = tmp_path / "sessions.csv"
        file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        done = run("import", "sessions", file, "--format", format_, *options)
        return done.exit_code, done.output

    return load


@pytest.fixture
def station(session: Session) -> Station:
    operator = make_operator(session, code="HOTEL")
    made = make_station(session, make_area(session, operator), code="ST-1")
    make_driver(session, number="D-1")
    session.commit()
    return made


def stored(session: Session) -> list[ChargingSession]:
    session.rollback()
    query = select(ChargingSession).order_by(ChargingSession.external_id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def doubts(session: Session) -> list[tuple[str, Doubt]]:
    query = select(ChargingSession.external_id, SessionDoubt.doubt).join(
        SessionDoubt, SessionDoubt.session_id == ChargingSession.id
    )
    return sorted(tuple(row) for row in session.execute(query))


def test_a_session_comes_in_exactly_and_once(load: Any, session: Session, station: Station) -> None:
    status, output = load(ROW)
    assert (status, output.splitlines()[0]) == (
        0,
        "sessions: 1 accepted (new), 0 changed, 0 unchanged, 0 rejected",
    )
    [made] = stored(session)
    assert (made.energy_wh, made.currency, made.net_minor, made.vat_minor) == (11000, "EUR", 410, 90)
    assert (made.started_at, made.ended_at) == (
        datetime(2026, 5, 1, 10, tzinfo=UTC),
        datetime(2026, 5, 1, 11, tzinfo=UTC),
    )
    place = session.get_one(Area, station.area_id)
    assert (made.area_id, made.operator_id) == (station.area_id, place.operator_id)
    status, output = load(ROW)
    assert "0 accepted (new), 0 changed, 1 unchanged" in output
    assert stored(session)[0].version == 1
    actions = session.scalars(select(AuditEvent.action)).all()
    assert actions == ["import.sessions", "import.sessions"]  # of the site, and of the operator


def test_the_operator_stays_and_what_the_file_mends_is_changed(
    load: Any, session: Session, station: Station
) -> None:
    load(ROW)
    first = stored(session)[0].operator_id
    other = make_operator(session, code="OTHER")
    session.execute(update(Area).where(Area.id == station.area_id).values(operator_id=other.id))
    session.commit()
    _, output = load(ROW.replace("11000", "0"))
    assert "0 accepted (new), 1 changed" in output
    [made] = stored(session)
    assert (made.energy_wh, made.operator_id, made.version) == (0, first, 2)
    assert doubts(session) == [("A", Doubt.NO_ENERGY)]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "session.import")).one()
    assert (event.operator_id, event.before, event.after) == (first, {"energy_wh": 11000}, {"energy_wh": 0})


def test_what_was_changed_in_the_portal_stays_and_is_told(
    load: Any, session: Session, station: Station, tmp_path: Path
) -> None:
    load(ROW)
    session.execute(update(ChargingSession).values(energy_wh=5, updated_at=datetime.now(UTC)))
    session.commit()
    report = tmp_path / "report.csv"
    status, output = load(ROW, options=("--report", str(report)))
    assert status == 0
    assert "0 changed, 1 unchanged, 0 rejected" in output
    assert "1 of the unchanged differ from the file: they were changed by hand" in output
    assert '2,note,,,"This session was changed in the portal, and that stays. ' in report.read_text()
    assert "The file differs in: energy_wh." in report.read_text()
    assert stored(session)[0].energy_wh == 5


def test_dirt_comes_in_doubtful(load: Any, session: Session, station: Station) -> None:
    load(
        ROW,
        ROW.replace("A,", "B,", 1),
        ROW.replace("A,", "C,", 1).replace("2026-05-01T13:00:00+02:00", "").replace("11000", "-5"),
    )
    assert doubts(session) == [("B", Doubt.DUPLICATE), ("C", Doubt.NEGATIVE_ENERGY), ("C", Doubt.NO_END)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("ST-1", "ST-9"), "There is no station ST-9."),
        (("D-1", "D-9"), "There is no driver D-9."),
        (("1,1,D", "1,2,D"), "Station ST-1 has no connector 2 of charger 1."),
        (("4.10", "4.105"), "EUR has 2 decimal places."),
        (("+02:00,2026", ",2026"), "offset"),
    ],
)
def test_all_or_nothing_and_why(
    load: Any, session: Session, station: Station, change: tuple[str, str], reason: str
) -> None:
    bad = ROW.replace("A,", "B,", 1).replace(*change)
    status, output = load(ROW, bad)
    assert status == 1
    assert reason in output
    assert stored(session) == []
    load(ROW, bad, options=("--partial",))
    assert [row.external_id for row in stored(session)] == ["A"]


NORWAY = '"location";"user_id";"session_id";"plugin_time";"plugout_time";"connection_time";"energy_session"'
NORWAY_ROWS = (
    '"ASK";"ASK_Plass15";"ASK_1";2019-10-27 02:30:00;2019-10-27 08:20:00;13,2;19,96',
    '"ASK";"ASK_Plass16";"ASK_2";2019-11-28 19:08:00;NA;NA;27,67',
)


def test_stations_and_drivers_are_made_only_when_asked(load: Any, session: Session) -> None:
    make_operator(session, code="HOTEL")
    session.commit()
    late = ("--repeated-hour", "later")
    status, output = load(*NORWAY_ROWS, header=NORWAY, format_="norway", options=late)
    assert status == 1
    assert "There is no station NO-ASK." in output
    asked = (*late, "--create-missing", "--operator", "hotel", "--at", "59.9,10.7")
    status, output = load(*NORWAY_ROWS, header=NORWAY, format_="norway", options=asked)
    assert status == 0, output
    assert "also made: 1 stations, 2 drivers" in output
    assert "stated" not in output
    first, second = stored(session)
    assert (first.started_at, first.energy_wh) == (datetime(2019, 10, 27, 1, 30, tzinfo=UTC), 19_960)
    assert (second.ended_at, second.energy_wh) == (None, 27_670)
    assert doubts(session) == [("ASK_2", Doubt.NO_END)]
    made = session.scalars(select(Station)).one()
    assert (made.code, made.visible, made.latitude) == ("NO-ASK", False, 59.9)
    assert session.scalar(select(func.count()).select_from(Driver)) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--create-missing",), "--create-missing needs"),
        (("--operator", "HOTEL"), "go with --create-missing"),
        (("--create-missing", "--operator", "NONE-1", "--at", "1,1"), "no active operator NONE-1"),
        (("--create-missing", "--operator", "HOTEL", "--at", "1;1"), "expected degrees"),
    ],
)
def test_wrong_usage(load: Any, options: tuple[str, ...], message: str) -> None:
    status, output = load(ROW, options=options)
    assert status != 0
    assert message in output


def test_a_format_without_a_zone_asks_for_one(load: Any) -> None:
    status, output = load("x", header="x", format_="workplace")
    assert status == 2
    assert "--timezone" in output


def test_a_dry_run_writes_nothing(load: Any, session: Session, station: Station) -> None:
    status, output = load(ROW, options=("--dry-run",))
    assert status == 0
    assert "1 accepted (new)" in output
    assert stored(session) == []
