"""What importing stations does to the network, on both engines."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import (
    Area,
    AuditEvent,
    Charger,
    Connector,
    Operator,
    OperatorCode,
    OperatorStatus,
    Station,
    StationStatus,
)
from tests.support.commands import Command, command, row, stations_csv
from tests.support.factories import LONG_AGO, make_area, make_operator, make_station


@pytest.fixture
def load(database_url: str, tmp_path: Path) -> Any:
    """Imports rows of the portal's own format; returns exit status and output."""
    run: Command = command(database_url)

    def load(*rows: str, options: tuple[str, ...] = (), **header: str) -> tuple[int, str]:
        file = stations_csv(tmp_path / "in.csv", *rows, **header)
        done = run("import", "stations", file, "--format", "portal", *options)
        return done.exit_code, done.output

    return load


def events(session: Session) -> list[AuditEvent]:
    session.rollback()
    return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


def station(session: Session, code: str = "S-1") -> Station:
    session.rollback()
    found = session.scalar(
        select(Station).where(Station.code == code).execution_options(populate_existing=True)
    )
    assert found is not None
    return found


def test_everything_that_a_station_needs_is_made(load: Any, session: Session) -> None:
    status, output = load(
        row("S-1"),
        row("S-1", connector_number=2, connector_standard="IEC_62196_T1", max_kw="7.4"),
        row("S-2", visible="false", operator_code="", area_code="LOT", area_name="Lot"),
        options=("--timezone", "Asia/Kathmandu", "--currency", "NPR"),
    )
    assert status == 0, output
    assert "2 accepted (new), 0 changed, 0 unchanged, 0 rejected" in output
    assert "1 operators, 2 areas" in output
    operator = session.scalars(select(Operator)).one()
    assert (operator.code, operator.name, operator.timezone, operator.currency) == (
        "HOTEL", "HOTEL", "Asia/Kathmandu", "NPR",
    )  # fmt: skip
    assert session.scalars(select(OperatorCode.code)).all() == ["HOTEL"]
    assert dict(session.execute(select(Area.code, Area.operator_id)).all()) == {
        "PARK": operator.id,
        "LOT": None,
    }
    assert station(session).visible
    assert not station(session, "S-2").visible
    assert "name s-1" in station(session).search
    plugs = session.execute(
        select(Charger.uid, Connector.number, Connector.standard, Connector.max_w)
        .join(Connector.charger).join(Charger.station).where(Station.code == "S-1").order_by(Connector.number)
    ).all()  # fmt: skip
    assert plugs == [("C1", 1, "IEC_62196_T2", 22_000), ("C1", 2, "IEC_62196_T1", 7_400)]


def test_one_audit_row_for_the_run_and_one_for_each_operator(load: Any, session: Session) -> None:
    load(row("S-1"), row("S-2"), row("S-3", operator_code="CAFE", area_code="YARD"))
    made = [event for event in events(session) if event.action == "import.stations"]
    ids = dict(session.execute(select(Operator.code, Operator.id)).all())
    assert [(event.subject, event.operator_id) for event in made] == [
        ("in.csv", None),
        ("HOTEL", ids["HOTEL"]),
        ("CAFE", ids["CAFE"]),
    ]
    assert made[0].after == {"format": "portal", "new": 3, "operators": 2, "areas": 2, "rejected": 0}
    assert made[1].after == {"new": 2, "operators": 1, "areas": 1}
    assert "CAFE" not in str(made[1].after)
    assert {event.action for event in events(session)} == {"import.stations", "operator.create"}
    assert {event.via for event in made} == {"cli"}


def test_the_same_file_again_changes_nothing(load: Any, session: Session) -> None:
    rows = [row(f"S-{n}", max_kw="" if n % 2 else 11) for n in range(5)]
    load(*rows)
    before = len(events(session)), station(session).version, station(session).updated_at
    status, output = load(*rows)
    assert status == 0
    assert "0 accepted (new), 0 changed, 5 unchanged, 0 rejected" in output
    assert (len(events(session)), station(session).version, station(session).updated_at) == before


def test_changes_are_taken_over_and_nothing_is_deleted(load: Any, session: Session) -> None:
    load(row("S-1"), row("S-2"))
    load(row("S-1", name="Bergblick", latitude="47.25", charger_uid="C2", connector_number=3))
    changed = station(session)
    assert (changed.name, changed.latitude, changed.version) == ("Bergblick", 47.25, 2)
    assert "bergblick" in changed.search
    assert station(session, "S-2").version == 1
    uids = session.scalars(select(Charger.uid).where(Charger.station_id == changed.id).order_by(Charger.uid))
    assert list(uids) == ["C1", "C2"]


def test_hardware_alone_changes(load: Any, session: Session) -> None:
    load(row("S-1"))
    _, output = load(row("S-1", connector_standard="IEC_62196_T1", max_kw=""))
    assert "1 changed" in output
    # Power that is not published any more stays what it was.
    assert session.execute(select(Connector.standard, Connector.max_w)).all() == [("IEC_62196_T1", 22_000)]
    assert station(session).version == 1


def test_current_does_not_change_under_other_connectors(load: Any, session: Session) -> None:
    load(row("S-1"), row("S-1", connector_number=2, connector_standard="IEC_62196_T1"))
    status, output = load(row("S-1", current_type="DC", connector_standard="IEC_62196_T2"))
    assert status == 1
    assert "Charger C1 has a connector 2 in the portal that does not exist on DC." in output


def test_what_the_file_does_not_speak_of_stays(load: Any, session: Session) -> None:
    load(row("S-1"))
    kept = station(session)
    kept.city, kept.status, kept.energy_step_wh = "Kranj", StationStatus.UNAVAILABLE, 250
    session.commit()
    load(row("S-1", name="Other"))
    now = station(session)
    assert (now.name, now.city, now.status, now.energy_step_wh) == (
        "Other", "Kranj", StationStatus.UNAVAILABLE, 250,
    )  # fmt: skip


def test_hiding_and_showing_leave_a_row_each(load: Any, session: Session) -> None:
    load(row("S-1"), row("S-2", visible="false"))
    load(row("S-1", visible="false"), row("S-2"))
    single = [event for event in events(session) if event.subject_type == "station"]
    assert [(event.subject, event.action, event.before, event.after) for event in single] == [
        ("S-1", "station.hide", {"visible": True}, {"visible": False}),
        ("S-2", "station.show", {"visible": False}, {"visible": True}),
    ]
    assert {event.operator_id for event in single} == {session.scalar(select(Operator.id))}


def test_a_move_to_another_operators_area_tells_each_its_half(load: Any, session: Session) -> None:
    load(row("S-1"), row("S-2", operator_code="CAFE", area_code="YARD", area_name="Yard"))
    status, _ = load(row("S-1", operator_code="CAFE", area_code="YARD", area_name="Yard", name="In the yard"))
    assert status == 0
    ids = dict(session.execute(select(Operator.code, Operator.id)).all())
    left, came = [event for event in events(session) if event.action == "station.move"]
    assert (left.operator_id, came.operator_id) == (ids["HOTEL"], ids["CAFE"])
    assert (left.before["name"], left.after) == ("Name S-1", {})
    assert (came.before, came.after["name"]) == ({}, "In the yard")


@pytest.mark.parametrize(
    ("owner", "named", "said"),
    [
        ("CAFE", "HOTEL", "belongs to operator CAFE in the portal, the file names HOTEL"),
        ("CAFE", "", "belongs to operator CAFE in the portal, the file names none"),
        (None, "HOTEL", "has no operator in the portal, the file names HOTEL"),
    ],
)
def test_no_area_changes_hands(load: Any, session: Session, owner: str | None, named: str, said: str) -> None:
    operator = make_operator(session, code="CAFE")
    make_operator(session, code="HOTEL")
    make_area(session, operator if owner else None, code="PARK")
    session.commit()
    status, output = load(row("S-1", operator_code=named))
    assert status == 1
    assert said in output
    assert session.scalar(select(Station.id)) is None


def test_two_operators_in_one_area_of_one_file(load: Any, session: Session) -> None:
    status, output = load(row("S-1"), row("S-2", operator_code="CAFE"), options=("--partial",))
    assert status == 1
    assert "line 3, area_code: Area PARK belongs to operator HOTEL" in output
    assert session.scalars(select(Operator.code)).all() == ["HOTEL"]


@pytest.mark.parametrize("state", [OperatorStatus.ARCHIVED, OperatorStatus.DISABLED])
def test_operators_that_take_nothing_new(load: Any, session: Session, state: OperatorStatus) -> None:
    operator = make_operator(session, code="HOTEL", status=state)
    make_station(session, make_area(session, operator, code="OLD"), code="S-2")
    session.commit()
    status, output = load(row("S-1"))
    assert status == 1
    assert "Operator HOTEL is" in output
    # A disabled operator's stations are still kept up to date; an archived one is read only.
    status, _ = load(row("S-2", area_code="OLD"))
    assert status == (1 if state is OperatorStatus.ARCHIVED else 0)


def test_the_code_of_a_deleted_operator_stays_taken(load: Any, session: Session) -> None:
    session.add(OperatorCode(code="HOTEL", taken_at=LONG_AGO))
    session.commit()
    status, output = load(row("S-1"))
    assert status == 1
    assert "line 2, operator_code: The code HOTEL is taken or was in use before." in output


def test_hostile_names_are_stored_as_they_are(load: Any, session: Session) -> None:
    names = [
        "{{ 7*7 }}",
        "${alert(1)}",
        "<script>alert(1)</script>",
        "'; DROP TABLE station;--",
        "\u202egnp",
        "🔌",
    ]
    load(*[row(f"S-{n}", name=name) for n, name in enumerate(names)])
    assert list(session.scalars(select(Station.name).order_by(Station.code))) == names


def test_more_than_one_batch(load: Any, session: Session) -> None:
    rows = [row(f"S-{n}", area_code=f"PARK-{n % 7}", operator_code=f"OP-{n % 7}") for n in range(4_500)]
    _, output = load(*rows)
    assert "4500 accepted (new)" in output
    assert "7 operators, 7 areas" in output
    _, output = load(*rows[:-1], row("S-4499", name="New", area_code="PARK-5", operator_code="OP-5"))
    assert "1 changed, 4499 unchanged" in output


def test_rows_made_by_hand_afterwards_get_free_keys(load: Any, session: Session) -> None:
    load(row("S-1"), row("S-2"))
    area = make_area(session)
    by_hand = make_station(session, area)
    session.commit()
    load(row("S-3"))
    keys = list(session.scalars(select(Station.id).order_by(Station.id)))
    assert keys == sorted(set(keys))
    assert len(keys) == 4
    assert by_hand.id in keys
