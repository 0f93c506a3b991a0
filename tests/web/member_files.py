"""Files of members for the tests of the import page."""

import io
from typing import Any

from flask.testing import FlaskClient
from openpyxl import Workbook

from tests.support.factories import csrf_token

OWN_URL = "/operator/members/import"


def send(client: FlaskClient, content: bytes | str, url: str = OWN_URL, name: str = "members.csv") -> Any:
    """Upload it as the page's form would; the body is put together here, so that no temporary file is left open."""
    raw = content.encode() if isinstance(content, str) else content
    mark = "----a-boundary-that-no-file-holds"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{csrf_token(client)}\r\n--{mark}\r\n'
    part = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    body = (head + part).encode() + raw + f"\r\n--{mark}--\r\n".encode()
    return client.post(url, data=body, content_type=f"multipart/form-data; boundary={mark}")


def workbook(*rows: list[Any]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()
