"""Streams behind the real servers: what is said arrives at once, and idle readers stop no page."""

import http.client
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.cli.serve import STREAMS, serving
from portal.models import Role
from tests.api.equipment import make_equipment
from tests.map.networks import browser_of
from tests.security.test_outages import served
from tests.support.factories import make_account

READERS, ACCOUNTS, LOOKS = 200, 20, 15


class Reader:
    """A connection that asks for a stream and then hardly ever reads."""

    def __init__(self, origin: str, cookie: str) -> None:
        address = urlsplit(origin)
        self._socket = socket.create_connection((address.hostname, address.port), timeout=20)
        lines = (
            "GET /live/events HTTP/1.1",
            f"Host: {address.netloc}",
            "Accept: text/event-stream",
            f"Cookie: portal={cookie}",
        )
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def read_until(self, sign: bytes) -> bytes:
        read = b""
        while sign not in read:
            got = self._socket.recv(4096)
            assert got, read
            read += got
        return read

    def close(self) -> None:
        self._socket.close()


def cookies(app: Flask, session: Session, number: int) -> list[str]:
    """What the browsers of so many admins send."""
    found = []
    for _ in range(number):
        cookie = browser_of(app, session, make_account(session, Role.ADMIN)).get_cookie("portal")
        assert cookie is not None
        found.append(cookie.value)
    return found


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_idle_readers_do_not_stop_pages(app: Flask, database_url: str, session: Session) -> None:
    known = cookies(app, session, ACCOUNTS)
    with served(database_url) as (origin, _process), ExitStack() as readers:
        took(origin, known[0])  # the first answers compile templates
        before = took(origin, known[0])
        idle = [Reader(origin, known[n % ACCOUNTS]) for n in range(READERS)]
        for reader in idle:
            readers.callback(reader.close)
        answers = [reader.read_until(b"\r\n\r\n").split(b"\r\n")[0] for reader in idle]
        streams = sum(b" 200 " in answer for answer in answers)
        assert STREAMS <= streams < READERS / 2
        assert all(b" 204 " in answer or b" 200 " in answer for answer in answers)
        assert took(origin, known[1]) < 3 * before + 0.1


def took(origin: str, cookie: str) -> float:
    """The median of the seconds that a page takes."""
    times = []
    for _ in range(LOOKS):
        began = time.monotonic()
        connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=20)
        connection.request("GET", "/admin/stations/", headers={"Cookie": f"portal={cookie}"})
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
        connection.close()
        times.append(time.monotonic() - began)
    return statistics.median(times)


@contextmanager
def waitress(app: Flask) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with serving(app, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"
        app.extensions["live"].close()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_demos_server_passes_each_event_on(app: Flask, session: Session) -> None:
    (cookie,) = cookies(app, session, 1)
    equipment = make_equipment(session, app.test_client())[0]
    with waitress(app) as origin:
        reader = Reader(origin, cookie)
        reader.read_until(b"event: ready")
        assert equipment.start().status_code == 201
        reader.read_until(b"event: changed")
        reader.close()
