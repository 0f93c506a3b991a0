"""Files of members that are damaged, too large or hostile."""

import io
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import Role
from tests.support.factories import make_account, make_operator, sign_in

from .member_files import send, workbook

SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def hotel(app: Flask, session: Session) -> FlaskClient:
    account = make_account(session, Role.OPERATOR, operator=make_operator(session))
    session.commit()
    return sign_in(app.test_client(), account.email)


def bomb() -> bytes:
    """A workbook whose sheet is 200 MB of blanks."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in zipfile.ZipFile(io.BytesIO(workbook(["driver_number"]))).infolist():
            archive.writestr(info.filename, b"")
        with archive.open("xl/worksheets/sheet9.xml", "w", force_zip64=True) as part:
            for _ in range(200):
                part.write(b" " * 1_000_000)
    return file.getvalue()


def laughing() -> bytes:
    """A workbook with entities within entities."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    hostile = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><sst><si><t>&e11;</t></si></sst>'
    )
    whole, file = workbook(["driver_number"], ["D-NEW"]), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        old = zipfile.ZipFile(io.BytesIO(whole))
        for info in old.infolist():
            hit = info.filename == "xl/worksheets/sheet1.xml"
            archive.writestr(info.filename, hostile if hit else old.read(info.filename))
    return file.getvalue()


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not empty"),
        (b"driver_number\n", "nothing else"),
        (b"name\nMia\n", "driver_number is missing"),
        (b"driver_number\n" + b"D-1\n" * 50_001, "50,000 rows"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
        (b"\x1f\x8b\x08\x00", "packed"),
        (b"PK\x03\x04 and no more", "no XLSX workbook"),
        (b"\xff\xfed\x00r\x00", "UTF-16"),
        (bomb(), "too large when unpacked"),
        (laughing(), "no XLSX workbook"),
    ],
    ids=["empty", "header", "column", "rows", "size", "gzip", "zip", "utf16", "bomb", "entities"],
)
def test_files_that_cannot_be_read_say_why(hotel: FlaskClient, content: bytes, says: str) -> None:
    answer = send(hotel, content)
    assert answer.status_code == 422
    assert says in answer.text
