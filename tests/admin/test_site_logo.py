"""The logo of the site: what is taken for one, and how browsers get it; and the icon of the portal."""

import base64
import struct
import zlib

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.images import MAX_BYTES
from portal.models import AuditEvent
from tests.admin.site import row, save

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])  # what the database makes no difference to
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def png(width: int = 40, height: int = 20, more: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"".join(b"\0" + b"\xff\0\0" * width for _ in range(min(height, 50))))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"tEXt", b"x\0" + more) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x14\x00\x28\x01\x01\x11\x00\xff\xd9"
WEBP = (
    b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8L" + struct.pack("<IB", 9, 0x2F) + b"\x27\xc0\x04" + b"\0" * 6
)


@pytest.mark.parametrize(
    ("picture", "kind"), [(png(), "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")]
)
def test_a_logo_is_shown_and_kept_by_browsers(
    app: Flask, admin: FlaskClient, session: Session, picture: bytes, kind: str
) -> None:
    assert save(admin, logo=picture).status_code == 303
    guest = app.test_client()
    url = f"/site/logo?v={row(session).version}"
    assert f'src="{url}"' in guest.get("/auth/login").text
    shown = guest.get(url)
    assert (shown.data, shown.mimetype) == (picture, kind)
    assert "immutable" in shown.headers["Cache-Control"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in shown.headers
    assert guest.get(url, headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304
    assert guest.get("/site/logo?v=0").headers["Cache-Control"] == "no-cache"
    [event] = session.scalars(select(AuditEvent).where(AuditEvent.action == "site.update"))
    assert len(event.after["logo"]) == 16
    assert save(admin, name="Another").status_code == 303, "a form without a picture keeps it"
    assert row(session).logo == picture
    assert save(admin, remove_logo="y").status_code == 303
    assert guest.get(url).status_code == 404
    assert "/site/logo" not in guest.get("/auth/login").text


NO_LOGOS = (
    (SVG, "PNG, JPEG or WebP"),
    (GIF, "PNG, JPEG or WebP"),
    (b"\x89PNG\r\n\x1a\n", "PNG, JPEG or WebP"),
    (png()[:-20], "whole picture"),
    (JPEG[:10], "whole picture"),
    (b"RIFF\0\0\0\0WEBP" + SVG, "whole picture"),
    (png(30_000, 30_000), "pixels a side"),
    (png(more=b"x" * MAX_BYTES), "more than 200 kB"),
)


def test_what_is_no_logo_is_refused(admin: FlaskClient, session: Session) -> None:
    for picture, said in NO_LOGOS:
        answer = save(admin, logo=picture, name="Typed")
        assert (answer.status_code, 'id="logo-error"' in answer.text) == (422, True)
        assert said in answer.text
    assert row(session).logo is None


def test_browsers_find_an_icon(client: FlaskClient) -> None:
    with client.get("/favicon.ico") as answer:
        assert (answer.status_code, answer.data[:4]) == (200, b"\0\0\1\0")
