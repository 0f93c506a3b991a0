"""`portal export report`: the same lines as the page's file."""

import csv
import io
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from portal.domain.errors import Invalid
from tests.support.commands import command
from tests.web.reported import FIGURES, FIRST, LAST, make_network


def test_the_report_as_a_file(database_url: str, session: Session) -> None:
    network = make_network(session, 20)
    run = command(database_url)
    days = ("--from", FIRST, "--to", LAST)
    done = run("export", "report", "--operator", "alpina", *days, "--by", "day", "--out", "-")
    assert done.exit_code == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout.removeprefix("\ufeff"))))
    expected = network.expected(lambda one: (network.place(one).operator.code, network.day(one).isoformat()))
    own = {day: each for (code, day), each in expected.items() if code == "ALPINA"}
    assert {row["day"]: {name: Decimal(row[name]) for name in FIGURES} for row in rows} == own
    assert "by the terms in force from October 2026:\nEnergy: " in rows[-1]["explanation"]
    every = run("export", "report", *days, "--out", "-").stdout
    assert {line["operator_code"] for line in csv.DictReader(io.StringIO(every[1:]))} == {
        "ALPINA",
        "HARBOR",
        "EVEREST",
    }
    with pytest.raises(Invalid, match="no operator with the code NOPE"):
        run("export", "report", "--operator", "NOPE", "--out", "-")
    with pytest.raises(Invalid, match="last day is before"):
        run("export", "report", "--from", "2026-10-02", "--to", "2026-10-01", "--out", "-")
    assert run("export", "sessions", "--by", "day", "--out", "-").exit_code == 2
