"""Files of lists: cells are what a CSV writer would make of them, harmless; memory is the same for any number of rows."""

import csv
import io
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.models import ChargingSession, SessionStatus, Station
from portal.web.exports import csv_chunks, defuse, xlsx_chunks
from tests.admin.people import STARTED, admin_client
from tests.support.factories import make_station

FEW, MANY = 2_000, 7_000
ROOM = 200_000  # bytes


class Colour(Enum):
    RED = "red, or so"


STARTS = ("", "'", "=", "+", "-", "@", "\t", "\r", "\n", ",", '"', "\0", " ", "a", "Ž", "😀")
TEXTS = ["".join(parts) for parts in product(STARTS, ("1", "=1", '"', ",x", "\r\ny", "\0=z", "'"))]
OTHERS: list[Any] = [0, -5, 1.5, Decimal("-12.30"), None, True, False, Colour.RED, SessionStatus.CLOSED, ""]


def test_cells_are_those_of_a_csv_writer() -> None:
    """Columns of one kind, and of all kinds together."""
    harmless = [f"ST-{n}" for n in range(len(TEXTS))]
    numbers = [n - 50 for n in range(len(TEXTS))]
    mixed = [OTHERS[n % len(OTHERS)] if n % 2 else text for n, text in enumerate(TEXTS)]
    rows = list(zip(TEXTS, harmless, numbers, mixed, strict=True))
    expected = io.StringIO()
    writer = csv.writer(expected)
    for row in [("a", "b", "=c", "d"), *rows]:
        writer.writerow([defuse(cell) for cell in row])
    made = b"".join(csv_chunks(("a", "b", "=c", "d"), rows, None)).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(made, newline=""))) == list(
        csv.reader(io.StringIO(expected.getvalue(), newline=""))
    )


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    """With FEW sessions at the station FEW and MANY at MANY."""
    for code, count in (("FEW", FEW), ("MANY", MANY)):
        session.execute(insert(ChargingSession), list(_sessions(make_station(session, code=code), count)))
    session.commit()
    return admin_client(app, session)


def _sessions(station: Station, count: int) -> Any:
    for n in range(count):
        at = STARTED + timedelta(minutes=n)
        yield {
            "external_id": f"{station.code}-{n}", "area_id": station.area_id, "station_id": station.id,
            "charger_uid": "1", "connector_number": 1, "started_at": at, "ended_at": at + timedelta(minutes=1),
            "energy_wh": n, "currency": "EUR",
            "net_minor": n, "vat_minor": 1, "status": SessionStatus.CLOSED, "settings": {}, "created_at": at,
        }  # fmt: skip


def test_memory_is_flat(admin: FlaskClient) -> None:
    """From the database to the last byte of a CSV file."""

    def download(station: str) -> int:
        with admin.get(f"/admin/sessions/export.csv?station={station}") as answer:
            return sum(len(chunk) for chunk in answer.iter_encoded())

    download("FEW")  # what is made once
    (few, short), (many, long) = (_measured(lambda code=code: download(code)) for code in ("FEW", "MANY"))
    assert long > 3 * short
    assert many < few + ROOM, (few, many)


def test_memory_of_a_workbook_is_flat() -> None:
    def write(count: int) -> int:
        rows = ((n, f"text {n}", Decimal(n), None) for n in range(count))
        return sum(len(chunk) for chunk in xlsx_chunks(("a", "b", "c", "d"), rows, None))

    write(1)
    (few, short), (many, long) = (_measured(lambda count=count: write(count)) for count in (500, 2_500))
    assert long > 3 * short
    assert many < few + ROOM, (few, many)


def _measured(work: Callable[[], int]) -> tuple[int, int]:
    """The most memory that it took at once, and what it returns."""
    tracemalloc.start()
    try:
        done = work()
        return tracemalloc.get_traced_memory()[1], done
    finally:
        tracemalloc.stop()
